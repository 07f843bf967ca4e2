using System.Globalization;
using System.Text.Json;

namespace Provision.Storage.Observe;

/// <summary>Asks a look and gathers what it could not answer.</summary>
internal sealed class Questions(IMachineReader reader)
{
    private readonly List<Diagnostic> problems = [];
    private readonly HashSet<string> missing = [];
    private readonly HashSet<string> hanging = [];
    private readonly List<UnseenPart> unseen = [];
    private Dictionary<string, BlockDevice> devices = [];

    public IMachineReader Reader => reader;

    public IReadOnlyList<Diagnostic> Problems => problems;

    public IReadOnlyList<UnseenPart> Unseen => unseen;

    /// <summary>Why the last question was not answered, or not as a whole: the command and what happened to it.</summary>
    public string Why { get; private set; } = "";

    /// <summary>Notes that a part of the storage could not be seen as a whole, for the reason of the last question if none is given.</summary>
    public void Miss(StoragePart part, string? why = null) => unseen.Add(new UnseenPart(part, why ?? Why));

    /// <summary>Tells which devices there are, so that what lies on a disk that hangs is left alone.</summary>
    public void Know(IReadOnlyList<BlockDevice> found) => devices = found.ToDictionary(device => device.Name);

    /// <summary>Content of a file without the blanks around it; null if there is none, or nothing in it.</summary>
    public string? Text(string path) => reader.Read(path)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A file that holds one whole number.</summary>
    public long? Number(string path) =>
        long.TryParse(reader.Read(path), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public void Problem(string where, string what, string? hint = null)
    {
        var problem = Diagnostic.Warning(Location.OfFile(where), what, hint);
        if (!problems.Contains(problem))
        {
            problems.Add(problem);
        }
    }

    /// <summary>A program's answer; null, and a problem, if it is not there or did not end by itself.</summary>
    /// <param name="unknown">What is not known without it, for the message.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public Answer? Ask(string unknown, string program, params IReadOnlyList<string> arguments)
    {
        if (missing.Contains(program))
        {
            Why = $"{program}: not there";
            return null;
        }

        if (arguments.Select(DiskOf).FirstOrDefault(Hangs) is { } dead)
        {
            Why = $"{dead} hangs";
            return null;
        }

        var answer = reader.Run(program, arguments);
        var command = MachineRecord.KeyOf(program, arguments);
        switch (answer.ExitCode)
        {
            case 127:
                missing.Add(program);
                var package = ReadingPrograms.PackageOf(program);
                Unanswered(program, answer.Error == MachineReader.NotRun ? answer.Error : "not there", unknown, answer.Error == MachineReader.NotRun ? null
                    : package is null ? "the controller's maker has it" : $"it is in the Debian package {package}");
                return null;
            case 124:
                var disk = arguments.Select(DiskOf).FirstOrDefault(name => name is not null);
                Unanswered(command, "no answer in time", unknown, disk is null ? null : $"{disk} hangs, and nothing more is asked of it or of what lies on it");
                if (disk is not null)
                {
                    hanging.Add(disk);
                }

                return null;
            case 126:
                Unanswered(command, answer.Error.Trim(), unknown);
                return null;
            case 153:
                Unanswered(command, "endless answer", unknown);
                return null;
            default:
                return answer;
        }
    }

    /// <summary>Returns the answer of a program that is only asked for more; null, without a problem, if it has none.</summary>
    public Answer? TryAsk(string program, params IReadOnlyList<string> arguments) =>
        !missing.Contains(program) && reader.Run(program, arguments) is { ExitCode: 0 } answer ? answer : null;

    /// <summary>A program's JSON output; nothing, and a problem, if it is something else.</summary>
    public Json AskJson(string unknown, string program, params IReadOnlyList<string> arguments)
    {
        if (Ask(unknown, program, arguments) is not { } answer)
        {
            return default;
        }

        var command = MachineRecord.KeyOf(program, arguments);
        if (string.IsNullOrWhiteSpace(answer.Output))
        {
            if (answer.ExitCode != 0)
            {
                Failed(command, answer, unknown);
            }
            else
            {
                Unanswered(command, "an empty answer", unknown);
            }

            return default;
        }

        return Parse(answer.Output, command, unknown);
    }

    /// <summary>JSON of a text.</summary>
    public Json Parse(string text, string where, string unknown)
    {
        try
        {
            // Not disposed: its memory is the collector's where nothing is rented from a pool, as for a text of our own.
            return new Json(JsonDocument.Parse(text).RootElement);
        }
        catch (JsonException e)
        {
            Why = $"{where}: the answer is no JSON, or is cut off";
            problems.Add(Diagnostic.Warning(
                new Location(where, (int)Math.Min(e.LineNumber ?? 0, int.MaxValue - 1) + 1, 0),
                    $"the answer is no JSON, or is cut off: {unknown} cannot be known"));
            return default;
        }
    }

    /// <summary>Reports a command that ended with an error.</summary>
    public void Failed(string command, Answer answer, string unknown)
    {
        var said = answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last
            : $"exit code {answer.ExitCode}";
        Unanswered(command, said, unknown);
    }

    /// <summary>Reports a question that was not answered, and remembers why.</summary>
    public void Unanswered(string command, string what, string unknown, string? hint = null)
    {
        Why = $"{command}: {what}";
        Problem(command, $"{what}: {unknown} cannot be known", hint);
    }

    /// <summary>
    /// Asks a program about many devices at once: one start instead of many. Where that does not go well (one dead disk is enough),
    /// each is asked by itself, so that it costs the others nothing.
    /// </summary>
    /// <returns>The answers, each with the devices it is about; devices that did not answer are in none.</returns>
    public IEnumerable<(IReadOnlyList<BlockDevice> Devices, Answer Answer)> AskAll(
        IReadOnlyList<BlockDevice> about, Func<Answer, bool> isGood, string unknown, string program, params IReadOnlyList<string> arguments)
    {
        about = [.. about.Where(device => !Hangs(DiskOf(device.Path)))];
        if (about.Count > 1 && !missing.Contains(program))
        {
            var answer = reader.Run(program, [.. arguments, .. about.Select(device => device.Path)]);
            if (answer.ExitCode is not (126 or 127) && isGood(answer))
            {
                yield return (about, answer);
                yield break;
            }
        }

        foreach (var device in about)
        {
            if (Ask(unknown, program, [.. arguments, device.Path]) is not { } answer)
            {
                continue;
            }

            if (isGood(answer))
            {
                yield return ([device], answer);
            }
            else
            {
                Failed(MachineRecord.KeyOf(program, [.. arguments, device.Path]), answer, unknown);
            }
        }
    }

    private bool Hangs(string? disk) => disk is not null && hanging.Contains(disk);

    /// <summary>The disk (or array) that a word of a command leads to: partitions and containers lie on one thing, and hang with it.</summary>
    private string? DiskOf(string word)
    {
        var at = word.IndexOf("/dev/", StringComparison.Ordinal);
        var name = at < 0 ? null : word[(at + "/dev/".Length)..];
        for (var depth = 0; depth < 16 && name is not null && devices.TryGetValue(name, out var device)
            && device is { Kind: not BlockKind.Md, Parents: [var parent] }; depth++)
        {
            name = parent;
        }

        return name is not null && devices.ContainsKey(name) ? name : null;
    }
}
