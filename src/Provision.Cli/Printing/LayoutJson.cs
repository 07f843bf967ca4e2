using System.Text.Json;
using Provision.Inventory;

namespace Provision.Cli.Printing;

/// <summary>Writes the layout of a host's disks as JSON, without folding.</summary>
internal static class LayoutJson
{
    public static void Write(Utf8JsonWriter writer, Layout layout)
    {
        writer.WriteStartObject();
        writer.WriteString("host", layout.Host.Name);
        writer.WriteString("chassis", layout.Chassis.Name);
        writer.WriteStartObject("os");
        writer.WriteString("set", layout.Os.Set);
        writer.WriteString("unit", layout.Os.Lun);
        writer.WriteString("partition", layout.Os.Label);
        writer.WriteEndObject();
        Json.Array(writer, "sets", layout.Sets, set =>
        {
            writer.WriteString("key", set.Key);
            writer.WriteString("name", set.Name);
            writer.WriteString("level", set.Level.Word());
            Json.Strings(writer, "bays", set.Bays.Select(bay => bay.ToString()));
            writer.WriteString("media", set.Definition.Media.Word());
            writer.WriteNumber("drive_bytes", set.Definition.DriveBytes);
            writer.WriteNumber("usable_bytes", set.UsableBytes);
            writer.WriteString("data", set.Data.Word());
            writer.WriteBoolean("os", set.Os);
            Json.Array(writer, "units", set.Luns, lun =>
            {
                writer.WriteString("name", lun.Name);
                writer.WriteNumber("bytes", lun.Bytes);
                writer.WriteString("data", lun.Data.Word());
                writer.WriteBoolean("os", lun.Os);
                writer.WriteBoolean("partition_table", lun.HasPartitionTable);
            });
        });
        Json.Array(writer, "pools", layout.Pools, pool =>
        {
            writer.WriteString("name", pool.Name);
            Json.Strings(writer, "sets", pool.Definition.Sets);
            writer.WriteNumber("bytes", pool.Bytes);
            writer.WriteString("encryption", pool.Definition.Encryption);
            writer.WriteString("data", pool.Definition.Data.Word());
        });
        Json.Array(writer, "volumes", layout.Volumes, volume =>
        {
            writer.WriteString("label", volume.Label);
            writer.WriteString("set", volume.Set);
            writer.WriteString("unit", volume.Lun);
            writer.WriteNumber("bytes", volume.Bytes);
            writer.WriteNumber("usable_bytes", volume.UsableBytes);
            writer.WriteString("df", ByteSize.FormatLikeDf(volume.UsableBytes));
            writer.WriteString("encryption", volume.Encryption.Word());
            writer.WriteString("filesystem", volume.Filesystem);
            writer.WriteString("data", volume.Data.Word());
            writer.WriteString("device", volume.Device);
            writer.WriteString("source", volume.Source);
            writer.WriteString("mount", volume.MountPath);
            writer.WriteBoolean("os", volume.Os);
        });
        Json.Array(writer, "mounts", layout.Mounts, mount =>
        {
            writer.WriteString("path", mount.Path);
            writer.WriteString("source", mount.Source);
            writer.WriteString("filesystem", mount.Filesystem);
            writer.WriteString("options", mount.Options);
            writer.WriteString("data", mount.Data.Word());
        });
        Json.Array(writer, "slots", layout.Slots, slot =>
        {
            writer.WriteString("name", slot.Name);
            writer.WriteString("class", slot.Class);
            writer.WriteString("address", slot.Address?.ToString());
            writer.WriteStartObject("tiers");
            foreach (var (tier, mount) in slot.Tiers.Named)
            {
                writer.WriteString(tier, mount);
            }

            writer.WriteEndObject();
        });
        writer.WriteEndObject();
    }
}
