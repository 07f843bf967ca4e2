using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>A host does not answer by ssh.</summary>
public sealed class HostUnreachableException : Exception
{
    /// <summary>Says which and why.</summary>
    public HostUnreachableException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// Runs commands on hosts of the fleet: here, or by the ssh client, whose configuration, agent and known hosts are what engineers use already. One connection
/// to a host serves all commands of a failover.
/// </summary>
/// <param name="commands">Runs ssh.</param>
/// <param name="here">The host that this is; null for a machine that is none of the fleet.</param>
public sealed class HostShell(ICommandRunner commands, Host? here)
{
    /// <summary>Names a configuration file for ssh, as <c>ssh -F</c> takes it.</summary>
    public const string ConfigVariable = "PROVISION_SSH_CONFIG";

    private const int Unreachable = 255;

    /// <summary>The ssh client with the options that all connections have, as one line for git.</summary>
    public static string SshLine => string.Join(' ', Options().Prepend("ssh").Select(Shell.Quote));

    /// <summary>Whether a host is this machine.</summary>
    public bool IsHere(Host host) => ReferenceEquals(host, here);

    /// <summary>A command on a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="words">Program and arguments, each as it is: names of mailboxes, which users choose, are among them.</param>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public CommandResult Run(Host host, TimeSpan limit, params IReadOnlyList<string> words) => Run(host, limit, null, words);

    /// <summary>The same, told to somebody line by line; null for nobody.</summary>
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

    /// <summary>The last line of what a program complained of.</summary>
    internal static string Last(string error) => error.Trim().Split('\n')[^1].Trim();

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

/// <summary>Slots by the commands of their own hosts: <c>provision slot VERB HOST SLOT</c>.</summary>
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

        // 1 says that the slot is not well; how, is in the answer.
        return result.ExitCode is 0 or 1 ? result : throw new SlotException($"{slot.Name}: \"provision slot {verb}\" on {slot.Host.Name} failed: {HostShell.Last(result.Error)}");
    }

    private static SlotHealth Health(Slot slot, CommandResult result) =>
        SlotHealthJson.FromJson(result.Output.Span).FirstOrDefault(health => health.Slot == slot.Name)
        ?? throw new SlotException($"{slot.Name}: {slot.Host.Name} told nothing of it");
}
