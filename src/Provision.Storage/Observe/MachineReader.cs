using System.Text;

namespace Provision.Storage.Observe;

/// <summary>
/// Looks at a machine through the two doors and records every answer. A question asked twice is answered from the record, so
/// that one look is one picture. Programs are run on the running system only: below another root they would speak of the wrong machine.
/// </summary>
public sealed class MachineReader : IMachineReader
{
    internal const string NotRun = "not run, as the root is not the running system's";
    private const int MostLinks = 40;
    private const long MostOutput = 32 << 20;
    private readonly ICommandRunner commands;
    private readonly IMachineFiles files;
    private readonly Action<string>? listener;
    private readonly Dictionary<string, Answer>? readable;

    /// <summary>Starts a look.</summary>
    /// <param name="commands">Runs the programs.</param>
    /// <param name="files">The machine's files.</param>
    /// <param name="taken">The time that the look is known by.</param>
    /// <param name="listener">Told of each command before it is run, for progress; may be null.</param>
    /// <param name="readable">
    /// Reads that earlier looks of this run have proven to succeed, by command: they are not done again, and those of this look are added. What is
    /// on the devices is asked again in every look, and that they are still the same disks is the guard's to know. Null for none.
    /// </param>
    public MachineReader(ICommandRunner commands, IMachineFiles files, DateTimeOffset taken, Action<string>? listener = null,
        Dictionary<string, Answer>? readable = null)
    {
        this.readable = readable;
        this.commands = commands;
        this.files = files;
        this.listener = listener;
        Record = new MachineRecord { Taken = taken };
    }

    /// <summary>Every answer so far.</summary>
    public MachineRecord Record { get; }

    /// <inheritdoc/>
    public DateTimeOffset Taken => Record.Taken;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The command is not in the table of those that only read.</exception>
    public Answer Run(string program, params IReadOnlyList<string> arguments)
    {
        var key = MachineRecord.KeyOf(program, arguments);
        if (!Record.Runs.TryGetValue(key, out var answer))
        {
            var steps = ReadingPrograms.CommandsFor(program, arguments);
            if (readable?.TryGetValue(key, out answer) != true)
            {
                listener?.Invoke(key);
                answer = files.IsRunningSystem ? RunAll(steps) : new Answer(127, "", NotRun);
            }

            Record.Runs[key] = LuksMetadata.WithoutSecrets(program, answer!);
            if (program == ReadingPrograms.ReadProof && answer!.ExitCode == 0)
            {
                readable?.TryAdd(key, answer);
            }
        }

        return Record.Runs[key];
    }

    /// <inheritdoc/>
    public string? Read(string path)
    {
        if (!Record.Files.TryGetValue(path, out var text))
        {
            text = Try(() => files.Read(path, follow: true)) is { } file ? Encoding.UTF8.GetString(file.Content) : null;
            Record.Files[path] = text = path == Mounts.Path && text is not null ? Mounts.OfStorage(text) : text;
        }

        return text;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        if (!Record.Folders.TryGetValue(folder, out var names))
        {
            Record.Folders[folder] = names = Try(() => files.List(folder)) ?? [];
        }

        return names;
    }

    /// <inheritdoc/>
    public string? Resolve(string path)
    {
        if (!Record.Links.TryGetValue(path, out var target))
        {
            Record.Links[path] = target = Try(() => RealPath(path));
        }

        return target;
    }

    private Answer RunAll(IReadOnlyList<Command> steps)
    {
        CommandResult? last = null;
        foreach (var step in steps)
        {
            last = commands.Run(step.WithEnvironment("LC_ALL", "C").WithOutputLimit(MostOutput));
            if (!last.Succeeded)
            {
                break;
            }
        }

        // Half an answer would look like an empty disk.
        return last!.IsWhole ? new Answer(last.ExitCode, last.Text, last.Error) : new Answer(124, "", last.Error + "its answer was not read to the end");
    }

    /// <summary>realpath below the root: one part after the other, each link put in the place of its name.</summary>
    private string? RealPath(string path)
    {
        var todo = new Stack<string>(Parts(path));
        var done = new List<string>();
        for (var links = 0; todo.TryPop(out var part);)
        {
            if (part == "..")
            {
                done.RemoveRange(Math.Max(done.Count - 1, 0), Math.Min(done.Count, 1));
                continue;
            }

            var here = "/" + string.Join('/', done.Append(part));
            if (files.ReadLink(here) is not { } target)
            {
                done.Add(part);
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            if (target.StartsWith('/'))
            {
                done.Clear();
            }

            foreach (var next in Parts(target))
            {
                todo.Push(next);
            }
        }

        var real = "/" + string.Join('/', done);
        return files.Stat(real) is null ? null : real;
    }

    /// <summary>The parts of a path, the last one first.</summary>
    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();

    /// <summary>What the kernel refuses to tell (an attribute that a driver cannot answer, or root only) is not there for this look.</summary>
    private static T? Try<T>(Func<T?> ask)
        where T : class
    {
        try
        {
            return ask();
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
