using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Provision.Inventory;

/// <summary>Exports the key table as JSON Schema, so that editors complete and validate the inventory while it is edited.</summary>
public static class InventorySchema
{
    /// <summary>
    /// Returns the JSON Schema 2020-12 for the files below <c>hosts/</c> and <c>roles/</c>. Its definition <c>hosts_file</c> describes the former, <c>role</c>
    /// the latter; the root treats a file with a <c>gate</c> as a role.
    /// </summary>
    public static string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var form = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, form))
        {
            var sections = new List<Section>();
            Collect(InventoryKeys.HostsFile, sections);
            Collect(InventoryKeys.Role, sections);

            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "provision inventory: files below hosts/ and roles/");
            WriteEither(writer);
            writer.WriteStartObject("$defs");
            foreach (var section in sections)
            {
                writer.WritePropertyName(section.Name);
                WriteSection(writer, section);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Collect(Section section, List<Section> sections)
    {
        if (sections.Contains(section))
        {
            return;
        }

        sections.Add(section);
        foreach (var row in section.Keys)
        {
            var shape = row.Shape switch { ListShape list => list.Item, MapShape map => map.Value, var other => other };
            if (shape is SectionShape { Section: var inner })
            {
                Collect(inner, sections);
            }
            else if (shape is WordOrSectionShape { Section: var either })
            {
                Collect(either, sections);
            }
            else if (shape is NamedShape { Section: var named })
            {
                Collect(named, sections);
            }
        }
    }

    private static void WriteSection(Utf8JsonWriter writer, Section section)
    {
        writer.WriteStartObject();
        writer.WriteString("description", section.Doc);
        writer.WriteString("type", "object");
        writer.WriteBoolean("additionalProperties", false);
        writer.WriteStartObject("properties");
        foreach (var row in section.Keys)
        {
            writer.WriteStartObject(row.Name);
            writer.WriteString("description", row.Doc);
            if (row.Default is not null)
            {
                WriteDefault(writer, row);
            }

            WriteShape(writer, row.Shape);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartArray("required");
        foreach (var row in section.Keys)
        {
            if (row.IsRequired)
            {
                writer.WriteStringValue(row.Name);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteDefault(Utf8JsonWriter writer, KeyRow row)
    {
        switch (row.Shape)
        {
            case ScalarShape { Format.JsonType: "boolean" }:
                writer.WriteBoolean("default", row.Default == "true");
                break;
            case ScalarShape { Format.JsonType: "integer" }:
                writer.WritePropertyName("default");
                writer.WriteRawValue(row.Default!);
                break;
            default:
                writer.WriteString("default", row.Default);
                break;
        }
    }

    private static void WriteShape(Utf8JsonWriter writer, Shape shape)
    {
        switch (shape)
        {
            case ScalarShape { Format: var format }:
                WriteFormat(writer, format);
                break;
            case MapShape map:
                writer.WriteString("type", "object");
                writer.WriteStartObject("additionalProperties");
                WriteShape(writer, map.Value);
                writer.WriteEndObject();
                break;
            case WordOrSectionShape either:
                writer.WriteStartArray("anyOf");
                foreach (var shapeOf in (Shape[])[new ScalarShape(either.Format), new SectionShape(either.Section)])
                {
                    writer.WriteStartObject();
                    WriteShape(writer, shapeOf);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                break;
            case OneOrListShape one:
                writer.WriteStartArray("anyOf");
                foreach (var shapeOf in (Shape[])[new ScalarShape(one.Format), new ListShape(new ScalarShape(one.Format))])
                {
                    writer.WriteStartObject();
                    WriteShape(writer, shapeOf);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                break;
            case ListShape list:
                writer.WriteString("type", "array");
                if (!list.MayBeEmpty)
                {
                    writer.WriteNumber("minItems", 1);
                }

                writer.WriteStartObject("items");
                WriteShape(writer, list.Item);
                writer.WriteEndObject();
                break;
            case SectionShape { Section: var section }:
                writer.WriteString("$ref", "#/$defs/" + section.Name);
                break;
            case NamedShape named:
                writer.WriteString("type", "object");
                if (named.NameFormat.Pattern is { } pattern)
                {
                    writer.WriteStartObject("propertyNames");
                    writer.WriteString("pattern", pattern);
                    writer.WriteEndObject();
                }

                writer.WriteStartObject("additionalProperties");
                writer.WriteString("$ref", "#/$defs/" + named.Section.Name);
                writer.WriteEndObject();
                break;
            default:
                writer.WriteString("type", "object");
                break;
        }
    }

    private static void WriteFormat(Utf8JsonWriter writer, ScalarFormat format)
    {
        if (format.Choices.Length > 0)
        {
            writer.WriteStartArray("enum");
            foreach (var (word, _) in format.Choices)
            {
                writer.WriteStringValue(word);
            }

            writer.WriteEndArray();
            return;
        }

        // Editors parse 12 and 2000 as numbers; the format reads them as text here.
        if (format.JsonType == "string")
        {
            writer.WriteStartArray("type");
            writer.WriteStringValue("string");
            writer.WriteStringValue("number");
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("type", format.JsonType);
        }

        if (format.Pattern is not null)
        {
            writer.WriteString("pattern", format.Pattern);
        }

        if (format.Minimum is { } least)
        {
            writer.WriteNumber("minimum", least);
        }
    }

    /// <summary>Treats a file with a gate as a role: with a plain choice of two, editors could not report the errors of either.</summary>
    private static void WriteEither(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("if");
        writer.WriteStartArray("required");
        writer.WriteStringValue("gate");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WritePropertyName("then");
        WriteReference(writer, InventoryKeys.Role);
        writer.WritePropertyName("else");
        WriteReference(writer, InventoryKeys.HostsFile);
    }

    private static void WriteReference(Utf8JsonWriter writer, Section section)
    {
        writer.WriteStartObject();
        writer.WriteString("$ref", "#/$defs/" + section.Name);
        writer.WriteEndObject();
    }
}
