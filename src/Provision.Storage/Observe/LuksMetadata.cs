using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Provision.Storage.Observe;

/// <summary>
/// LUKS headers as cryptsetup dumps them. A dump holds what an attacker needs to guess a passphrase away from the machine
/// (salts, digests, tokens with the wrapped key): those are taken out before an answer is recorded or seen by anything.
/// </summary>
internal static class LuksMetadata
{
    private static readonly string[] OpenLines = ["Version:", "Cipher name:", "Cipher mode:", "Hash spec:", "Payload offset:", "MK bits:", "UUID:",
        "Key Slot "];

    /// <summary>The answer without secrets; answers of other programs as they are.</summary>
    public static Answer WithoutSecrets(string program, Answer answer)
    {
        if (program != "cryptsetup")
        {
            return answer;
        }

        if (!answer.Output.TrimStart().StartsWith('{'))
        {
            var lines = answer.Output.Split('\n').Where(line => OpenLines.Any(open => line.StartsWith(open, StringComparison.Ordinal)));
            return answer with { Output = string.Concat(lines.Select(line => line + "\n")) };
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Output);
            return answer with { Output = Filter(new Json(document.RootElement)) };
        }
        catch (JsonException)
        {
            return answer with { Output = "" }; // Cut off at an unknown place, so nothing of it is kept.
        }
    }

    /// <summary>The header that a dump describes; null if it describes none.</summary>
    /// <param name="json">The metadata of LUKS2.</param>
    /// <param name="signature">The signature found on the device: the metadata knows neither UUID nor label.</param>
    public static LuksHeader? OfJson(Json json, Signature signature)
    {
        if (!json["keyslots"].Exists || signature.Uuid is not { } uuid)
        {
            return null;
        }

        var slots = json["keyslots"].Members.ToList();
        var kdfs = new SortedDictionary<int, string>();
        foreach (var (name, slot) in slots)
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                kdfs[number] = slot["kdf"]["type"].Text ?? "unknown";
            }
        }

        // A header that was tampered with may have several of each; then none of them is the one that was recorded.
        var size = slots.Where(slot => slot.Value["type"].Text is null or "luks2").Select(slot => slot.Value["key_size"].Number ?? 0).DefaultIfEmpty().Min();
        var ciphers = json["segments"].Members.Select(segment => segment.Value["encryption"].Text ?? "none").Distinct(StringComparer.Ordinal).ToList();
        var cipher = ciphers.Count == 0 ? null : string.Join(" and ", ciphers);
        IReadOnlyList<string> tokens = [.. json["tokens"].Members.Select(token => token.Value["type"].Text ?? "unknown")];
        return new LuksHeader(2, uuid, signature.Label, cipher, (int)Math.Clamp(size, 0, 1024), kdfs, tokens);
    }

    /// <summary>The header that a dump of LUKS1 describes; null if it describes none.</summary>
    public static LuksHeader? OfText(string text)
    {
        var values = new Dictionary<string, string>();
        var kdfs = new SortedDictionary<int, string>();
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            var (key, value) = (line[..colon], line[(colon + 1)..].Trim());
            values.TryAdd(key, value);
            if (key.StartsWith("Key Slot ", StringComparison.Ordinal) && value == "ENABLED"
                && int.TryParse(key["Key Slot ".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var slot))
            {
                kdfs[slot] = "pbkdf2";
            }
        }

        if (values.GetValueOrDefault("Version") != "1" || values.GetValueOrDefault("UUID") is not { Length: > 0 } uuid)
        {
            return null;
        }

        var bits = int.TryParse(values.GetValueOrDefault("MK bits"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var cipher = values.TryGetValue("Cipher name", out var name) && values.TryGetValue("Cipher mode", out var mode) ? $"{name}-{mode}" : null;
        return new LuksHeader(1, uuid, null, cipher, bits / 8, kdfs, []);
    }

    private static string Filter(Json json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            Keep(writer, json, "keyslots", slot =>
            {
                Texts(writer, slot, "type", "key_size", "priority");
                writer.WriteStartObject("kdf");
                Texts(writer, slot["kdf"], "type", "hash", "iterations", "time", "memory", "cpus");
                writer.WriteEndObject();
            });
            Keep(writer, json, "tokens", token => Texts(writer, token, "type"));
            Keep(writer, json, "segments", segment => Texts(writer, segment, "type", "offset", "size", "encryption", "sector_size"));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Keep(Utf8JsonWriter writer, Json json, string section, Action<Json> write)
    {
        writer.WriteStartObject(section);
        var seen = new HashSet<string>();
        foreach (var (name, value) in json[section].Members)
        {
            if (name.Length is > 0 and <= 4 && name.All(char.IsAsciiDigit) && seen.Add(name))
            {
                writer.WriteStartObject(name);
                write(value);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, Json from, params string[] names)
    {
        foreach (var name in names)
        {
            // Only short words: a long text under a harmless name is none of these.
            if (from[name].Text is { Length: <= 64 } text)
            {
                writer.WriteString(name, text);
            }
        }
    }
}
