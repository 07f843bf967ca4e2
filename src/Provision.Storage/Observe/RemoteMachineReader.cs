namespace Provision.Storage.Observe;

/// <summary>Looks at a machine through another one's shell: the same questions as <see cref="MachineReader"/>, none of which writes.</summary>
/// <param name="run">Runs a program there, given as words.</param>
/// <param name="taken">The time that the look is known by.</param>
public sealed class RemoteMachineReader(Func<IReadOnlyList<string>, CommandResult> run, DateTimeOffset taken) : IMachineReader
{
    private readonly Dictionary<string, Answer> answers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public DateTimeOffset Taken => taken;

    /// <inheritdoc/>
    public Answer Run(string program, params IReadOnlyList<string> arguments)
    {
        Answer? last = null;
        foreach (var step in ReadingPrograms.CommandsFor(program, arguments))
        {
            last = Ask(["env", "LC_ALL=C", step.Program, .. step.Arguments]);
            if (last.ExitCode != 0)
            {
                break;
            }
        }

        return LuksMetadata.WithoutSecrets(program, last!);
    }

    /// <inheritdoc/>
    public string? Read(string path) => Ask(["cat", "--", path]) is { ExitCode: 0 } file
        ? path == Mounts.Path ? Mounts.OfStorage(file.Output) : file.Output : null;

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder) =>
        Ask(["find", folder + "/", "-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\n"]) is { ExitCode: 0 } list
        ? [.. list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)] : [];

    /// <inheritdoc/>
    public string? Resolve(string path) => Ask(["readlink", "-e", "--", path]) is { ExitCode: 0 } link ? link.Output.TrimEnd('\n') : null;

    private Answer Ask(IReadOnlyList<string> words)
    {
        var key = string.Join('\0', words);
        if (!answers.TryGetValue(key, out var answer))
        {
            var result = run(words);

            // Half an answer would look like an empty disk.
            answers[key] = answer = result.IsWhole ? new Answer(result.ExitCode, result.Text, result.Error)
                : new Answer(124, "", result.Error + "its answer was not read to the end");
        }

        return answer;
    }
}
