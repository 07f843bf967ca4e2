using System.Text.Json;
using Provision.Inventory;

namespace Provision.Cli.Printing;

internal static class HostJson
{
    public static void Write(Utf8JsonWriter writer, HostView view)
    {
        var host = view.Host;
        writer.WriteStartObject();
        writer.WriteString("name", host.Name);
        writer.WriteString("fqdn", view.Fqdn);
        writer.WriteString("status", host.Status.Word());
        writer.WriteString("site", host.Site);
        writer.WriteString("address", host.Address.ToString());
        Json.Strings(writer, "macs", host.Macs.Select(mac => mac.ToString()));
        writer.WriteString("chassis", host.Chassis);
        writer.WriteString("slot_network", host.SlotNetwork?.ToString());
        writer.WriteString("branch", host.Branch);
        Json.Strings(writer, "roles", view.Roles.Roles.Select(role => role.Name));
        writer.WriteString("data", view.Roles.Data.Word());
        Json.Strings(writer, "gates", view.Roles.Gates.Select(gate => gate.Name));
        Json.Strings(writer, "configs", view.Roles.Configs);
        Json.Strings(writer, "services", view.Roles.Services);
        Json.Strings(writer, "packages", view.Roles.Packages);
        writer.WritePropertyName("settings");
        Write(writer, view.Settings);
        Json.Array(writer, "sets", view.Layout?.Sets ?? [], set =>
        {
            writer.WriteString("key", set.Key);
            writer.WriteString("name", set.Name);
            writer.WriteString("level", set.Level.Word());
            Json.Strings(writer, "bays", set.Bays.Select(bay => bay.ToString()));
            writer.WriteNumber("usable_bytes", set.UsableBytes);
            writer.WriteString("data", set.Data.Word());
            writer.WriteBoolean("os", set.Os);
        });
        Json.Array(writer, "volumes", view.Layout?.Volumes ?? [], volume =>
        {
            writer.WriteString("label", volume.Label);
            writer.WriteString("set", volume.Set);
            writer.WriteNumber("bytes", volume.Bytes);
            writer.WriteNumber("usable_bytes", volume.UsableBytes);
            writer.WriteString("encryption", volume.Encryption.Word());
            writer.WriteString("filesystem", volume.Filesystem);
            writer.WriteString("mount", volume.MountPath);
            writer.WriteString("data", volume.Data.Word());
        });
        Json.Array(writer, "slots", view.Slots, slot =>
        {
            writer.WriteString("name", slot.Slot.Name);
            writer.WriteString("class", slot.Slot.Class);
            writer.WriteString("address", slot.Slot.Address?.ToString());
            writer.WriteString("store", slot.Store?.Name);
            writer.WriteBoolean("master", slot.IsMaster);
            Json.Strings(writer, "mounts", slot.Slot.Tiers.Mounts);
        });
        writer.WriteEndObject();
    }

    /// <summary>Returns a setting as one line of text.</summary>
    public static string Text(YamlNode node) => node switch
    {
        YamlScalar { IsNull: true } => "null",
        YamlScalar scalar => scalar.Text,
        YamlSequence list => $"[{string.Join(", ", list.Items.Select(Text))}]",
        YamlMapping mapping => "{" + string.Join(", ", mapping.Entries.Select(entry => $"{entry.Key}: {Text(entry.Value)}")) + "}",
        _ => "",
    };

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node)
        {
            case YamlMapping mapping:
                writer.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case YamlSequence list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case YamlScalar { Value: bool truth }:
                writer.WriteBooleanValue(truth);
                break;
            case YamlScalar { Value: long number }:
                writer.WriteNumberValue(number);
                break;
            case YamlScalar { Value: double number }:
                writer.WriteNumberValue(number);
                break;
            case YamlScalar { Value: string text }:
                writer.WriteStringValue(text);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
