namespace Provision.Core;

/// <summary>A program with its arguments: immutable, and never a shell command line. Built with <see cref="Of"/> and the <c>With...</c> methods, run by an
/// <see cref="ICommandRunner"/>.</summary>
public sealed record Command
{
    private Command(string program, IReadOnlyList<string> arguments)
    {
        Program = program;
        Arguments = arguments;
    }

    /// <summary>The program: a path, or a name looked up in PATH.</summary>
    public string Program { get; private init; }

    /// <summary>The arguments, passed unchanged.</summary>
    public IReadOnlyList<string> Arguments { get; private init; }

    /// <summary>Working directory; null for the caller's.</summary>
    public string? WorkingFolder { get; private init; }

    /// <summary>Environment variables to set (or, if the value is null, to remove) on top of the caller's environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; private init; } = new Dictionary<string, string?>();

    /// <summary>Data for standard input; null closes it at once.</summary>
    public ReadOnlyMemory<byte>? Input { get; private init; }

    /// <summary>Writes the program's standard input, for data too large for memory; null if <see cref="Input"/> is all. Exceptions other than
    /// <see cref="IOException"/> (the program stopped reading) end the program and reach the caller.</summary>
    public Action<Stream>? Feed { get; private init; }

    /// <summary>Reads the program's standard output while it runs, for data too large for memory; null collects it in the result. Exceptions end the program
    /// and reach the caller.</summary>
    public Action<Stream>? Reader { get; private init; }

    /// <summary>Time after which the whole process tree is killed; null for no limit.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>Number of bytes of standard output after which the program is killed; null for no limit.</summary>
    public long? OutputLimit { get; private init; }

    /// <summary>Called with each line of standard output and standard error as it arrives, to show progress; null for none.</summary>
    public Action<string>? Listener { get; private init; }

    /// <summary>Creates a command.</summary>
    public static Command Of(string program, params IReadOnlyList<string> arguments) => new(program, arguments);

    /// <summary>Returns a copy with more arguments at the end.</summary>
    public Command With(params IReadOnlyList<string> arguments) => this with { Arguments = [.. Arguments, .. arguments] };

    /// <summary>Returns a copy started by another program such as <c>nsenter</c> or <c>setpriv</c>, whose arguments come first.</summary>
    public Command Through(string program, params IReadOnlyList<string> arguments) =>
        this with { Program = program, Arguments = [.. arguments, Program, .. Arguments] };

    /// <summary>Returns a copy that runs in a directory.</summary>
    public Command In(string folder) => this with { WorkingFolder = folder };

    /// <summary>Returns a copy with a variable set, or removed if <paramref name="value"/> is null.</summary>
    public Command WithEnvironment(string name, string? value) =>
        this with { Environment = new Dictionary<string, string?>(Environment) { [name] = value } };

    /// <summary>Returns a copy with this data on standard input.</summary>
    public Command WithInput(ReadOnlyMemory<byte> input) => this with { Input = input };

    /// <summary>Returns a copy whose standard input is written by a callback while it runs.</summary>
    public Command WithFeed(Action<Stream> feed) => this with { Feed = feed };

    /// <summary>Returns a copy whose standard output is read by a callback while it runs.</summary>
    public Command WithReader(Action<Stream> reader) => this with { Reader = reader };

    /// <summary>Returns a copy with a time limit.</summary>
    public Command WithTimeout(TimeSpan timeout) => this with { Timeout = timeout };

    /// <summary>Returns a copy that is killed if it writes more than this many bytes to standard output.</summary>
    public Command WithOutputLimit(long bytes) => this with { OutputLimit = bytes };

    /// <summary>Returns a copy whose output is forwarded to a callback line by line.</summary>
    public Command WithListener(Action<string> listener) => this with { Listener = listener };

    /// <summary>Returns the command line as typed in a shell, quoted if necessary.</summary>
    public override string ToString() => string.Join(' ', new[] { Program }.Concat(Arguments).Select(Shell.Show));
}

/// <summary>The result of a command.</summary>
/// <param name="Command">The command that was run.</param>
/// <param name="ExitCode">Exit code; 128 + signal for a program that was killed; 124 on timeout, like timeout(1); 153, as for a file size limit, if it exceeded
/// the output limit.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error, as text.</param>
public sealed record CommandResult(Command Command, int ExitCode, ReadOnlyMemory<byte> Output, string Error)
{
    /// <summary>False if the output was still open some seconds after the program ended, so that some of it may be missing.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>True for exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Standard output as UTF-8 text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Output.Span);

    /// <summary>Returns this result if the command succeeded.</summary>
    /// <exception cref="CommandFailedException">The command failed.</exception>
    public CommandResult OrThrow() => Succeeded ? this : throw new CommandFailedException(this);
}

/// <summary>A required command failed. Carries the arguments, the exit code and the end of its standard error.</summary>
public sealed class CommandFailedException : Exception
{
    /// <summary>Creates the exception from the result of the command.</summary>
    public CommandFailedException(CommandResult result)
        : base($"{result.Command} failed with exit code {result.ExitCode}{Tail(result)}")
    {
        Result = result;
    }

    /// <summary>The result of the command.</summary>
    public CommandResult Result { get; }

    private static string Tail(CommandResult result)
    {
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : ": " + string.Join("; ", lines[Math.Max(0, lines.Length - 5)..]);
    }
}

/// <summary>One of the two interfaces to a machine: running commands.</summary>
public interface ICommandRunner
{
    /// <summary>Runs a command and waits for its end. A missing program results in exit code 127, as in a shell.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled; the process tree was killed.</exception>
    CommandResult Run(Command command, CancellationToken cancellation = default);
}
