using System.Text.Encodings.Web;
using System.Text.Json;
using Provision.Inventory;
using Provision.Storage.Map;

namespace Provision.Cli.Printing;

internal static class DriveMapJson
{
    public static void Write(Utf8JsonWriter writer, DriveMap map)
    {
        writer.WriteStartObject();
        writer.WriteString("host", map.Layout.Host.Name);
        writer.WriteString("chassis", map.Layout.Chassis.Name);
        writer.WriteString("taken", map.Machine.Taken);
        writer.WriteBoolean("differs", map.Differs);
        writer.WriteBoolean("unseen", map.IsUnseen);
        writer.WriteString("verdict", map.Verdict);
        Json.Array(writer, "panels", map.Layout.Chassis.Panels, panel =>
        {
            writer.WriteString("name", panel.Name);
            writer.WriteString("controller", panel.Controller);
            writer.WriteStartArray("grid");
            foreach (var row in panel.Grid)
            {
                writer.WriteStartArray();
                foreach (var label in row)
                {
                    writer.WriteNumberValue(label);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        });
        Json.Array(writer, "bays", map.Bays, bay => Bay(writer, bay));
        Json.Array(writer, "sets", map.Sets, set =>
        {
            writer.WriteString("key", set.Layout.Key);
            writer.WriteString("name", set.Layout.Name);
            writer.WriteString("level", set.Layout.Level.Word());
            Json.Strings(writer, "bays", set.Layout.Bays.Select(bay => bay.ToString()));
            writer.WriteString("state", set.Word);
            Said(writer, "unseen", set.Health.Why);
            Number(writer, "percent", set.Percent);
            writer.WriteNumber("lost", set.Lost);
            Number(writer, "redundancy", set.Redundancy);
            writer.WriteString("recorded", set.Recorded is { } created ? created ? "created" : "new" : null);
        });
        Json.Array(writer, "strangers", map.Strangers, stranger =>
        {
            Said(writer, "device", stranger.Device);
            Said(writer, "model", stranger.Model);
            Said(writer, "serial", stranger.Serial);
            Said(writer, "wwn", stranger.Wwn);
            writer.WriteNumber("bytes", stranger.Bytes);
            Said(writer, "attached", stranger.Kind);
        });
        Findings(writer, map.Findings);
        writer.WriteEndObject();
    }

    private static void Bay(Utf8JsonWriter writer, BayState bay)
    {
        writer.WriteString("bay", bay.Bay.ToString());
        writer.WriteString("label", bay.Bay.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteString("panel", bay.Bay.Panel);
        writer.WriteString("state", BayMark.Of(bay).Word.ToLowerInvariant());
        Said(writer, "unseen", bay.Unseen);
        writer.WriteString("set", bay.Set?.Layout.Key);
        Number(writer, "index", bay.Set is null ? null : bay.Index);
        if (bay.Expected is { } expected)
        {
            writer.WriteStartObject("expected");
            Said(writer, "serial", expected.Serial);
            Said(writer, "wwn", expected.Wwn);
            Said(writer, "model", expected.Model);
            Number(writer, "bytes", expected.Bytes);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("expected");
        }

        if (bay.Drive is { } drive)
        {
            writer.WriteStartObject("observed");
            Said(writer, "serial", drive.Serial);
            Said(writer, "wwn", drive.Wwn);
            Said(writer, "model", drive.Model);
            writer.WriteNumber("bytes", drive.Bytes);
            writer.WriteString("media", drive.Media?.Word());
            writer.WriteString("health", drive.Health.Verdict.ToString().ToLowerInvariant());
            writer.WriteStartArray("health_reasons");
            foreach (var reason in drive.Health.Reasons)
            {
                writer.WriteStringValue(JsonEncodedText.Encode(reason, JavaScriptEncoder.Default));
            }

            writer.WriteEndArray();
            Said(writer, "health_unseen", drive.Health.Unseen);
            Said(writer, "hot", drive.Health.Hot);
            Number(writer, "celsius", drive.Health.Celsius);
            Number(writer, "power_on_hours", drive.Health.PowerOnHours);
            Said(writer, "device", drive.Device);
            Said(writer, "path", drive.Bus?.ByPath);
            Said(writer, "array", bay.Array);
            Number(writer, "role", bay.Role);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("observed");
        }

        writer.WriteString("encryption", bay.Encryption.Word());
        if (bay.SetSurvives is { } survives)
        {
            writer.WriteBoolean("set_survives_loss", survives);
        }
        else
        {
            writer.WriteNull("set_survives_loss");
        }

        Json.Strings(writer, "volumes", bay.Volumes);
        Json.Strings(writer, "slots", bay.Slots);
        Json.Strings(writer, "stores", bay.Stores);
        Json.Strings(writer, "masters", bay.Masters);
        Findings(writer, bay.Findings);
    }

    private static void Findings(Utf8JsonWriter writer, IEnumerable<Finding> findings) => Json.Array(writer, "findings", findings, finding =>
    {
        writer.WriteString("code", finding.Code);
        writer.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
        Said(writer, "place", finding.Place);
        Said(writer, "sentence", finding.Sentence);
        Said(writer, "command", finding.Command);
    });

    /// <summary>Writes a text from the machine with every character escaped that could be special to a browser or a terminal.</summary>
    private static void Said(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is null)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteString(name, JsonEncodedText.Encode(text, JavaScriptEncoder.Default));
        }
    }

    private static void Number(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } known)
        {
            writer.WriteNumber(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
