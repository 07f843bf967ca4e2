using System.Buffers;
using System.Formats.Tar;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Provision.Storage.Observe;

/// <summary>
/// A look at a machine in one <c>.tar.zst</c> file that people can open by hand: <c>manifest.json</c>, <c>files/</c> as they were on the
/// machine, <c>runs/</c> with the programs' output. Whoever sends one may be hostile: it is read in memory only, within limits.
/// </summary>
public static class Bundle
{
    /// <summary>Version of the format that is written, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>A bundle file may be this long; one of a machine with a hundred drives has some 200 KB.</summary>
    public const long MostPackedBytes = 16L << 20;

    /// <summary>What is in it may be this long.</summary>
    public const long MostBytes = 64L << 20;

    /// <summary>This many files may be in it.</summary>
    public const int MostEntries = 20_000;

    private const string Format = "provision bundle";
    private const string ManifestName = "manifest.json";

    /// <summary>Packs a record.</summary>
    /// <exception cref="CommandFailedException">zstd is not there, or failed.</exception>
    public static byte[] Pack(MachineRecord record, string host, string provisionVersion, ICommandRunner commands) =>
        commands.Run(Command.Of("zstd", "-q", "-c", "-9").WithInput(PackTar(record, host, provisionVersion)).WithTimeout(TimeSpan.FromMinutes(2)))
            .OrThrow().Output.ToArray();

    /// <summary>The archive inside: equal records produce equal bytes.</summary>
    public static byte[] PackTar(MachineRecord record, string host, string provisionVersion)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Gnu, leaveOpen: true))
        {
            var outputs = record.Runs.Select((run, index) => (run.Key, run.Value, Name: NameOf(index, run.Key, run.Value.Output))).ToList();
            Add(tar, record.Taken, ManifestName, Manifest(record, host, provisionVersion, outputs));
            foreach (var (_, answer, name) in outputs)
            {
                if (answer.Output.Length > 0)
                {
                    Add(tar, record.Taken, name, Encoding.UTF8.GetBytes(answer.Output));
                }
            }

            foreach (var (path, content) in record.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
            {
                if (content is not null)
                {
                    Add(tar, record.Taken, "files" + path, Encoding.UTF8.GetBytes(content));
                }
            }
        }

        return memory.ToArray();
    }

    /// <summary>Reads a bundle file; null, and one error, if it is none.</summary>
    public static BundleReader? Read(string path, DiagnosticBag problems)
    {
        try
        {
            // Not by the length that the file says it has: /dev/zero says 0.
            using var file = File.OpenRead(path);
            using var packed = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int read; packed.Length <= MostPackedBytes && (read = file.Read(buffer)) > 0;)
            {
                packed.Write(buffer, 0, read);
            }

            return Unpack(packed.ToArray(), path, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(problems, path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message);
        }
    }

    /// <summary>Reads a packed bundle; null, and one error, if it is none.</summary>
    public static BundleReader? Unpack(ReadOnlyMemory<byte> packed, string name, DiagnosticBag problems)
    {
        if (packed.Length > MostPackedBytes)
        {
            return Refuse(problems, name, $"too long for a bundle, which has at most {MostPackedBytes >> 20} MiB");
        }

        ReadOnlySpan<byte> magic = [0x28, 0xB5, 0x2F, 0xFD];
        if (!packed.Span.StartsWith(magic))
        {
            return Refuse(problems, name, "this is no bundle: it is not compressed by zstd", "\"provision capture --out FILE.tar.zst\" makes one");
        }

        return Zstandard.Unpack(packed.Span, MostBytes, out var tar) switch
        {
            UnpackOutcome.Whole => UnpackTar(tar, name, problems),
            UnpackOutcome.TooLong => Refuse(problems, name, $"unpacks to more than {MostBytes >> 20} MiB, which no bundle does"),
            _ => Refuse(problems, name, "damaged or cut off: zstd cannot unpack it", "copy it again from where it was made"),
        };
    }

    /// <summary>Reads the archive inside a bundle; null, and one error, if it is none.</summary>
    public static BundleReader? UnpackTar(ReadOnlyMemory<byte> tar, string name, DiagnosticBag problems)
    {
        try
        {
            var entries = Entries(tar, out var fault);
            return fault is not null ? Refuse(problems, name, fault)
                : !entries.TryGetValue(ManifestName, out var manifest) ? Refuse(problems, name, $"this is no bundle: there is no {ManifestName} in it")
                : Restore(manifest, entries, name, problems);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException
            or NotSupportedException or OverflowException or InvalidOperationException)
        {
            return Refuse(problems, name, "the archive inside is damaged or cut off");
        }
        catch (JsonException e)
        {
            return Refuse(problems, $"{name}/{ManifestName}", $"no JSON from line {e.LineNumber + 1} on");
        }
    }

    private static Dictionary<string, string> Entries(ReadOnlyMemory<byte> tar, out string? fault)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = new TarReader(MemoryMarshal.TryGetArray(tar, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(tar.ToArray()));
        for (var count = 1; reader.GetNextEntry() is { } entry; count++)
        {
            var path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            fault = count > MostEntries ? $"more than {MostEntries} files are in it"
                : entry.EntryType == TarEntryType.Directory ? null
                : entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    ? $"\"{Shown(path)}\" is no regular file: a bundle holds nothing else"
                : !IsInside(path) ? $"\"{Shown(path)}\" is no path inside a bundle"
                : entries.ContainsKey(path) ? $"\"{Shown(path)}\" is in it twice"
                : null;
            if (fault is not null)
            {
                return entries;
            }

            if (entry.EntryType != TarEntryType.Directory)
            {
                entries[path] = Content(entry);
            }
        }

        fault = null;
        return entries;
    }

    private static string Content(TarEntry entry)
    {
        if (entry.DataStream is not { } data)
        {
            return "";
        }

        var length = (int)Math.Min(data.Length, MostBytes);
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            data.ReadExactly(bytes, 0, length);
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static bool IsInside(string path) =>
        path.Length is > 0 and <= 4096 && !path.Contains('\0', StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Split('/').Any(part => part is "" or "." or "..");

    private static string Shown(string path) => new([.. path.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    private static BundleReader? Restore(string manifest, Dictionary<string, string> entries, string name, DiagnosticBag problems)
    {
        var where = $"{name}/{ManifestName}";
        using var document = JsonDocument.Parse(manifest);
        var json = new Json(document.RootElement);
        if (json["format"].Text != Format || json["version"].Number is not { } version)
        {
            return Refuse(problems, where, "this is no manifest of a bundle");
        }

        if (version != FormatVersion)
        {
            return Refuse(problems, where, $"written in version {version} of the format; this program reads version {FormatVersion}",
                "use the provision that wrote it, or capture again");
        }

        if (!DateTimeOffset.TryParse(json["taken"].Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var taken))
        {
            return Refuse(problems, where, "\"taken\" is no time");
        }

        var record = new MachineRecord { Taken = taken };
        foreach (var run in json["runs"].Items)
        {
            var output = run["output"].Text;
            if (run["run"].Text is not { } key || run["exit"].Number is not { } exit || (output is not null && !entries.ContainsKey(output))
                || record.Runs.ContainsKey(key))
            {
                return Refuse(problems, where, $"run \"{Shown(run["run"].Text ?? "")}\" is given twice, or lacks its exit code or output");
            }

            record.Runs[key] = new Answer((int)Math.Clamp(exit, -1, 255), output is null ? "" : entries[output], run["error"].Text ?? "");
        }

        foreach (var (path, content) in entries)
        {
            if (path.StartsWith("files/", StringComparison.Ordinal))
            {
                record.Files[path["files".Length..]] = content;
            }
        }

        foreach (var (path, names) in json["folders"].Members)
        {
            record.Folders[path] = [.. names.Items.Select(item => item.Text).OfType<string>()];
        }

        foreach (var (path, target) in json["links"].Members)
        {
            record.Links[path] = target.Text;
        }

        return new BundleReader(record);
    }

    private static byte[] Manifest(MachineRecord record, string host, string provisionVersion, IReadOnlyList<(string Key, Answer Answer, string Name)> outputs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("version", FormatVersion);
            writer.WriteString("host", host);
            writer.WriteString("taken", record.Taken.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("provision", provisionVersion);
            writer.WriteStartArray("runs");
            foreach (var (key, answer, name) in outputs)
            {
                writer.WriteStartObject();
                writer.WriteString("run", key);
                writer.WriteNumber("exit", answer.ExitCode);
                writer.WriteString("output", answer.Output.Length > 0 ? name : null);
                writer.WriteString("error", answer.Error.Length > 0 ? answer.Error : null);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("folders");
            foreach (var (path, names) in record.Folders.OrderBy(folder => folder.Key, StringComparer.Ordinal))
            {
                writer.WriteStartArray(path);
                foreach (var name in names)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteStartObject("links");
            foreach (var (path, target) in record.Links.OrderBy(link => link.Key, StringComparer.Ordinal))
            {
                writer.WriteString(path, target);
            }

            writer.WriteEndObject();
            writer.WriteStartArray("missing");
            foreach (var path in record.Files.Where(file => file.Value is null).Select(file => file.Key).Order(StringComparer.Ordinal))
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary><c>runs/003-smartctl-sdc.json</c>: the number makes it unique, the words tell people what it is.</summary>
    private static string NameOf(int index, string key, string output)
    {
        var words = key.Split(' ');
        var about = words.Length > 1 && words[^1].StartsWith("/dev/", StringComparison.Ordinal) && !words[^2].StartsWith("/dev/", StringComparison.Ordinal)
            ? "-" + words[^1]["/dev/".Length..]
            : "";
        var name = new string([.. (words[0] + about).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-')]);
        return string.Create(CultureInfo.InvariantCulture, $"runs/{index + 1:000}-{name}{(output.TrimStart().StartsWith('{') ? ".json" : ".txt")}");
    }

    private static void Add(TarWriter tar, DateTimeOffset time, string name, byte[] content)
    {
        using var data = new MemoryStream(content);
        tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = data,
            ModificationTime = time,
            AccessTime = default,
            ChangeTime = default,
            Mode = (UnixFileMode)FileModes.Public,
        });
    }

    private static BundleReader? Refuse(DiagnosticBag problems, string where, string what, string? hint = null)
    {
        problems.Error(Location.OfFile(where), what, hint);
        return null;
    }
}
