using Provision.Inventory;

namespace Provision.Stores.Failover;

/// <summary>Runs commands on hosts of the fleet: on this one, or by ssh.</summary>
/// <param name="commands">Runs them, or ssh.</param>
/// <param name="here">The local host; null if this machine does not belong to the fleet.</param>
public sealed class HostShell(ICommandRunner commands, Host? here)
{
    private readonly Ssh ssh = new(commands);

    /// <summary>Returns true if a host is this machine.</summary>
    public bool IsHere(Host host) => ReferenceEquals(host, here);

    /// <summary>Runs a command on a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="limit">Timeout.</param>
    /// <param name="words">Program and arguments, passed verbatim: they include names of mailboxes, which users choose.</param>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public CommandResult Run(Host host, TimeSpan limit, params IReadOnlyList<string> words) => Run(host, limit, null, words);

    /// <summary>Runs a command and forwards its output line by line to <paramref name="listener"/>, if not null.</summary>
    public CommandResult Run(Host host, TimeSpan limit, Action<string>? listener, IReadOnlyList<string> words,
        ReadOnlyMemory<byte>? input = null)
    {
        if (!IsHere(host))
        {
            return ssh.Run(host.Name, host.Address.ToString(), limit, listener, words, input);
        }

        var command = Command.Of(words[0] == "provision" ? Environment.ProcessPath! : words[0], [.. words.Skip(1)]).WithTimeout(limit);
        command = input is { } given ? command.WithInput(given) : command;
        return commands.Run(listener is null ? command : command.WithListener(listener));
    }
}
