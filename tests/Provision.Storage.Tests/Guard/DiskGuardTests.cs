using System.Reflection;
using Provision.Inventory;
using Provision.Storage.Create;
using Provision.Storage.Guard;

namespace Provision.Storage.Tests.Guard;

/// <summary>
/// The guard, one harm at a time: with every rule the harm is refused and nothing runs; with the one rule switched off it happens.
/// So each rule is needed, and none can be lost without a red test of its name.
/// </summary>
public sealed class DiskGuardTests
{
    private const long Bytes = 1_000_000_000;
    private const string Planned = "6ac1f0de-0000-4000-8000-00000000aaaa";

    private static readonly WritePermit Sdc = new("sdc", 7, Bytes / 512 * 512, "rear/4 serial A", DiskEffect.Destroy, "the set is new");

    public static TheoryData<string> Rules => [.. GuardRule.All.Select(rule => rule.Name)];

    /// <summary>For each rule: the machine, the permits and the command that would do harm.</summary>
    private static (KernelRecords Machine, WriteSet Allowed, DiskCommand Command) HarmOf(string rule) => rule switch
    {
        "listed" => (new KernelRecords().Disk("sdc").Disk("sdd"), Only(Sdc), DiskCommands.MakeFilesystem("/dev/sdd1", "ext4", Planned, "i33d1t01")),
        "effect" => (new KernelRecords().Disk("sdc"), Only(Sdc with { Effect = DiskEffect.Service }),
            DiskCommands.MakeFilesystem("/dev/sdc1", "ext4", Planned, "i33d1t01")),
        "boot-loader-place" => (new KernelRecords().Disk("sdc"), Only(Sdc with { Effect = DiskEffect.BootLoader }),
            DiskCommands.RenewBootImage("/dev/sdc1", "core"u8.ToArray(), 0)),
        "same-disk" => (new KernelRecords().Disk("sdc", sequence: 8), Only(Sdc), DiskCommands.MakeFilesystem("/dev/sdc1", "ext4", Planned, "i33d1t01")),
        "not-mounted" => (new KernelRecords().Disk("sdc").Mounted("sdc1", "/mnt/i33d1t01"), Only(Sdc), DiskCommands.Wipe("/dev/sdc")),
        "not-held" => (new KernelRecords().Disk("sdc").On("dm-0", "sdc1"), Only(Sdc), DiskCommands.WriteTable("/dev/sdc", "label: gpt\n")),
        "blank-or-planned" =>
            (new KernelRecords().Disk("sdc").Signature("/dev/sdc1", "ext4", "0b5d2f6e-1111-4000-8000-00000000bbbb"), Only(Sdc),
            DiskCommands.MakeLuks("/dev/sdc1", Planned, "i33d1t01", Luks, "key"u8.ToArray())),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "a rule needs a test that tries the harm it prevents"),
    };

    private static LuksParameters Luks { get; } = new("aes-xts-plain64", 512, "pbkdf2", 0, 1000);

    [Theory]
    [MemberData(nameof(Rules))]
    public void Each_rule_refuses_the_harm_it_is_there_for(string rule)
    {
        var (machine, allowed, command) = HarmOf(rule);
        var runner = new Ran();
        var refused = Assert.Throws<GuardException>(() => new DiskGuard(runner, machine, allowed).Run(command));
        Assert.EndsWith($"({rule})", refused.Message, StringComparison.Ordinal);
        Assert.Empty(runner.Lines);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Without_a_rule_its_harm_happens(string rule)
    {
        var (machine, allowed, command) = HarmOf(rule);
        var runner = new Ran();
        new DiskGuard(runner, machine, allowed, null, [.. GuardRule.All.Where(other => other.Name != rule)]).Run(command);
        Assert.Equal([command.ToString()], runner.Lines);
    }

    [Theory]
    [InlineData(DiskEffect.Service, false)]
    [InlineData(DiskEffect.BootLoader, true)]
    public void A_boot_loader_is_renewed_only_where_one_lies_and_with_a_permit_for_it(DiskEffect permit, bool runs)
    {
        var machine = new KernelRecords().Disk("sdc").Mounted("sdc1", "/mnt");
        machine.Answers["blkid -p -o export /dev/sdc1"] = "PART_ENTRY_TYPE=21686148-6449-6e6f-744e-656564454649\n";
        var runner = new Ran();
        var guard = new DiskGuard(runner, machine, Only(Sdc with { Effect = permit }));
        DiskCommand[] commands = [DiskCommands.RenewBootImage("/dev/sdc1", "core"u8.ToArray(), 512 << 10),
            DiskCommands.RenewBootCode("/dev/sdc", "code"u8.ToArray())];
        Assert.All(commands, command => Assert.Equal(runs ? null : typeof(GuardException), Xunit.Record.Exception(() => guard.Run(command))?.GetType()));
        Assert.Equal(runs ? 2 : 0, runner.Lines.Count);

        // The permit for a boot loader is none for anything else.
        Assert.Throws<GuardException>(() => guard.Run(DiskCommands.WriteBootCode("/dev/sdc", "code"u8.ToArray())));
        Assert.Throws<GuardException>(() => guard.Run(DiskCommands.Wipe("/dev/sdc1")));
    }

    [Fact]
    public void What_was_planned_may_be_written()
    {
        var machine = new KernelRecords().Disk("sdc").Signature("/dev/sdc1", "ext4", Planned.ToUpperInvariant());
        var runner = new Ran();
        new DiskGuard(runner, machine, Only(Sdc)).Run(DiskCommands.MakeFilesystem("/dev/sdc1", "ext4", Planned, "i33d1t01"));
        Assert.Single(runner.Lines);
    }

    [Fact]
    public void An_array_with_one_member_on_a_protected_disk_is_protected()
    {
        var machine = new KernelRecords().Disk("sdc").Disk("sdd").On("md127", "sdc1", "sdd1").On("dm-0", "md127");
        machine.Links["/dev/mapper/i33d1search"] = "/dev/dm-0";
        var refused = Assert.Throws<GuardException>(() => new DiskGuard(new Ran(), machine, Only(Sdc))
            .Run(DiskCommands.MakeFilesystem("/dev/mapper/i33d1search", "ext4", Planned, "x")));
        Assert.Contains("/dev/mapper/i33d1search lies on sdd, which this run may not write", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_protected_disk_is_that_disk()
    {
        var machine = new KernelRecords().Disk("sdc").Disk("sdd");
        machine.Links["/dev/disk/by-partlabel/i33d1t01"] = "/dev/sdd1";
        Assert.Throws<GuardException>(() => new DiskGuard(new Ran(), machine, Only(Sdc))
            .Run(DiskCommands.Mount("/dev/disk/by-partlabel/i33d1t01", "/mnt", "ext4", "rw")));
    }

    [Fact]
    public void A_device_that_cannot_be_searched_is_not_blank()
    {
        var machine = new KernelRecords().Disk("sdc");
        machine.Answers["wipefs -J -n /dev/sdc1"] = "garbage";
        Assert.Throws<GuardException>(() => new DiskGuard(new Ran(), machine, Only(Sdc)).Run(DiskCommands.MakeFilesystem("/dev/sdc1", "ext4", Planned, "x")));
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("PMBR")]
    public void Half_a_table_is_written_over_only_by_a_run_that_goes_on(string half)
    {
        var machine = new KernelRecords().Disk("sdc").Signature("/dev/sdc", half, null);
        var command = DiskCommands.WriteTable("/dev/sdc", "label: gpt\n");
        Assert.Throws<GuardException>(() => new DiskGuard(new Ran(), machine, Only(Sdc)).Run(command));
        new DiskGuard(new Ran(), machine, new WriteSet([Sdc], [Planned], wasBegun: true)).Run(command);
    }

    [Fact]
    public void A_node_that_is_not_there_is_refused() =>
        Assert.Throws<GuardException>(() => new DiskGuard(new Ran(), new KernelRecords().Disk("sdc"), Only(Sdc)).Run(DiskCommands.Wipe("/dev/sdz")));

    [Fact]
    public void A_look_that_remembers_is_refused() =>
        Assert.Throws<ArgumentException>(() => new DiskGuard(new Ran(), Observe.Imap33.Sketch().Look(), Only(Sdc)));

    /// <summary>The kernel does not read the table of a disk that udev has open, which is so whenever somebody who wrote to it has just closed it.</summary>
    [Fact]
    public void The_kernel_reads_a_table_when_udev_is_done_with_the_disk()
    {
        var (machine, runner) = (new KernelRecords().Disk("sdc"), new Ran());
        new BlockNodes(new StorageMachine(runner, null!, machine, null!)).ReadTable(new DiskGuard(runner, machine, Only(Sdc)), "/dev/sdc");
        Assert.Equal(["udevadm settle --timeout=120", "blockdev --rereadpt /dev/sdc", "udevadm settle --timeout=120"], runner.Lines);
    }

    /// <summary>
    /// Fault 10 of docs/faults.md: a pool in use by another hostid, or not exported, is never imported by force; the tool's error is reported.
    /// </summary>
    [Fact]
    public void A_pool_is_never_imported_by_force_and_leaves_no_cache_file()
    {
        var words = DiskCommands.ImportPool("4711", ["/dev/sda1", "/dev/sdb1"]).Arguments;
        Assert.DoesNotContain(words, word => word is "-f" or "-F" or "-X" or "-m");
        Assert.Equal(["import", "-N", "-o", "cachefile=none", "-d", "/dev/sda1", "-d", "/dev/sdb1", "4711"], words);
    }

    [Fact]
    public void An_empty_selection_is_an_error_and_not_everything() => Assert.Throws<ArgumentException>(() => new WriteSet([], []));

    /// <summary>Every command that the code can produce, with what it writes and how much: a new one must be added here.</summary>
    [Fact]
    public void The_list_of_commands_that_write_is_complete()
    {
        var key = "key"u8.ToArray();
        (DiskCommand Command, DiskEffect Effect, string Written)[] all =
        [
            (DiskCommands.WriteTable("/dev/sdc", ""), DiskEffect.Destroy, "/dev/sdc"),
            (DiskCommands.ReadTable("/dev/sdc"), DiskEffect.Service, "/dev/sdc"),
            (DiskCommands.MakeArray("x", Planned, RaidLevel.MdRaid10, ["/dev/sdc", "/dev/sdd"]), DiskEffect.Destroy, "/dev/sdc /dev/sdd"),
            (DiskCommands.AssembleArray("x", Planned, ["/dev/sdc", "/dev/sdd"]), DiskEffect.Service, "/dev/sdc /dev/sdd"),
            (DiskCommands.StopArray("/dev/md127"), DiskEffect.Service, "/dev/md127"),
            (DiskCommands.ClearMember("/dev/sdc"), DiskEffect.Destroy, "/dev/sdc"),
            (DiskCommands.AddMember("/dev/md127", "/dev/sdc"), DiskEffect.Destroy, "/dev/sdc"),
            (DiskCommands.RemoveMembers("/dev/md127"), DiskEffect.Service, "/dev/md127"),
            (DiskCommands.MakeLuks("/dev/sdc1", Planned, "x", Luks, key), DiskEffect.Destroy, "/dev/sdc1"),
            (DiskCommands.OpenLuks("/dev/sdc1", "x", key), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.OpenWithClevis("/dev/sdc1", "x"), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.BindClevis("/dev/sdc1", "{}", key), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.BackUpHeader("/dev/sdc1", "/run/h"), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.TestKey("/dev/sdc1", "/run/h", key), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.CloseLuks("x"), DiskEffect.Service, "/dev/mapper/x"),
            (DiskCommands.MakeFilesystem("/dev/sdc1", "xfs", Planned, "x"), DiskEffect.Destroy, "/dev/sdc1"),
            (DiskCommands.Mount("/dev/sdc1", "/mnt", "ext4", "rw"), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.Unmount("/dev/sdc1", "/mnt"), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.Wipe("/dev/sdc"), DiskEffect.Wipe, "/dev/sdc"),
            (DiskCommands.ClearBeginning("/dev/sdc", 1 << 20), DiskEffect.Wipe, "/dev/sdc"),
            (DiskCommands.MakePool("p", "aes-256-gcm", [("raidz2", ["/dev/sdc1", "/dev/sdd1"])], Planned, key), DiskEffect.Destroy, "/dev/sdc1 /dev/sdd1"),
            (DiskCommands.ImportPool("1", ["/dev/sdc1"]), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.ExportPool("p", ["/dev/sdc1"]), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.LoadPoolKey("p", ["/dev/sdc1"], key), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.TestPoolKey("p", ["/dev/sdc1"], key), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.MakeDataset("p/x", "/mnt/x", 1, ["/dev/sdc1"]), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.SetPoolProperty("p", "a:b", "c", ["/dev/sdc1"]), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.MountDataset("p/x", ["/dev/sdc1"]), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.UnmountDataset("p/x", ["/dev/sdc1"]), DiskEffect.Service, "/dev/sdc1"),
            (DiskCommands.ReplaceInPool("p", "123", "/dev/sdc1"), DiskEffect.Destroy, "/dev/sdc1"),
            (DiskCommands.AllowWriting("/dev/sdc", "/dev/sdc1"), DiskEffect.Service, "/dev/sdc /dev/sdc1"),
            (DiskCommands.ClearBootCode("/dev/sdc"), DiskEffect.Wipe, "/dev/sdc"),
            (DiskCommands.WriteReturnBlock("/dev/sdc", key), DiskEffect.Wipe, "/dev/sdc"),
            (DiskCommands.WriteBootCode("/dev/sdc", key), DiskEffect.Destroy, "/dev/sdc"),
            (DiskCommands.WriteBootImage("/dev/sdc1", key), DiskEffect.Destroy, "/dev/sdc1"),
            (DiskCommands.RenewBootCode("/dev/sdc", key), DiskEffect.BootLoader, "/dev/sdc"),
            (DiskCommands.RenewBootImage("/dev/sdc1", key, 512 << 10), DiskEffect.BootLoader, "/dev/sdc1"),
            (DiskCommands.MakeEfiFilesystem("/dev/sdc1", "1a2b3c4d"), DiskEffect.Destroy, "/dev/sdc1"),
            (DiskCommands.Unpack("/dev/sdc1", "/mnt", _ => { }), DiskEffect.Service, "/dev/sdc1"),
        ];
        var made = typeof(DiskCommands).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(DiskCommand))
            .ToList();
        Assert.Equal(made.Count, all.Length);
        foreach (var (command, effect, written) in all)
        {
            Assert.Equal((effect, written), (command.Effect, string.Join(' ', command.Written)));

            // A key is never an argument, and what would force its way past a tool's own doubts is only where the guard has looked before.
            Assert.DoesNotContain("key", command.Arguments.Where(argument => argument == "key"));
            Assert.True(command.Destroys || !command.Arguments.Any(argument => argument is "--force" or "-F"), command.ToString());

            // On a machine where nothing of it is permitted, none of them runs.
            var machine = new KernelRecords().Disk("sdc").Disk("sdd").Disk("sde").On("md127", "sdc").On("dm-0", "sdc1");
            machine.Files["/sys/class/block/dm-0/dm/name"] = "x";
            machine.Links["/dev/mapper/x"] = "/dev/dm-0";
            var runner = new Ran();
            Assert.Throws<GuardException>(() => new DiskGuard(runner, machine, Only(Sdc with { Name = "sde" })).Run(command));
            Assert.Empty(runner.Lines);
        }
    }

    /// <summary>Programs are started nowhere else in Storage: what is not in these files cannot write to a disk.</summary>
    [Fact]
    public void Commands_are_built_only_where_they_are_known_to_be_harmless()
    {
        string[] may = ["Guard/DiskGuard.cs", "Guard/DiskCommand.cs", "Keys/Escrow.cs", "Keys/TangServers.cs", "Locate/DriveLight.cs", "StorageMachine.cs"];
        var source = Path.Combine(TestRepository.Root, "src", "Provision.Storage");
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(path =>
                !path.Contains("/obj/", StringComparison.Ordinal)
                && (File.ReadAllText(path).Contains("Command.Of(", StringComparison.Ordinal)
                || File.ReadAllText(path).Contains("Commands.Run(", StringComparison.Ordinal)))
            .Select(path => Path.GetRelativePath(source, path))
            .Where(path => !path.StartsWith("Observe/", StringComparison.Ordinal) && !path.StartsWith("Map/", StringComparison.Ordinal));
        Assert.Equal(may.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    private static WriteSet Only(params WritePermit[] permits) => new(permits, [Planned]);


    /// <summary>The other door: takes every command and runs none.</summary>
    private sealed class Ran : ICommandRunner
    {
        public List<string> Lines { get; } = [];

        public CommandResult Run(Command command, CancellationToken cancellation = default)
        {
            Lines.Add(command.ToString());
            return new CommandResult(command, 0, default, "");
        }
    }
}
