namespace Provision.Storage.Observe;

/// <summary>The answers of one look, those that say "there is nothing" too. It is what a bundle holds.</summary>
public sealed class MachineRecord
{
    /// <summary>The time of the observation.</summary>
    public required DateTimeOffset Taken { get; init; }

    /// <summary>Answers of programs, by the words of the command between blanks, in the order they were run.</summary>
    public OrderedDictionary<string, Answer> Runs { get; } = [];

    /// <summary>Content of files by path; null for files that are not there.</summary>
    public Dictionary<string, string?> Files { get; } = [];

    /// <summary>Names in folders by path.</summary>
    public Dictionary<string, IReadOnlyList<string>> Folders { get; } = [];

    /// <summary>Where links lead, by path; null if there is nothing.</summary>
    public Dictionary<string, string?> Links { get; } = [];

    /// <summary>The key of a command in <see cref="Runs"/>.</summary>
    public static string KeyOf(string program, IReadOnlyList<string> arguments) => string.Join(' ', arguments.Prepend(program));
}

/// <summary>Answers from a record: a machine observed somewhere else, or some time ago.</summary>
public sealed class BundleReader(MachineRecord record) : IMachineReader
{
    /// <summary>The record itself.</summary>
    public MachineRecord Record => record;

    /// <inheritdoc/>
    public DateTimeOffset Taken => record.Taken;

    /// <inheritdoc/>
    public Answer Run(string program, params IReadOnlyList<string> arguments) =>
        record.Runs.TryGetValue(MachineRecord.KeyOf(program, arguments), out var answer) ? answer : new Answer(126, "", "the bundle holds no answer to this");

    /// <inheritdoc/>
    public string? Read(string path) => record.Files.GetValueOrDefault(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder) => record.Folders.GetValueOrDefault(folder) ?? [];

    /// <inheritdoc/>
    public string? Resolve(string path) => record.Links.GetValueOrDefault(path);
}
