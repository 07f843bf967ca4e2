namespace Provision.Core;

/// <summary>
/// A program to run with its arguments: immutable, never a shell. Built with <see cref="Of"/> and the <c>With...</c>
/// methods, run by an <see cref="ICommandRunner"/>.
/// </summary>
public sealed record Command
{
    private Command(string program, IReadOnlyList<string> arguments)
    {
        Program = program;
        Arguments = arguments;
    }

    /// <summary>The program: a path, or a name looked up in PATH.</summary>
    public string Program { get; private init; }

    /// <summary>The arguments, each passed as it is.</summary>
    public IReadOnlyList<string> Arguments { get; private init; }

    /// <summary>Folder to run in; null means the caller's.</summary>
    public string? WorkingFolder { get; private init; }

    /// <summary>Variables to set (or, where the value is null, to remove) on top of the caller's environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; private init; } = new Dictionary<string, string?>();

    /// <summary>What the program reads on its standard input; null means it is closed at once.</summary>
    public ReadOnlyMemory<byte>? Input { get; private init; }

    /// <summary>
    /// Writes the program's standard input itself, for more than fits into memory; null means that <see cref="Input"/> is all. What it throws, but
    /// for an <see cref="IOException"/> (the program reads no more), ends the program and reaches the caller.
    /// </summary>
    public Action<Stream>? Feed { get; private init; }

    /// <summary>
    /// Reads the program's standard output itself while it runs, for more than fits into memory; null means that it is gathered. What it throws ends
    /// the program and reaches the caller.
    /// </summary>
    public Action<Stream>? Reader { get; private init; }

    /// <summary>After this the whole process tree is killed; null means never.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>The program is killed once it has said more than this many bytes; null means it may say anything.</summary>
    public long? OutputLimit { get; private init; }

    /// <summary>Called with each line of standard output and standard error as it comes, for progress; null means nobody listens.</summary>
    public Action<string>? Listener { get; private init; }

    /// <summary>A command.</summary>
    public static Command Of(string program, params IReadOnlyList<string> arguments) => new(program, arguments);

    /// <summary>The same with more arguments at the end.</summary>
    public Command With(params IReadOnlyList<string> arguments) => this with { Arguments = [.. Arguments, .. arguments] };

    /// <summary>The same, started by another program such as <c>nsenter</c> or <c>setpriv</c>, whose words come first.</summary>
    public Command Through(string program, params IReadOnlyList<string> arguments) => this with { Program = program, Arguments = [.. arguments, Program, .. Arguments] };

    /// <summary>The same, run in a folder.</summary>
    public Command In(string folder) => this with { WorkingFolder = folder };

    /// <summary>The same with a variable set, or removed where <paramref name="value"/> is null.</summary>
    public Command WithEnvironment(string name, string? value) =>
        this with { Environment = new Dictionary<string, string?>(Environment) { [name] = value } };

    /// <summary>The same with this on its standard input.</summary>
    public Command WithInput(ReadOnlyMemory<byte> input) => this with { Input = input };

    /// <summary>The same, with somebody writing its standard input while it runs.</summary>
    public Command WithFeed(Action<Stream> feed) => this with { Feed = feed };

    /// <summary>The same, with somebody reading its standard output while it runs.</summary>
    public Command WithReader(Action<Stream> reader) => this with { Reader = reader };

    /// <summary>The same, killed after a time.</summary>
    public Command WithTimeout(TimeSpan timeout) => this with { Timeout = timeout };

    /// <summary>The same, killed when it says more than so many bytes on its standard output.</summary>
    public Command WithOutputLimit(long bytes) => this with { OutputLimit = bytes };

    /// <summary>The same, told to somebody line by line.</summary>
    public Command WithListener(Action<string> listener) => this with { Listener = listener };

    /// <summary>The command as a person would type it, quoted where it must be.</summary>
    public override string ToString() => string.Join(' ', new[] { Program }.Concat(Arguments).Select(Shell.Show));
}

/// <summary>What came of a command.</summary>
/// <param name="Command">What was run.</param>
/// <param name="ExitCode">Exit code; 128 + signal for a program that was killed; 124 when it ran out of time, as timeout(1) has it; 153, as for a file limit, when it said more than it may.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error, as text.</param>
public sealed record CommandResult(Command Command, int ExitCode, ReadOnlyMemory<byte> Output, string Error)
{
    /// <summary>False where its output was still open some seconds after its end, so that there may be more than was read.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>True for exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Standard output as UTF-8 text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Output.Span);

    /// <summary>This result, where the command succeeded.</summary>
    /// <exception cref="CommandFailedException">It did not.</exception>
    public CommandResult OrThrow() => Succeeded ? this : throw new CommandFailedException(this);
}

/// <summary>A command that had to succeed did not. Carries the arguments, the exit code and the end of its standard error.</summary>
public sealed class CommandFailedException : Exception
{
    /// <summary>Makes the exception from what came of the command.</summary>
    public CommandFailedException(CommandResult result)
        : base($"{result.Command} failed with exit code {result.ExitCode}{Tail(result)}")
    {
        Result = result;
    }

    /// <summary>What came of the command.</summary>
    public CommandResult Result { get; }

    private static string Tail(CommandResult result)
    {
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : ": " + string.Join("; ", lines[Math.Max(0, lines.Length - 5)..]);
    }
}

/// <summary>The first of the two doors to a machine: running commands.</summary>
public interface ICommandRunner
{
    /// <summary>Runs a command to its end. A program that is not there gives exit code 127, as in a shell.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the process tree was killed.</exception>
    CommandResult Run(Command command, CancellationToken cancellation = default);
}
