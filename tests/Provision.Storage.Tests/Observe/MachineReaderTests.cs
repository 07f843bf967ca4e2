using System.Diagnostics;
using Provision.Inventory;
using Provision.Storage.Observe;
using Xunit.Abstractions;

namespace Provision.Storage.Tests.Observe;

/// <summary>What may be run, what happens when a tool or a disk fails, and what it costs.</summary>
public class MachineReaderTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("lsblk -J -b -o " + "NAME,KNAME,TYPE,TRAN,VENDOR,MODEL,SERIAL,WWN,FSTYPE,UUID,LABEL")]
    [InlineData("wipefs -J -n /dev/sda /dev/nvme0n1p1 /dev/mapper/i33d1t01")]
    [InlineData("sfdisk -J /dev/sda")]
    [InlineData("mdadm --examine /dev/sda1 /dev/sdb1")]
    [InlineData("cli64 disk info drv=17")]
    [InlineData("dd if=/dev/sda of=/dev/null bs=4096 count=512 skip=0 iflag=direct status=none")]
    public void A_command_that_reads_may_run(string line) => Assert.Single(CommandsFor(line));

    [Theory]
    [InlineData("wipefs -a /dev/sda")]
    [InlineData("wipefs -J /dev/sda")] // harmless, but not what is asked: the table holds whole commands
    [InlineData("wipefs -J -n -a /dev/sda")]
    [InlineData("wipefs -J -n")]
    [InlineData("wipefs -J -n /dev/../etc/shadow")]
    [InlineData("wipefs -J -n /etc/shadow")]
    [InlineData("sfdisk /dev/sda")]
    [InlineData("sfdisk -J /dev/sda /dev/sdb")]
    [InlineData("mdadm --examine --assemble /dev/md0")]
    [InlineData("mdadm --zero-superblock /dev/sda1")]
    [InlineData("mdadm --assemble --scan")]
    [InlineData("cryptsetup luksDump --dump-volume-key /dev/sda1")]
    [InlineData("cryptsetup luksOpen /dev/sda1 x")]
    [InlineData("cryptsetup erase /dev/sda1")]
    [InlineData("zpool import -a")]
    [InlineData("zpool labelclear /dev/sda1")]
    [InlineData("smartctl -j -a /dev/sda")]
    [InlineData("smartctl -t long /dev/sda")]
    [InlineData("cli64 vsf delete vol=1")]
    [InlineData("cli64 disk info drv=1;vsf")]
    [InlineData("cli64 set curctrl=1")]
    [InlineData("dd if=/dev/zero of=/dev/sda bs=4096 count=1 skip=0 iflag=direct status=none")]
    [InlineData("dd if=/dev/sda of=/dev/null bs=4096 count=1 skip=-1 iflag=direct status=none")]
    [InlineData("sh -c true")]
    [InlineData("mkfs.ext4 /dev/sda")]
    public void Any_other_command_throws_before_it_is_built(string line)
    {
        var runner = new NobodyRuns();
        var reader = new MachineReader(runner, new SketchFiles(), DateTimeOffset.UnixEpoch);
        var words = line.Split(' ');
        Assert.Throws<InvalidOperationException>(() => reader.Run(words[0], words[1..]));
        Assert.False(runner.WasAsked);
        Assert.Empty(reader.Record.Runs);
    }

    [Fact]
    public void The_second_controller_is_spoken_to_after_the_tool_was_told_so() =>
        Assert.Equal(["cli64 set curctrl=2", "cli64 disk info drv=3"], CommandsFor("cli64 curctrl=2 disk info drv=3").Select(command => command.ToString()));

    [Theory]
    [InlineData("lsblk", "util-linux")]
    [InlineData("wipefs", "util-linux")]
    [InlineData("sfdisk", "fdisk")]
    [InlineData("mdadm", "mdadm")]
    [InlineData("cryptsetup", "cryptsetup-bin")]
    [InlineData("smartctl", "smartmontools")]
    public void A_missing_program_is_a_problem_that_names_its_package(string program, string package)
    {
        var machine = Imap33.Sketch();
        machine.MissingPrograms.Add(program);
        var observed = machine.Observe();
        var problem = Assert.Single(observed.Problems, problem => problem.Location.Path == program);
        Assert.EndsWith(package, problem.Hint, StringComparison.Ordinal);
        Assert.All(observed.Problems, other =>
            Assert.True(other == problem || (program == "wipefs" && other.Location.Path.StartsWith("/sys/block/md", StringComparison.Ordinal)),
            other.ToString()));
    }

    [Fact]
    public void An_answer_that_was_not_read_to_its_end_is_none()
    {
        var reader = new MachineReader(new NobodyRuns { IsWhole = false }, new SketchFiles(), DateTimeOffset.UnixEpoch);
        var answer = reader.Run("wipefs", "-J", "-n", "/dev/sda");
        Assert.Equal((124, ""), (answer.ExitCode, answer.Output));
    }

    [Fact]
    public void Without_wipefs_nothing_is_blank()
    {
        var machine = Imap33.Sketch();
        machine.MissingPrograms.Add("wipefs");
        Assert.DoesNotContain(machine.Observe().Devices, device => device.IsBlank || device.WasProbed);
    }

    [Fact]
    public void A_missing_controller_tool_is_a_problem()
    {
        var machine = Imap33.Sketch();
        machine.MissingPrograms.Add("cli64");
        var observed = machine.Observe();
        Assert.Equal(12, observed.Drives.Count);
        Assert.Contains("maker", Assert.Single(observed.Problems).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_hangs_costs_the_others_nothing()
    {
        var machine = Imap33.Sketch();
        machine.DeadDevices.UnionWith(["sda", .. Enumerable.Range(1, 20).Select(number => $"sda{number}"),
            .. Enumerable.Range(0, 20).Select(number => $"dm-{number}")]);
        var reader = machine.Look();
        var observed = StorageObserver.Observe(reader);
        var dead = observed.Devices.Where(device => !device.WasProbed).Select(device => device.Name).ToList();
        Assert.Equal(machine.DeadDevices.Order(StringComparer.Ordinal), dead.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(observed.Devices, device => device.IsBlank && dead.Contains(device.Name));

        // The batch, then the disk by itself; its partitions and the containers on them are not tried.
        Assert.Equal(2, reader.Record.Runs.Count(run => run.Value.ExitCode == 124));
        Assert.Contains("sda hangs", Assert.Single(observed.Problems).Hint, StringComparison.Ordinal);
        Assert.Equal(36, observed.Drives.Count);
    }

    [Fact]
    public void A_disk_with_read_errors_is_not_blank()
    {
        var machine = new MachineSketch("lab") { UnreadableDevices = { "sda" } };
        machine.Disks.AddRange([Blank("sda", 1), Blank("sdb", 2)]);
        var observed = machine.Observe();
        Assert.False(observed.Find("sda")!.IsBlank);
        Assert.True(observed.Find("sdb")!.IsBlank);
        Assert.Contains("Input/output error", Assert.Single(observed.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Below_another_root_no_program_is_run()
    {
        var folder = Directory.CreateTempSubdirectory("provision-root-").FullName;
        try
        {
            Directory.CreateDirectory($"{folder}/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/block/sda/queue");
            Directory.CreateDirectory($"{folder}/sys/block");
            File.CreateSymbolicLink($"{folder}/sys/block/sda", "../devices/pci0000:00/0000:00:1f.2/ata1/host0/block/sda");
            File.WriteAllText($"{folder}/sys/block/sda/dev", "8:0\n");
            File.WriteAllText($"{folder}/sys/block/sda/size", "2048\n");
            using var files = RootedFiles.Open(folder);
            var runner = new NobodyRuns();
            var reader = new MachineReader(runner, files, DateTimeOffset.UnixEpoch);
            var observed = StorageObserver.Observe(reader);
            Assert.False(runner.WasAsked);
            Assert.Equal(1 << 20, Assert.Single(observed.Devices).Bytes);
            Assert.Equal("/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/block/sda", reader.Resolve("/sys/block/sda"));
            Assert.Equal("0000:00:1f.2", observed.Devices[0].Bus!.Pci);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Links_are_followed_as_realpath_does()
    {
        var folder = Directory.CreateTempSubdirectory("provision-links-").FullName;
        try
        {
            Directory.CreateDirectory($"{folder}/a/b");
            File.WriteAllText($"{folder}/a/b/file", "x");
            File.CreateSymbolicLink($"{folder}/a/up", "..");
            File.CreateSymbolicLink($"{folder}/absolute", "/a/up/a/b");
            File.CreateSymbolicLink($"{folder}/loop", "loop");
            File.CreateSymbolicLink($"{folder}/outside", "../../../../a/b");
            File.CreateSymbolicLink($"{folder}/dangling", "a/nothing");
            using var files = RootedFiles.Open(folder);
            var reader = new MachineReader(new NobodyRuns(), files, DateTimeOffset.UnixEpoch);
            Assert.Equal("/a/b/file", reader.Resolve("/absolute/file"));
            Assert.Equal("/a/b", reader.Resolve("/outside"));
            Assert.Equal("/a", reader.Resolve("/a/b/../../a/./up/a"));
            Assert.Null(reader.Resolve("/loop"));
            Assert.Null(reader.Resolve("/dangling"));
            Assert.Null(reader.Resolve("/nothing"));
            Assert.Equal("x", reader.Read("/absolute/file"));
            Assert.Equal(["file"], reader.List("/outside"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void This_machine_can_be_looked_at_and_its_bundle_read()
    {
        using var files = RootedFiles.Open("/");
        var reader = new MachineReader(new ProcessRunner(), files, DateTimeOffset.UtcNow);
        var observed = StorageObserver.Observe(reader);
        Assert.NotEmpty(observed.Devices);
        var packed = Bundle.Pack(reader.Record, "this", "test", new ProcessRunner());
        var problems = new Provision.Core.DiagnosticBag();
        var again = StorageObserver.Observe(Bundle.Unpack(packed, "this", problems)!);
        Assert.Equal(observed.Devices.Select(device => (device.Name, device.Bytes, device.Number, device.WasProbed)),
            again.Devices.Select(device => (device.Name, device.Bytes, device.Number, device.WasProbed)));
        Assert.Equal(observed.Problems.Select(problem => problem.ToString()), again.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void Few_programs_are_started()
    {
        var record = Imap33.Sketch().Record();
        var starts = record.Runs.GroupBy(run => run.Key.Split(' ')[0]).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key} {group.Count()}");
        // 2 dd: the two BIOS boot partitions look blank, and are read once to know it. 42 containers, 12 drives, 24 + 2 questions to Areca.
        Assert.Equal(["cli64 26", "cryptsetup 42", "dd 2", "lsblk 1", "mdadm 1", "sfdisk 4", "smartctl 12", "wipefs 1"], starts);
        Assert.InRange(record.Files.Count, 500, 2000);
    }

    [Fact]
    public void A_bundle_is_read_and_observed_quickly()
    {
        var problems = new Provision.Core.DiagnosticBag();
        Assert.NotNull(Bundle.Read(Imap33Tests.BundlePath, problems));
        var packed = File.ReadAllBytes(Imap33Tests.BundlePath);
        var tar = new ProcessRunner().Run(Command.Of("zstd", "-d", "-c", Imap33Tests.BundlePath)).Output;
        var reader = Bundle.UnpackTar(tar, "imap33", problems)!;
        Measure("zstd", () => new ProcessRunner().Run(Command.Of("zstd", "-q", "-d", "-c").WithInput(packed)));
        Measure("archive", () => Bundle.UnpackTar(tar, "imap33", problems));
        Measure("observe", () => StorageObserver.Observe(reader));
        Assert.InRange(Measure("all", () => StorageObserver.Observe(Bundle.Read(Imap33Tests.BundlePath, problems)!)), 0, 500);
    }

    private double Measure(string what, Action work)
    {
        const int rounds = 100;
        for (var i = 0; i < rounds; i++)
        {
            work(); // until the compiler is done with it
        }

        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < rounds; i++)
        {
            work();
        }

        output.WriteLine(
            $"{what}: {watch.Elapsed.TotalMilliseconds / rounds:0.0} ms a bundle, "
            + $"{(Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / rounds:0.0} ms of CPU");
        return watch.Elapsed.TotalMilliseconds / rounds;
    }

    private static SketchDisk Blank(string name, int port) =>
        new() { Name = name, Bytes = 1L << 30, Bus = SketchBus.Sata, Place = port, Model = "LAB", Serial = name };

    private static IReadOnlyList<Command> CommandsFor(string line) => ReadingPrograms.CommandsFor(line.Split(' ')[0], line.Split(' ')[1..]);

    private sealed class NobodyRuns : ICommandRunner
    {
        public bool WasAsked { get; private set; }

        public bool IsWhole { get; init; } = true;

        public CommandResult Run(Command command, CancellationToken cancellation = default)
        {
            WasAsked = true;
            return new CommandResult(command, 0, "half of it"u8.ToArray(), "") { IsWhole = IsWhole };
        }
    }
}
