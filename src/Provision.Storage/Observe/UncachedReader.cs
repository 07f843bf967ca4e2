namespace Provision.Storage.Observe;

/// <summary>
/// Asks the machine again at each question, where <see cref="MachineReader"/> keeps one answer for a whole look: for the guard, and for what was just made.
/// </summary>
/// <param name="commands">Runs programs.</param>
/// <param name="files">Files below the machine's root.</param>
public sealed class UncachedReader(ICommandRunner commands, IMachineFiles files) : IMachineReader
{
    /// <inheritdoc/>
    public DateTimeOffset Taken => DateTimeOffset.UtcNow;

    private MachineReader Now => new(commands, files, Taken);

    /// <inheritdoc/>
    public Answer Run(string program, params IReadOnlyList<string> arguments) => Now.Run(program, arguments);

    /// <inheritdoc/>
    public string? Read(string path) => Now.Read(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder) => Now.List(folder);

    /// <inheritdoc/>
    public string? Resolve(string path) => Now.Resolve(path);
}
