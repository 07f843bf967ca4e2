namespace Provision.Storage.Observe;

/// <summary>
/// What can be asked of a machine without changing it: the observing half of the two doors. A live look asks the machine and
/// may record each answer; a bundle answers from such a record. The code that observes cannot tell which.
/// </summary>
public interface IMachineReader
{
    /// <summary>The time of the observation.</summary>
    DateTimeOffset Taken { get; }

    /// <summary>Runs a program that only reads. A program that is not there answers with exit code 127.</summary>
    Answer Run(string program, params IReadOnlyList<string> arguments);

    /// <summary>Content of a file (of <c>/sys</c>, <c>/proc</c>, <c>/etc</c>, <c>/run</c>), links followed; null if there is none.</summary>
    string? Read(string path);

    /// <summary>Names in a folder in ordinal order, links to folders followed; empty if there is none.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>
    /// The absolute path that a link leads to, all links on the way resolved, as <c>realpath</c> has it
    /// (<c>/sys/block/sda</c> to <c>/sys/devices/pci.../block/sda</c>); null if there is nothing.
    /// </summary>
    string? Resolve(string path);
}

/// <summary>The answer of a program.</summary>
/// <param name="ExitCode">Its exit code; 127 if it is not there.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record Answer(int ExitCode, string Output, string Error);
