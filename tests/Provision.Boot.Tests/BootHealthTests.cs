using Provision.Boot.Health;
using Provision.Boot.Installer.Loader;
using Provision.Storage.Observe;

namespace Provision.Boot.Tests;

/// <summary>What is said of the disks that start a machine.</summary>
public class BootHealthTests
{
    private static readonly LoaderRecord Recorded = new("version 1", ["efi-sda", "efi-sdb"]);

    private static readonly (string Name, Func<BootFacts> Facts, string[] Findings)[] Rows =
    [
        ("both disks are up to date", () => new(Recorded, "version 1", Machine("sda", "sdb")), []),
        ("the packages are newer", () => new(Recorded, "version 2", Machine("sda", "sdb")),
            ["Warning GRUB or the shim was upgraded, and the disks still start the version before: \"provision boot-loader --renew\""]),
        ("a disk is gone", () => new(Recorded, "version 1", Machine("sda")), ["Warning 1 of 2 disks that could start this machine is gone"]),
        ("a disk was replaced", () => new(Recorded, "version 1", Machine("sda", "sdc")),
            ["Warning /dev/sdc (SERIAL-sdc) cannot start this machine: \"provision boot-loader --renew\"", "Warning 1 of 2 disks that could start this machine is gone"]),
        ("nothing was recorded", () => new(null, "version 1", Machine("sda", "sdb")),
            ["Unknown the boot loader was installed before it was recorded: \"provision boot-loader --renew\" compares and records it"]),
        ("another installer's", () => new(null, "version 1", Machine("sda") is var machine ? machine with { Devices = [.. machine.Devices.Where(device => device.PartitionLabel is null)] } : machine),
            ["Info the boot loader was not installed by provision, so it is not watched"]),
        ("a container", () => new(null, "version 1", Machine("sda") with { Mounts = [new ObservedMount("/", "overlay", "overlay", "rw", "0:42")] }), []),
        ("unreadable", () => throw new InvalidDataException("/var/lib/provision/boot-loader.json is damaged"),
            ["Unknown boot could not be observed: /var/lib/provision/boot-loader.json is damaged"]),
    ];

    public static TheoryData<string> Names() => [.. Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_state_has_its_findings(string name)
    {
        var (_, facts, findings) = Rows.Single(row => row.Name == name);
        Assert.Equal(findings, BootHealth.Checks.Single().Judge(new BootHealth(facts)).Select(finding => $"{finding.Level} {finding.Sentence}"));
    }

    [Fact]
    public void A_bundle_says_nothing_of_this_machines_boot_loader() => Assert.Empty(BootHealth.Checks.Single().Judge(new BootHealth(null)));

    /// <summary>A machine whose root is an array over the third partition of each disk.</summary>
    private static ObservedStorage Machine(params string[] disks) => new()
    {
        Machine = null!,
        Drives = [],
        Arrays = [],
        ArecaVolumes = [],
        Pools = [],
        Problems = [],
        Devices =
        [
            .. disks.SelectMany(disk => new[]
            {
                Device(disk, BlockKind.Disk) with { Serial = "SERIAL-" + disk },
                Device(disk + "2", BlockKind.Partition, disk) with { PartitionLabel = "provision-esp", PartitionUuid = "efi-" + disk },
                Device(disk + "3", BlockKind.Partition, disk),
            }),
            Device("md127", BlockKind.Md, [.. disks.Select(disk => disk + "3")]) with { Number = "9:127" },
        ],
        Mounts = [new ObservedMount("/", "/dev/md127", "ext4", "rw", "9:127")],
    };

    private static BlockDevice Device(string name, BlockKind kind, params string[] parents) =>
        new() { Name = name, Kind = kind, Bytes = 1 << 30, SectorBytes = 512, Number = "8:" + name, Parents = parents, Children = [] };
}
