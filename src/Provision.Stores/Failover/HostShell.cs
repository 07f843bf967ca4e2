using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

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
/// Runs commands on hosts of the fleet: locally, or by the ssh client with the engineers' existing configuration, agent and known hosts. All commands of a
/// failover share one connection per host.
/// </summary>
/// <param name="commands">Runs ssh.</param>
/// <param name="here">The local host; null if this machine does not belong to the fleet.</param>
public sealed class HostShell(ICommandRunner commands, Host? here)
{
    /// <summary>Environment variable for an ssh configuration file, as in <c>ssh -F</c>.</summary>
    public const string ConfigVariable = "PROVISION_SSH_CONFIG";

    private const int Unreachable = 255;

    /// <summary>The ssh client with the options of all connections, as one line for git.</summary>
    public static string SshLine => string.Join(' ', Options().Prepend("ssh").Select(Shell.Quote));

    /// <summary>Returns true if a host is this machine.</summary>
    public bool IsHere(Host host) => ReferenceEquals(host, here);

    /// <summary>Runs a command on a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="limit">Timeout.</param>
    /// <param name="words">Program and arguments, passed verbatim: they include names of mailboxes, which users choose.</param>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public CommandResult Run(Host host, TimeSpan limit, params IReadOnlyList<string> words) => Run(host, limit, null, words);

    /// <summary>Runs a command and forwards its output line by line to <paramref name="listener"/>, if not null.</summary>
    public CommandResult Run(Host host, TimeSpan limit, Action<string>? listener, IReadOnlyList<string> words)
    {
        if (IsHere(host))
        {
            return Run(Command.Of(words[0] == "provision" ? Environment.ProcessPath! : words[0], [.. words.Skip(1)]));
        }

        var result = Run(Command.Of("ssh", [.. Options(), "root@" + host.Address, "--", .. words.Select(Shell.Quote)]));
        return result.ExitCode == Unreachable
            ? throw new HostUnreachableException($"{host.Name} ({host.Address}) does not answer by ssh: {Last(result.Error)}")
            : result;

        CommandResult Run(Command command) => commands.Run((listener is null ? command : command.WithListener(listener)).WithTimeout(limit));
    }

    /// <summary>Returns the last line of a program's error output, safe to print.</summary>
    public static string Last(string error) => Printable.Of(error.Trim().Split('\n')[^1].Trim(), 300);

    private static IEnumerable<string> Options()
    {
        if (Environment.GetEnvironmentVariable(ConfigVariable) is { Length: > 0 } file)
        {
            yield return "-F";
            yield return file;
        }

        foreach (var option in (string[])["BatchMode=yes", "ConnectTimeout=5", "ServerAliveInterval=5", "ServerAliveCountMax=3", "ControlMaster=auto", "ControlPersist=30", "ControlPath=/run/provision-ssh-%C"])
        {
            yield return "-o";
            yield return option;
        }
    }
}

/// <summary>Operates on slots by running <c>provision slot VERB HOST SLOT</c> on their own hosts.</summary>
/// <param name="shell">Reaches the hosts.</param>
public sealed class RemoteSlots(HostShell shell) : ISlotHands
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public SlotHealth Status(Slot slot) => Health(slot, Do(slot, "status", Limit));

    /// <inheritdoc/>
    public SlotHealth Start(Slot slot) => Health(slot, Do(slot, "start", Limit));

    /// <inheritdoc/>
    public void Stop(Slot slot) => Do(slot, "stop", Limit);

    /// <inheritdoc/>
    public IReadOnlyList<SlotChannel> Drain(Slot slot) => Health(slot, Do(slot, "drain", DrainLimit)).Channels.Where(channel => channel.Age is not null).ToList();

    private CommandResult Do(Slot slot, string verb, TimeSpan limit)
    {
        var result = shell.Run(slot.Host, limit, "provision", "slot", verb, slot.Host.Name, slot.Name, "--here", "--output", "json");

        // 1 means that the slot is unhealthy; the output has the details.
        return result.ExitCode is 0 or 1 ? result : throw new SlotException($"{slot.Name}: \"provision slot {verb}\" on {slot.Host.Name} failed: {HostShell.Last(result.Error)}");
    }

    private static SlotHealth Health(Slot slot, CommandResult result) =>
        SlotHealthJson.FromJson(result.Output.Span).FirstOrDefault(health => health.Slot == slot.Name)
        ?? throw new SlotException($"{slot.Name}: {slot.Host.Name} told nothing of it");
}
