using System.Globalization;
using System.Text.RegularExpressions;
using Provision.Inventory;

namespace Provision.Lab;

/// <summary>A host of the <see cref="Datacentre"/>: its disks, and what people do with it from the delivery of the hardware on.</summary>
internal abstract class DatacentreHost
{
    private const string Escrow = "/run/escrow";

    /// <summary>A machine as it is delivered.</summary>
    protected DatacentreHost(Datacentre datacentre, string name)
    {
        Datacentre = datacentre;
        Name = name;
        Tap = datacentre.Tap();
        Address = "192.0.2." + name[^2..];
    }

    /// <summary>Where it stands.</summary>
    public Datacentre Datacentre { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its firmware calls it.</summary>
    public Guid Uuid { get; } = Guid.NewGuid();

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>Its disks.</summary>
    public IReadOnlyList<QemuDisk> Disks { get; set; } = [];

    /// <summary>What its files hashed to when it was filled, as sha256sum has it.</summary>
    public string Sums { get; private set; } = "";

    /// <summary>The tap that its card is connected to.</summary>
    protected string Tap { get; }

    /// <summary>UEFI's variables; null for a BIOS.</summary>
    protected virtual string? Variables => null;

    /// <summary>The sets and pools that it has, with the serials of their drives.</summary>
    protected abstract IReadOnlyList<(string Set, IReadOnlyList<string> Serials)> Sets { get; }

    /// <summary>What must be there on the running host before data sets can be made; empty for nothing.</summary>
    protected virtual string Prepare(BootedMachine machine) => "";

    /// <summary>The drive record of the machine as it was delivered: which drive is in which bay, and no set made yet.</summary>
    public string DeliveredRecord()
    {
        var fleet = Datacentre.Fleet();
        var host = fleet.FindHost(Name)!;
        var layout = Layout.Of(host, fleet.FindChassis(host.Chassis!)!);
        var text = DriveRecordText.From(Name, null);
        text = layout.Sets.Aggregate(text, (known, set) => known.WithSet(set.Key, layout.Os.Set == set.Key));
        text = layout.Pools.Aggregate(text, (known, pool) => known.WithSet(pool.Definition.Name, false));
        return Recorded(text).ToString();
    }

    /// <summary>Copies of all disks as they are now, in a folder of their own.</summary>
    public IReadOnlyList<QemuDisk> CopyDisks()
    {
        var place = Datacentre.Folder.Folder($"copy-{Guid.NewGuid():N}");
        return [.. Disks.Select(disk =>
        {
            var copy = Path.Combine(place, Path.GetFileName(disk.Image));
            new ProcessRunner().Run(Command.Of("cp", "--sparse=always", disk.Image, copy)).OrThrow();
            return disk with { Image = copy };
        })];
    }

    /// <summary>Switches it on.</summary>
    /// <param name="fromNetwork">Whether its firmware can boot from the network.</param>
    public BootedMachine Boot(bool fromNetwork = true) => new(
        Datacentre,
        new QemuMachine
        {
            Disks = Disks,
            Memory = 1536,
            Uuid = Uuid,
            Network = new BootCard($"00:00:5e:00:53:{Name[^2..]}", Tap)
            {
                Variables = Variables,
                Boots = fromNetwork
            }
        },
        Address);

    /// <summary>SHA-256 of every whole disk but those of the system, by serial.</summary>
    public IReadOnlyDictionary<string, string> DataHashes() => HashesOf(Disks.Where(disk => disk.BootIndex is null));

    /// <summary>The same of all disks.</summary>
    public IReadOnlyDictionary<string, string> Hashes() => HashesOf(Disks);

    private static Dictionary<string, string> HashesOf(IEnumerable<QemuDisk> disks) =>
        disks.AsParallel().WithDegreeOfParallelism(2).ToDictionary(disk => disk.Serial + " " + disk.Place.Id, disk => StorageTrial.Hash(disk.Image),
            StringComparer.Ordinal);

    /// <summary>
    /// Lets the installer begin: where it asks for it, reads the code on the machine's console and approves it, as an engineer who stands there.
    /// </summary>
    public void Admit(BootedMachine machine)
    {
        var asks = new Regex("approve the code (?<code>[a-z0-9-]{14})", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        Patience.Until(() => machine.Console.Contains($"installs {Name} from commit", StringComparison.Ordinal) || (
            asks.IsMatch(machine.Console) && Datacentre.State(Name) == "awaits-code"),
            TimeSpan.FromMinutes(15), () => $"the installer neither began nor asked for a code\n{Datacentre.Job(Name)}\n{machine.Console}");
        if (Datacentre.State(Name) == "awaits-code")
        {
            Datacentre.ApproveCode(Name, asks.Matches(machine.Console)[^1].Groups["code"].Value);
        }
    }

    /// <summary>Lets the installer, which was armed, do its work. The machine stands still before its restart.</summary>
    public void Install(BootedMachine machine)
    {
        Admit(machine);
        machine.WaitForRestart();
        Assert.True(Datacentre.State(Name) == "done", $"{Datacentre.Job(Name)}\n{machine.Console}");
    }

    /// <summary>Makes its data sets through ssh, fills their slots with files, and gives the drive record back to the repository.</summary>
    public void Fill(BootedMachine machine)
    {
        var engineer = Prepare(machine) +
            $"""
            set -e
            mkdir -p {Escrow} && mount -t tmpfs escrow {Escrow} && chmod 700 {Escrow}
            cat > {Escrow}/operator.key <<'KEY'
            {File.ReadAllText(Datacentre.OperatorKey).Trim()}
            KEY
            provision drives accept {Name} --yes
            {string.Join('\n', Sets.Select(set => $"provision storage create {Name} --set {set.Set} --serial {string.Join(' ', set.Serials)} --escrow {Escrow} --yes"))}
            provision storage rehearse {Name} --escrow {Escrow} --identity {Escrow}/operator.key
            provision storage unlock {Name}
            """;
        Ok(machine.Ssh(engineer));
        Sums = Ok(machine.Ssh("set -e; for mount in $(awk '$2 ~ \"^/mnt/.\" { print $2 }' /proc/mounts); do head -c 10M /dev/urandom > $mount/mail; sha256sum $mount/mail; done; sync"));
        Datacentre.Record(Name, Ok(machine.Ssh("cat /var/lib/provision/repository/" + DriveRecordText.PathOf(Name))));
    }

    /// <summary>The host that came up by itself has its data in service, every file as it was, and is as the repository says.</summary>
    public void IsWhole(BootedMachine machine)
    {
        machine.WaitForSsh();
        Ok(machine.Ssh("for i in $(seq 300); do systemctl is-active --quiet data-disks.target && exit; sleep 1; done; systemctl status --no-pager provision-unlock.service data-disks.target; journalctl -b --no-pager | tail -n 60; exit 1"));
        Ok(machine.Ssh($"sha256sum --check --quiet - <<'SUMS' || {{ journalctl -b --no-pager -u provision-unlock.service -u systemd-networkd-wait-online.service; exit 1; }}\n{Sums}SUMS\n"));
        Ok(machine.Ssh("for i in $(seq 60); do systemctl is-active --quiet lab-slot.service && exit; sleep 1; done; systemctl status --no-pager lab-slot.service; journalctl -b --no-pager -p warning; exit 1"));
        var cycles = machine.Ssh("journalctl -b --no-pager | grep -i 'ordering cycle'");
        Assert.True(cycles.ExitCode == 1, cycles.Text);
        var diff = machine.Ssh("provision diff");
        Assert.True(diff.ExitCode == 0, $"provision diff: exit {diff.ExitCode}\n{diff.Text}{diff.Error}");
    }

    /// <summary>The record's drives and units.</summary>
    protected abstract DriveRecordText Recorded(DriveRecordText text);

    /// <summary>What a script said that succeeded.</summary>
    public static string Ok(CommandResult result) =>
        result.Succeeded ? result.Text
            : throw new InvalidOperationException(
            $"exit {result.ExitCode}\n{result.Text}\n{result.Error}\nof:\n{System.Text.Encoding.UTF8.GetString((result.Command.Input ?? default).Span)}");

    /// <summary>A new empty disk of a decimal size.</summary>
    protected string Image(string name, int megabytes) =>
        Datacentre.Folder.Disk(string.Create(CultureInfo.InvariantCulture, $"{Name}-{name}"), (int)Math.Ceiling(megabytes * 1e6 / (1 << 20)));
}
