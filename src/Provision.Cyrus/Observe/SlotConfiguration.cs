using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Observe;

/// <summary>A process of <c>cyrus.conf</c>'s <c>DAEMON</c> section, which runs as long as the slot does.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Words">Program and arguments; a program without a directory is in <c>/usr/lib/cyrus/bin</c>.</param>
public sealed record InstanceDaemon(string Name, IReadOnlyList<string> Words);

/// <summary>A slot's configuration on the machine's disk, in the form that <c>templates/cyrus</c> writes.</summary>
public sealed partial record SlotConfiguration
{
    /// <summary>The parent of each slot's configuration directory, which holds <c>cyrus.conf</c> and <c>imapd.conf</c>.</summary>
    public const string Folder = "/etc/cyrus";

    /// <summary>The search engine's channel, which leads to no replica.</summary>
    private const string SearchChannel = "squatter";

    /// <summary>Returns the systemd unit of a slot, as defined by the role's <c>instances</c>.</summary>
    public static string UnitOf(string slot) => $"cyrus@{slot}.service";

    /// <summary>The slot's name.</summary>
    public required string Slot { get; init; }

    /// <summary>The role in the first line of <c>cyrus.conf</c>; <see cref="ReplicationRole.None"/> if it is unknown.</summary>
    public required ReplicationRole Role { get; init; }

    /// <summary>TCP services, not queried yet and so without banners.</summary>
    public required IReadOnlyList<InstanceService> Services { get; init; }

    /// <summary>The slot's daemons.</summary>
    public required IReadOnlyList<InstanceDaemon> Daemons { get; init; }

    /// <summary>The options of <c>imapd.conf</c>; the last of equal names counts, as for Cyrus.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Cyrus's <c>configdirectory</c>: databases and the logs of channels.</summary>
    public string? ConfigFolder => Options.GetValueOrDefault("configdirectory");

    /// <summary>Names of the channels to replicas; empty for a replica.</summary>
    public IReadOnlyList<string> Channels =>
        [.. Options.GetValueOrDefault("sync_log_channels", "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(channel => channel != SearchChannel)];

    /// <summary>Mail directories by the option that configures them: <c>partition-default</c>, <c>archivepartition-default</c>.</summary>
    public IEnumerable<KeyValuePair<string, string>> Partitions =>
        Options.Where(option => option.Key.StartsWith("partition-", StringComparison.Ordinal)
            || option.Key.StartsWith("archivepartition-", StringComparison.Ordinal));

    /// <summary>The configuration file passed to every Cyrus program with <c>-C</c>.</summary>
    public string ImapdConf => $"{Folder}/{Slot}/imapd.conf";

    /// <summary>The configuration file of services and daemons.</summary>
    public string CyrusConf => $"{Folder}/{Slot}/cyrus.conf";

    /// <summary>The file with the process id of Cyrus's master.</summary>
    public string PidFile => $"/run/cyrus/{Slot}/master.pid";

    /// <summary>Returns the names of the slots configured on this machine, in ordinal order.</summary>
    /// <exception cref="MachineFileException">The operating system denies access.</exception>
    public static IReadOnlyList<string> Slots(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return [.. files.List(Folder).Where(slot => files.Stat($"{Folder}/{slot}/cyrus.conf") is not null)];
    }

    /// <summary>Reads the configuration of a slot; null if one of its two files is missing.</summary>
    /// <exception cref="MachineFileException">The operating system denies access.</exception>
    public static SlotConfiguration? Read(IMachineFiles files, string slot)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Lines(files, $"{Folder}/{slot}/cyrus.conf") is { } cyrus && Lines(files, $"{Folder}/{slot}/imapd.conf") is { } imapd ? Parse(slot, cyrus, imapd)
            : null;
    }

    private static SlotConfiguration Parse(string slot, string[] cyrus, string[] imapd)
    {
        var services = new List<InstanceService>();
        var daemons = new List<InstanceDaemon>();
        var section = "";
        foreach (var line in cyrus)
        {
            if (SectionLine().Match(line) is { Success: true } opened)
            {
                section = opened.Groups["name"].Value;
            }
            else if (EntryLine().Match(line) is { Success: true } entry)
            {
                var name = entry.Groups["name"].Value;
                if (section == "DAEMON")
                {
                    daemons.Add(new InstanceDaemon(name, entry.Groups["cmd"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
                }
                else if (section == "SERVICES" && IPEndPoint.TryParse(entry.Groups["listen"].Value, out var at) && at.Port > 0)
                {
                    services.Add(new InstanceService(name, at.Address.ToString(), at.Port, null));
                }
            }
        }

        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in imapd.Where(line => !line.StartsWith('#')).Select(line => line.Split(':', 2)).Where(option => option.Length == 2))
        {
            options[option[0].Trim()] = option[1].Trim();
        }

        var first = HeadLine().Match(cyrus[0]);
        return new SlotConfiguration
        {
            Slot = slot,
            Role = !first.Success || first.Groups["slot"].Value != slot ? ReplicationRole.None : first.Groups["role"].Value == "MASTER"
                ? ReplicationRole.Master : ReplicationRole.Replica,
            Services = services,
            Daemons = daemons,
            Options = options,
        };
    }

    private static string[]? Lines(IMachineFiles files, string path) =>
        files.Read(path) is { } file ? Encoding.UTF8.GetString(file.Content).Split('\n') : null;

    [GeneratedRegex(@"^# GENERATED for slot (?<slot>\S+) \((?<role>MASTER|replica)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HeadLine();

    [GeneratedRegex(@"^(?<name>[A-Z]+) *\{", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SectionLine();

    [GeneratedRegex("""^ +(?<name>[a-z0-9]+) +cmd="(?<cmd>[^"]+)"(?: .*?listen="(?<listen>[^"]+)")?""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EntryLine();
}
