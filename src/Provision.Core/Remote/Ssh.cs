namespace Provision.Core;

/// <summary>A host does not answer by ssh.</summary>
public sealed class HostUnreachableException : Exception
{
    /// <summary>Creates the exception with the host and the reason.</summary>
    public HostUnreachableException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// Runs commands on other machines by the OpenSSH client, with the engineers' existing configuration, agent and known hosts. It never prompts; all commands
/// of a run share one connection for each machine.
/// </summary>
/// <param name="commands">Runs ssh.</param>
public sealed class Ssh(ICommandRunner commands)
{
    /// <summary>Environment variable for an ssh configuration file, as in <c>ssh -F</c>.</summary>
    public const string ConfigVariable = "PROVISION_SSH_CONFIG";

    private const int Unreachable = 255;

    /// <summary>The ssh client with the options of all connections, as one line for git.</summary>
    public static string Line => string.Join(' ', Options().Prepend("ssh").Select(Shell.Quote));

    /// <summary>Runs a command as root.</summary>
    /// <param name="name">Name of the machine, for messages.</param>
    /// <param name="address">Its address.</param>
    /// <param name="limit">Timeout.</param>
    /// <param name="listener">Receives its output line by line; null for none.</param>
    /// <param name="words">Program and arguments, passed verbatim: they may include what users choose.</param>
    /// <param name="input">Its standard input, for what no command line may show; null for none.</param>
    /// <exception cref="HostUnreachableException">The machine does not answer.</exception>
    public CommandResult Run(string name, string address, TimeSpan limit, Action<string>? listener, IReadOnlyList<string> words,
        ReadOnlyMemory<byte>? input = null)
    {
        var command = To("root@" + address, null, [.. words.Select(Shell.Quote)]).WithTimeout(limit);
        command = input is { } given ? command.WithInput(given) : command;
        var result = commands.Run(listener is null ? command : command.WithListener(listener));
        return result.ExitCode == Unreachable ? throw new HostUnreachableException($"{name} ({address}) does not answer by ssh: {Last(result.Error)}") : result;
    }

    /// <summary>Creates the command that runs a script on another machine.</summary>
    /// <param name="destination"><c>user@host</c>, or a host of the ssh configuration.</param>
    /// <param name="port">The port; null for that of the ssh configuration.</param>
    /// <param name="script">Words for the shell there; quoting them is the caller's business.</param>
    public static Command To(string destination, int? port, params IReadOnlyList<string> script) =>
        Command.Of("ssh", [.. Options(), .. port is { } number ? (string[])["-p", $"{number}"] : [], "--", destination, .. script]);

    /// <summary>Returns the last line of a program's error output, safe to print.</summary>
    public static string Last(string error) => Printable.Of(error.Trim().Split('\n')[^1].Trim(), 300);

    private static IEnumerable<string> Options()
    {
        if (Environment.GetEnvironmentVariable(ConfigVariable) is { Length: > 0 } file)
        {
            yield return "-F";
            yield return file;
        }

        // A host gets no agent and no forwarding, whatever the engineer's configuration says: root there could use them against all other hosts.
        foreach (var option in (string[])[
            "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "BatchMode=yes", "ConnectTimeout=5", "ServerAliveInterval=5", "ServerAliveCountMax=3",
            "ControlMaster=auto", "ControlPersist=30", "ControlPath=/run/provision-ssh-%C"])
        {
            yield return "-o";
            yield return option;
        }
    }
}
