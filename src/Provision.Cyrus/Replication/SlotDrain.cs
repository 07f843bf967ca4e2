using System.Collections.Concurrent;
using System.Text;
using Provision.Cyrus.Observe;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Replication;

/// <summary>Sends the changes of a stopped slot that its replicas lack, with Cyrus's own <c>sync_client</c>.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="commands">The machine's commands.</param>
public sealed class SlotDrain(IMachineFiles files, ICommandRunner commands)
{
    private const string SyncClient = "/usr/lib/cyrus/bin/sync_client";
    private const string SearchChannel = "squatter";

    /// <summary>Timeout for one attempt: version 3.6 retries forever if the other side does not answer, whatever its options.</summary>
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WholeStore = TimeSpan.FromMinutes(30);

    /// <summary>A terabyte at 20 MB/s takes 14 hours.</summary>
    private static readonly TimeSpan WholeServer = TimeSpan.FromHours(24);
    private const int Tries = 6;

    /// <summary>
    /// Processes the logs of all channels until none is left or a channel makes no progress. A removed log was sent; the program's exit code is less reliable.
    /// </summary>
    /// <returns>The slot afterwards: channels that still have a log are not drained.</returns>
    /// <exception cref="InstanceException">The slot is running, or has no configuration.</exception>
    public InstanceHealth Drain(string slot)
    {
        var (configuration, health) = Stopped(slot);
        for (var tried = 0; tried < Tries && health.Channels.Any(channel => channel.Age is not null); tried++)
        {
            Parallel.ForEach(health.Channels.Where(channel => channel.Age is not null), channel =>
                commands.Run(AsCyrus(SyncClient, ["-C", configuration.ImapdConf, "-n", channel.Name, "-o", "-l", "-R", "-1"]).WithTimeout(OneTry)));
            health = new SlotObserver(files, commands).Observe(slot);
        }

        return health;
    }

    /// <summary>
    /// Sends every mailbox named in any channel's log to each of some addresses, whatever the current configuration: the changes that only a slot which died as
    /// master may have. The logs are removed once all addresses have them.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="peers">Addresses of the store's other slots, each with a sync server.</param>
    /// <returns>The number of lines sent.</returns>
    /// <exception cref="InstanceException">The slot is running, or an address did not accept everything.</exception>
    public int Merge(string slot, IReadOnlyList<string> peers)
    {
        var (configuration, _) = Stopped(slot);
        var logs = LogsOf(configuration);
        var lines = logs.SelectMany(log => Encoding.UTF8.GetString(files.Read(log)!.Content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal).ToList();
        if (lines.Count == 0)
        {
            return 0;
        }

        // Recovers the databases after a kill, as the slot's own start would.
        commands.Run(AsCyrus("/usr/lib/cyrus/bin/ctl_cyrusdb", ["-C", configuration.ImapdConf, "-r"]).WithTimeout(OneTry * Tries)).OrThrow();
        var list = $"{configuration.ConfigFolder}/sync/provision-merge";
        var failures = new ConcurrentQueue<string>();
        foreach (var peer in peers)
        {
            // Sequentially: sync_client locks what it sends.
            files.Remove(list);
            files.WriteNew(list, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), FileModes.Public, files.Stat(configuration.ConfigFolder!)!.Owner);
            var sent = commands.Run(AsCyrus(SyncClient, ["-C", configuration.ImapdConf, "-S", peer, "-o", "-l", "-R", "-f", list]).WithTimeout(WholeStore));
            if (!sent.Succeeded)
            {
                failures.Enqueue($"{slot}: {peer} did not take everything: {sent.Error.Trim().Split('\n')[^1]}");
            }
        }

        files.Remove(list);
        if (!failures.IsEmpty)
        {
            throw new InstanceException(string.Join('\n', failures));
        }

        logs.ForEach(files.Remove);
        return lines.Count;
    }

    /// <summary>Sends everything that a running master holds to one of its replicas, which is new; by itself the master sends only changes.</summary>
    /// <param name="slot">The master.</param>
    /// <param name="channel">The channel, named after the replica.</param>
    /// <exception cref="InstanceException">The slot is not running as master or has no such channel, or the replica did not accept everything.</exception>
    public void Fill(string slot, string channel)
    {
        var configuration = SlotConfiguration.Read(files, slot)
            ?? throw new InstanceException($"there is no configuration of {slot} in {SlotConfiguration.Folder}/{slot}");
        var health = new SlotObserver(files, commands).Observe(slot);
        if (health is not { Role: ReplicationRole.Master, Unit: "active" } || health.Channels.All(one => one.Name != channel))
        {
            throw new InstanceException($"{slot} ({health.Role.ToString().ToLowerInvariant()}, {health.Unit}) sends nothing to {channel}: it has the " +
                $"channels {string.Join(", ", health.Channels.Select(one => one.Name))}");
        }

        var sent = commands.Run(AsCyrus(SyncClient, ["-C", configuration.ImapdConf, "-n", channel, "-A"]).WithTimeout(WholeServer));
        if (!sent.Succeeded)
        {
            throw new InstanceException($"{slot}: {channel} did not take everything: {sent.Error.Trim().Split('\n')[^1]}");
        }
    }

    private List<string> LogsOf(SlotConfiguration configuration) =>
    [
        .. files.List($"{configuration.ConfigFolder}/sync").Where(channel => channel != SearchChannel)
            .SelectMany(channel => new[] { $"{configuration.ConfigFolder}/sync/{channel}/log-run", $"{configuration.ConfigFolder}/sync/{channel}/log" })
            .Where(path => files.Stat(path) is { Kind: FileKind.File }),
    ];

    private (SlotConfiguration, InstanceHealth) Stopped(string slot)
    {
        var configuration = SlotConfiguration.Read(files, slot)
            ?? throw new InstanceException($"there is no configuration of {slot} in {SlotConfiguration.Folder}/{slot}");
        var health = new SlotObserver(files, commands).Observe(slot);
        if (health.Unit is not ("inactive" or "failed") || health.Services.Any(service => service.Banner is not null))
        {
            throw new InstanceException($"{slot} runs ({health.Unit}): stop it first, what it sends would be old at once");
        }

        // The service manager creates these at a start, and a slot not started since the boot has none.
        foreach (var folder in (string[])["", "/socket", "/proc", "/lock", "/tmp"])
        {
            files.MakeFolder($"/run/cyrus/{slot}{folder}", FileModes.GroupDirectory, files.Stat(configuration.ConfigFolder!)?.Owner);
        }

        return (configuration, health);
    }

    private static Command AsCyrus(string program, IReadOnlyList<string> arguments) =>
        Command.Of("setpriv", ["--reuid=cyrus", "--regid=mail", "--init-groups", program, .. arguments]).WithEnvironment("CYRUS_SYSLOG_PREFIX", "provision");
}
