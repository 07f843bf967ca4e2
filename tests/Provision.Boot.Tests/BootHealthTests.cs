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
            ["Warning /dev/sdc (SERIAL-sdc) cannot start this machine: \"provision boot-loader --renew\"",
                "Warning 1 of 2 disks that could start this machine is gone"]),
        ("nothing was recorded", () => new(null, "version 1", Machine("sda", "sdb")),
            ["Unknown the boot loader was installed before it was recorded: \"provision boot-loader --renew\" compares and records it"]),
        ("another installer's", () => new(null, "version 1", Machine("sda") is var machine
            ? machine with { Devices = [.. machine.Devices.Where(device => device.PartitionLabel is null)] } : machine),
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
        Assert.Equal(findings, BootHealth.Checks[0].Judge(new BootHealth(facts)).Select(finding => $"{finding.Level} {finding.Sentence}"));
    }

    [Fact]
    public void A_bundle_says_nothing_of_this_machines_boot_loader() => Assert.Empty(BootHealth.Checks.SelectMany(check => check.Judge(new BootHealth(null))));

    private const string Efi = "0b5d2f6e-1111-4000-8000-0000000000aa";
    private const string Gone = "0b5d2f6e-1111-4000-8000-0000000000bb";
    private const string Foreign = "0b5d2f6e-1111-4000-8000-0000000000cc";

    /// <summary>Entries in the firmware's order: what each starts, and what is said of it.</summary>
    [Theory]
    [InlineData("network,efi", null)]
    [InlineData("network,network,device", null)]
    [InlineData("firmware,network,gone,efi", null)]
    [InlineData("network,-foreign,efi", null)]
    [InlineData("efi,network", "Info the firmware starts efi (Boot0000) before the network: a reinstall needs --local, or another order")]
    [InlineData("network,foreign,efi",
        "Warning the firmware starts foreign (Boot0001) from /dev/sdz1 before this system: put this system first with efibootmgr --bootorder")]
    [InlineData("network,firmware",
        "Warning no boot entry of the firmware leads to a disk of this machine: without an answer from the network it does not start; " +
        "efibootmgr --create --disk /dev/sda --part 2 --label debian --loader '\\EFI\\debian\\shimx64.efi'")]
    [InlineData("network,gone", "Warning no boot entry of the firmware leads to a disk of this machine")]
    [InlineData("network,-efi", "Warning no boot entry of the firmware leads to a disk of this machine")]
    [InlineData("", "Unknown boot-order could not be observed: /sys/firmware/efi/efivars has no BootOrder: is efivarfs mounted?")]
    [InlineData("cut", "Unknown boot-order could not be observed: the boot entry 0000 is cut off")]
    [InlineData("bios", null)]
    public void A_boot_entry_that_vanished_or_comes_too_late_is_reported(string entries, string? expected)
    {
        using var root = new FirmwareRoot(entries);
        var machine = Machine("sda", "sdb") is var whole ? whole with
        {
            Devices =
            [
                .. whole.Devices.Select(device => device.Name == "sda2" ? device with { PartitionUuid = Efi } : device),
                Device("sdz1", BlockKind.Partition, "sdz") with { PartitionUuid = Foreign },
            ],
        } : null!;
        var findings = BootHealth.Checks[1].Judge(new BootHealth(() => BootFacts.Read(root.Files, machine))).ToList();
        Assert.Equal(expected is null ? 0 : 1, findings.Count);
        Assert.StartsWith(expected ?? "", findings.Select(finding => $"{finding.Level} {finding.Sentence}").FirstOrDefault() ?? "", StringComparison.Ordinal);
    }

    /// <summary>A root with the variables of UEFI firmware, byte by byte as efivarfs shows them; an entry that begins with a dash is inactive.</summary>
    private sealed class FirmwareRoot : IDisposable
    {
        private readonly string root = Directory.CreateTempSubdirectory("provision-efi-").FullName;

        public FirmwareRoot(string entries)
        {
            Files = RootedFiles.Open(root);
            if (entries == "bios")
            {
                return;
            }

            Directory.CreateDirectory(root + FirmwareOrder.Directory);
            var names = entries.Split(',', StringSplitOptions.RemoveEmptyEntries);
            if (names.Length == 0)
            {
                return;
            }

            Write("BootOrder", [.. names.SelectMany((_, index) => BitConverter.GetBytes((ushort)index))]);
            foreach (var (index, name) in names.Index())
            {
                var label = name.TrimStart('-');
                byte[] path = [1, 1, 6, 0, 0, 3, .. PathOf(label), 0x7f, 0xff, 4, 0];
                var text = System.Text.Encoding.Unicode.GetBytes(label + "\0");
                byte[] option = [(byte)(name == label ? 1 : 0), 0, 0, 0, .. BitConverter.GetBytes((ushort)path.Length), .. text, .. path];
                Write($"Boot{index:X4}", label == "cut" ? option[..^3] : option);
            }
        }

        public RootedFiles Files { get; }

        public void Dispose()
        {
            Files.Dispose();
            Directory.Delete(root, recursive: true);
        }

        private void Write(string name, byte[] value) =>
            File.WriteAllBytes($"{root}{FirmwareOrder.Directory}/{name}-8be4df61-93ca-11d2-aa0d-00e098032b8c", [7, 0, 0, 0, .. value]);

        private static byte[] PathOf(string label) => label switch
        {
            "network" => [3, 11, 37, 0, .. new byte[33], 3, 12, 27, 0, .. new byte[23]],
            "firmware" => [4, 7, 20, 0, .. new byte[16], 4, 6, 20, 0, .. new byte[16]],
            "efi" => HardDrive(Efi),
            "gone" => HardDrive(Gone),
            "foreign" => HardDrive(Foreign),
            _ => [3, 18, 10, 0, .. new byte[6]],
        };

        private static byte[] HardDrive(string uuid) =>
            [3, 18, 10, 0, .. new byte[6], 4, 1, 42, 0, 2, 0, 0, 0, .. new byte[16], .. new Guid(uuid).ToByteArray(), 2, 2];
    }

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
