using System.Buffers;
using System.Text.Json;

namespace Provision.Storage.Create;

/// <summary>
/// What a creation chose before it wrote anything, and which steps it has finished. A second run continues from here, and knows by it
/// which signatures are its own. One file for each set or pool, replaced whole and synced at each step.
/// </summary>
public sealed record CreateJournal
{
    /// <summary>Where journals are.</summary>
    public const string Folder = "/var/lib/provision/storage";

    private const int Version = 1;

    /// <summary>The host.</summary>
    public required string Host { get; init; }

    /// <summary>Key of the set or pool.</summary>
    public required string Target { get; init; }

    /// <summary>Hash of the plan that was confirmed.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Serials of the drives, in the order of the bays.</summary>
    public required IReadOnlyList<string> Serials { get; init; }

    /// <summary>Ids by what they are for: <c>array i33d1search</c>, <c>luks i33d1t01</c>.</summary>
    public required IReadOnlyDictionary<string, string> Ids { get; init; }

    /// <summary>Steps that are finished and durable.</summary>
    public required IReadOnlySet<string> Done { get; init; }

    /// <summary>True when everything is made. A finished creation is never begun again.</summary>
    public bool Finished { get; init; }

    /// <summary>The id of a part.</summary>
    public string Id(string kind, string name) => Ids[$"{kind} {name}"];

    /// <summary>True for a finished step.</summary>
    public bool IsDone(string step) => Done.Contains(step);

    /// <summary>The same with one more step finished.</summary>
    public CreateJournal With(string step) => this with { Done = new HashSet<string>(Done, StringComparer.Ordinal) { step } };

    /// <summary>Reads a journal; null if there is none.</summary>
    /// <exception cref="StorageException">It cannot be understood: nothing may be written on its word.</exception>
    public static CreateJournal? Read(IMachineFiles files, string target)
    {
        if (files.Read(PathOf(target)) is not { } file)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(file.Content);
            var root = json.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                throw new StorageException($"{PathOf(target)} was written by another version of provision");
            }

            return new CreateJournal
            {
                Host = Text(root, "host"),
                Target = Text(root, "target"),
                PlanHash = Text(root, "plan"),
                Serials = [.. root.GetProperty("serials").EnumerateArray().Select(value => value.GetString()!)],
                Ids = root.GetProperty("ids").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal),
                Done = root.GetProperty("done").EnumerateArray().Select(value => value.GetString()!).ToHashSet(StringComparer.Ordinal),
                Finished = root.GetProperty("finished").GetBoolean(),
            };
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException)
        {
            throw new StorageException($"{PathOf(target)} is damaged: {wrong.Message}; a person has to decide whether its disks hold data");
        }

        static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() ?? throw new KeyNotFoundException(name);
    }

    /// <summary>Replaces the journal's file, durably.</summary>
    public void Write(IMachineFiles files)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("host", Host);
            json.WriteString("target", Target);
            json.WriteString("plan", PlanHash);
            json.WriteBoolean("finished", Finished);
            List("serials", Serials);
            json.WriteStartObject("ids");
            foreach (var (name, id) in Ids.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, id);
            }

            json.WriteEndObject();
            List("done", Done.Order(StringComparer.Ordinal));
            json.WriteEndObject();

            void List(string name, IEnumerable<string> values)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }
        }

        AtomicFile.Write(files, PathOf(Target), bytes.WrittenSpan, FileModes.Private);
    }

    /// <summary>The file of a set's or pool's journal.</summary>
    public static string PathOf(string target) => $"{Folder}/{target}.json";
}
