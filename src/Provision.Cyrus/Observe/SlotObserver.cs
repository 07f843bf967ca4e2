using System.Globalization;
using System.Text;
using Provision.Configuration.Units;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Observe;

/// <summary>Observes the slots of a machine without changing anything: banners, processes, unsent changes.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="commands">The machine's commands.</param>
public sealed class SlotObserver(IMachineFiles files, ICommandRunner commands)
{
    /// <summary>Observes one slot; takes up to three seconds if a service sends nothing.</summary>
    /// <exception cref="MachineFileException">The operating system denies access.</exception>
    public InstanceHealth Observe(string slot)
    {
        var unit = UnitOf(slot);
        if (SlotConfiguration.Read(files, slot) is not { } configuration)
        {
            return new InstanceHealth
            {
                Slot = slot,
                Role = ReplicationRole.None,
                Unit = unit,
                Problems = [$"there is no configuration of it in {SlotConfiguration.Folder}/{slot}"]
            };
        }

        var answers = Task.WhenAll(configuration.Services.Select(service => Task.Run(() => Banner.Of(service))));
        var problems = new List<string>();
        if (configuration.Role == ReplicationRole.None)
        {
            problems.Add($"the first line of {configuration.CyrusConf} does not say that it is for {slot} as MASTER or replica");
        }

        if (unit is not ("active" or "reloading" or "unknown"))
        {
            problems.Add($"{SlotConfiguration.UnitOf(slot)} is {unit}");
        }

        var running = Children(configuration, out var masterProblem);
        var missing = configuration.Daemons.Where(daemon => !running.Any(process => IsOf(daemon, process))).Select(daemon => daemon.Name).ToList();
        if (masterProblem is not null)
        {
            // It follows that nothing else of the slot runs or answers.
            problems.Add(masterProblem);
        }
        else
        {
            problems.AddRange(answers.GetAwaiter().GetResult().Select(answer => answer.Problem).OfType<string>());
            problems.AddRange(missing.Select(DaemonProblem));
        }

        return new InstanceHealth
        {
            Slot = slot,
            Role = configuration.Role,
            Unit = unit,
            Services = [.. answers.GetAwaiter().GetResult().Select(answer => answer.Service)],
            Daemons = [.. configuration.Daemons.Select(daemon => daemon.Name)],
            MissingDaemons = missing,
            Channels = ChannelsOf(configuration),
            Problems = problems,
        };
    }

    /// <summary>Returns the sentence among <see cref="InstanceHealth.Problems"/> that reports one of <see cref="InstanceHealth.MissingDaemons"/>.</summary>
    public static string DaemonProblem(string daemon) => $"its daemon {daemon} does not run";

    private string UnitOf(string slot)
    {
        if (!Systemd.Runs(files))
        {
            return "unknown";
        }

        var said = commands.Run(Command.Of("systemctl", "show", "--property=ActiveState", "--value", SlotConfiguration.UnitOf(slot))
            .WithTimeout(TimeSpan.FromSeconds(10)));
        return said.Succeeded && said.Text.Trim() is { Length: > 0 } state ? state : "unknown";
    }

    /// <summary>Returns the argument lists of the processes started by the slot's master; none, with the reason, if it is not running.</summary>
    private List<string[]> Children(SlotConfiguration configuration, out string? problem)
    {
        // Cyrus's user writes the pid file: its content is only a claim, to be confirmed by the process's own arguments.
        var text = files.Stat(configuration.PidFile) is { Kind: FileKind.File, Size: < 32 } && files.Read(configuration.PidFile) is { } file
            ? Encoding.ASCII.GetString(file.Content).Trim() : null;
        problem = text is null ? $"it does not run: there is no {configuration.PidFile}"
            : !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || !Arguments(text)
                .Contains(configuration.CyrusConf, StringComparer.Ordinal)
            ? $"it does not run: {configuration.PidFile} names a process that is not its master"
            : null;
        return problem is not null || files.Read($"/proc/{text}/task/{text}/children") is not { } children ? []
            : [.. Encoding.ASCII.GetString(children.Content).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Arguments)];
    }

    private string[] Arguments(string pid)
    {
        try
        {
            return files.Read($"/proc/{pid}/cmdline") is { } file ? Encoding.UTF8.GetString(file.Content).TrimEnd('\0').Split('\0') : [];
        }
        catch (MachineFileException)
        {
            return []; // It has just ended.
        }
    }

    private static bool IsOf(InstanceDaemon daemon, string[] process) =>
        process.Length == daemon.Words.Count && Path.GetFileName(process[0]) == Path.GetFileName(daemon.Words[0]) && process.Skip(1)
            .SequenceEqual(daemon.Words.Skip(1), StringComparer.Ordinal);

    /// <summary>Returns the changes that the slot, as a master, has not yet sent to each of its replicas.</summary>
    public IReadOnlyList<ReplicationChannel> ChannelsOf(SlotConfiguration configuration)
    {
        var now = DateTimeOffset.UtcNow;
        return [.. configuration.Channels.Select(channel =>
        {
            var folder = $"{configuration.ConfigFolder}/sync/{channel}";
            var (log, running) = (files.Stat(folder + "/log"), files.Stat(folder + "/log-run"));
            // A log is appended to, so its creation time shows since when the replica is behind; log-run is the same file renamed.
            var oldest = new[] { log, running }.OfType<FileFacts>().Select(file => file.Born ?? file.Modified).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
            var age = oldest == DateTimeOffset.MaxValue ? (TimeSpan?)null : now > oldest ? now - oldest : TimeSpan.Zero;
            return new ReplicationChannel(channel, (log?.Size ?? 0) + (running?.Size ?? 0), age, running is not null);
        })];
    }
}
