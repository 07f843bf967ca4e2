using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>Storage in user-mode Linux works, and loses in a power cut what a machine would lose.</summary>
public sealed class UmlStorageGuestTests(ITestOutputHelper output) : IDisposable
{
    private const string Create = """
        set -e
        mdadm --create /dev/md/os --run --level=1 --raid-devices=2 --homehost=lab --name=os --assume-clean /dev/ubda /dev/ubdb
        mdadm --create /dev/md/data --run --level=10 --raid-devices=3 --homehost=lab --name=data --assume-clean /dev/ubdc /dev/ubdd /dev/ubde
        udevadm settle
        echo 'a passphrase' > /run/key
        cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/md/data /run/key
        cryptsetup open --key-file /run/key /dev/md/data data
        mkfs.ext4 -q -L data /dev/mapper/data
        mount /dev/mapper/data /mnt
        echo mail > /mnt/message
        sync
        echo more > /mnt/unsynced
        """;

    private readonly LabFolder folder = new();

    private string Shared => folder.Folder("shared");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Arrays_encryption_and_what_was_synced_are_there_after_a_power_cut()
    {
        var machine = Machine(5);
        Assert.Equal(0, Run(machine, Create).ExitCode);
        var again = Run(machine, """
            set -e
            echo 'a passphrase' > /run/key
            cryptsetup open --key-file /run/key /dev/md/data data
            mount /dev/disk/by-label/data /mnt
            cat /mnt/message /proc/mdstat
            ls /mnt
            """);
        Assert.Equal(0, again.ExitCode);
        Assert.StartsWith("mail\n", again.Output, StringComparison.Ordinal);
        Assert.Contains("[3/3]", again.Output, StringComparison.Ordinal);
        Assert.Contains("[2/2]", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unsynced", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Twelve_disks_have_identities_and_partitions_have_names()
    {
        var run = Run(Machine(12), """
            set -e
            printf 'label: gpt\nname=i33d1t01, size=10M\nname=i33d1t02\n' | sfdisk --quiet /dev/ubdl
            # udev's workers have gone by then
            sleep 5
            printf 'label: gpt\nname=i33d2t01\n' | sfdisk --quiet /dev/ubdk
            udevadm settle
            lsblk --nodeps --noheadings --output NAME,SERIAL,WWN
            ls -1 /dev/disk/by-partlabel /dev/disk/by-id /dev/disk/by-path
            """);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("ubdl +DISK11 +0x5000c500a000000b", run.Output);
        Assert.All((string[])["i33d1t01", "i33d1t02", "i33d2t01", "ata-LAB_DISK11-part2", "wwn-0x5000c500a000000b-part2", "platform-uml-blkdev.11-part1"],
            link => Assert.Contains("\n" + link + "\n", run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void The_power_is_cut_at_a_line_or_after_a_time_and_what_is_remembered_survives()
    {
        var state = folder.Disk("state", 32);
        new ProcessRunner().Run(Command.Of("mkfs.ext4", "-q", state)).OrThrow();
        var machine = Machine(1) with { State = state };
        var cut = Run(machine, "echo one > /var/lib/provision/one; sync; echo synced; sleep 100", PowerCut.AtLine("synced"));
        Assert.Null(cut.ExitCode);
        cut = Run(machine, "cat /var/lib/provision/one; sleep 100", PowerCut.After(TimeSpan.FromSeconds(15)));
        Assert.Null(cut.ExitCode);
        Assert.Equal("one\n", cut.Output);
        Assert.Equal(3, Run(machine, "exit 3", PowerCut.AtLine("never")).ExitCode);
    }

    [Fact]
    public void A_guest_that_hangs_is_started_once_more_with_its_disks_as_they_were_and_the_state_of_its_kernel_is_kept()
    {
        const string hangsOnce = """
            head -c 5 /dev/ubda | tr '\0' . | tee -a /lab/seen
            printf spoilt > /dev/ubda; sync
            [ "$(stat -c %s /lab/seen)" = 10 ] || sleep 100
            echo
            """;
        var machine = Machine(1);
        var reports = folder.Folder("reports");
        Assert.Equal(0, Run(machine, hangsOnce, limit: TimeSpan.FromSeconds(10), reports: reports).ExitCode);
        Assert.Equal("..........", File.ReadAllText(Path.Combine(folder.Folder("shared"), "seen")));
        Assert.Single(Directory.GetFiles(reports));
        var error = Assert.ThrowsAny<TimeoutException>(() => Run(machine, "echo here; sleep 101", limit: TimeSpan.FromSeconds(10), reports: reports));
        Assert.Contains("here\n", error.Message, StringComparison.Ordinal);
        Assert.Contains("bash /lab/.uml/script.sh", error.Message, StringComparison.Ordinal);
        Assert.Matches(@"== proc interrupts\n(.*\n)+.*SIGIO +ubd", error.Message);
    }

    [Fact]
    public void The_program_runs_in_it()
    {
        var run = Run(Machine(1), ProvisionBinary.Path + " --version");
        Assert.Equal(0, run.ExitCode);
    }

    private UmlMachine Machine(int disks) => new()
    {
        Disks = [.. Enumerable.Range(0, disks).Select(index => new UmlDisk(folder.Disk($"disk{index}", 64), $"DISK{index}") { Wwn = 0x5000c500a0000000 + (
            ulong)index })],
    };

    private UmlRun Run(UmlMachine machine, string script, PowerCut? cut = null, TimeSpan? limit = null, string? reports = null)
    {
        var run = UmlStorageGuest.Run(machine, Shared, script, cut, limit, reports);
        output.WriteLine($"{run.Time.TotalSeconds:F1} s, exit {run.ExitCode}\n{run.Output}");
        return run;
    }
}
