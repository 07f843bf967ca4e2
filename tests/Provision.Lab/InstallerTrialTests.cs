using System.Globalization;
using Provision.Boot.Jobs;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>The installer on real disks, arrays and file systems in user-mode Linux: what it installs and what it refuses.</summary>
[Trait("Tier", "machine")]
public sealed class InstallerTrialTests(InstallerTrial machine, ITestOutputHelper output) : IClassFixture<InstallerTrial>
{
    /// <summary>Writes to a protected disk as soon as the image is being unpacked: in the middle of it, where no header is.</summary>
    private const string Vandal = """
        vandal() { until grep -q '^.unpack' /lab/log; do sleep 0.1; done; dd if=/dev/urandom of=/dev/ubdc bs=4k seek=9000 count=1 conv=notrunc,fsync && echo HARM; }

        """;

    [Fact]
    public void A_reinstall_gives_this_host_and_opens_no_protected_disk_for_writing()
    {
        var disks = machine.Copy();
        var data = disks.Data;
        machine.Write(machine.Order("reinstall"));
        var run = Ok(machine.Run(disks, """
            TRACE="strace -f -qq -s 256 -e trace=open,openat,openat2,creat -o /lab/install.trace" trial order || exit 1
            echo AGAIN
            trial order || exit 1
            echo INSTALLED
            mdadm --assemble --quiet --run --readonly /dev/md9 /dev/ubda3 /dev/ubdb3 && mount -o ro,noload /dev/md9 /mnt || exit 1
            cd /mnt
            head -n 20 etc/ssh/ssh_host_ed25519_key.pub etc/machine-id etc/fstab var/lib/provision/job
            stat -c '%a %u %n' etc/ssh/ssh_host_ed25519_key etc/ssh/ssh_host_ed25519_key.pub var/lib/provision
            ls etc/ssh boot/grub
            git --no-pager -C var/lib/provision/repository log -1 --format='commit %H'
            cd / && umount /mnt
            for part in ubda2 ubdb2; do mount -o ro "/dev/$part" /mnt && (cd /mnt && find . -type f) && umount /mnt || exit 1; done
            blkid -o value -s UUID /dev/md9 /dev/ubda2
            """));
        Assert.Equal(data, disks.Data);
        Assert.DoesNotContain("none", disks.Boot, StringComparison.Ordinal);
        Assert.Contains("is finished: this machine carries its marker", run, StringComparison.Ordinal);

        // The second run of the same job wrote nothing, not even the boot code.
        Assert.DoesNotContain("[invalidate]", run[run.IndexOf("AGAIN", StringComparison.Ordinal)..], StringComparison.Ordinal);
        var opened = File.ReadAllLines(Path.Combine(machine.Shared, "install.trace"))
            .Where(line => line.Contains("O_RDWR", StringComparison.Ordinal) || line.Contains("O_WRONLY", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1]).Where(path => path.StartsWith("/dev/ubd", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("/dev/ubda", opened);
        Assert.DoesNotContain(opened, path => path.StartsWith("/dev/ubdc", StringComparison.Ordinal) || path.StartsWith("/dev/ubdd", StringComparison.Ordinal)
            || path.StartsWith("/dev/ubde", StringComparison.Ordinal));
        var installed = run[run.IndexOf("INSTALLED", StringComparison.Ordinal)..];
        string[] wanted =
        [
            machine.PublicKey, "600 0 etc/ssh/ssh_host_ed25519_key\n", "644 0 etc/ssh/ssh_host_ed25519_key.pub", "700 0 var/lib/provision",
            "==> var/lib/provision/job <==\nreinstall", " / ext4 errors=remount-ro 0 1", " /boot/efi vfat umask=0077,nofail", "grub.cfg",
            $"commit {machine.Order("any").What.Commit}", "./EFI/BOOT/BOOTX64.EFI", "./EFI/debian/shimx64.efi", "./EFI/debian/grub.cfg", "./grub/grub.cfg",
                "./provision/job",
        ];
        Assert.All(wanted, text => Assert.Contains(text, installed, StringComparison.Ordinal));
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(installed, "BOOTX64"));
        var ids = installed.Trim().Split('\n')[^2..];
        Assert.All(ids, id => Assert.Contains($"UUID={id} /", installed, StringComparison.Ordinal));
        disks.Delete();
    }

    /// <summary>Everything that must stop a run before it writes; and with its safeguard left out the run gets as far as the next thing that is
    /// wrong.</summary>
    [Fact]
    public void What_is_wrong_is_refused_before_anything_is_written()
    {
        var good = machine.Order("refused");
        var other = new string('0', 64);
        var altered = machine.Image.Altered();
        var big = machine.Image.Signed("big.json", file => file with { UnpackedBytes = 400 << 20 });
        (string Name, TrialOrder Order, string Words, string Says)[] rows =
        [
            ("no-signature", good with { Sign = order => order }, "",
                "the order is not signed by a key in /etc/provision/allowed_signers that may sign orders: it has no signature"),
            ("strangers-order", good with { Sign = machine.SignedByStranger }, "", "the order is not signed by a key in"),
            ("strangers-order", (good with { Sign = machine.SignedByStranger }).With(what => what with { PlanHash = other }), "without:order-signature",
                $"imap61 was armed for {other}"),
            ("strangers-commit", good.With(what => what with { Commit = machine.StrangersCommit }), "",
                $"the commit {machine.StrangersCommit} is not signed by a key in"),
            ("strangers-commit", good.With(what => what with { Commit = machine.StrangersCommit, PlanHash = other }), "without:commit-signature",
                $"imap61 was armed for {other}"),
            ("old-order", good.With(what => what with { Number = 5 }), "", "the order has the number 5, and this machine has seen"),
            ("old-order", (good with { Image = altered }).With(what => what with { Number = 5 }), "without:order-number", "is not signed by a key in"),
            ("old-image", good.With(what => what with { ImageManifest = other }), "", "is not the manifest that the order names"),
            ("old-image", (good with { Image = big }).With(what => what with { ImageManifest = other }), "without:pinned",
                "the operating system's disk is too small"),
            ("expired-order", good.With(what => what with { Expires = DateTimeOffset.UnixEpoch }), "", "the job refused expired at 1970-01-01"),
            ("expired", good with { Deadline = DateTimeOffset.UnixEpoch }, "", "the job refused expired at 1970-01-01"),
            ("expired", (good with { Deadline = DateTimeOffset.UnixEpoch }).With(what => what with { PlanHash = other }), "without:deadline",
                $"imap61 was armed for {other}"),
            ("other-host", good.With(what => what with { Host = "imap62" }), "", "this machine is not imap62"),
            ("other-host", good.With(what => what with { Host = "imap62" }), "without:this-machine", "refuse host imap62: has no drive record"),
            ("no-host", good.With(what => what with { Host = "imap99" }), "", "has no host imap99"),
            ("plan", good.With(what => what with { PlanHash = other }), "", $"imap61 was armed for {other}"),
            ("plan", (good with { Image = altered }).With(what => what with { PlanHash = other }), "without:plan-hash", "is not signed by a key in"),
            ("other-disk", good, "BAYS", "refuse bay front/1: serial LAB101 instead of LAB1"),
            ("unsigned", good with { Image = altered }, "", "is not signed by a key in /etc/provision/allowed_signers"),
            ("unsigned", good with { Image = machine.Image.AlteredTo(big) }, "without:signature", "the operating system's disk is too small"),
            ("small", good with { Image = big }, "", "the operating system's disk is too small: the image unpacks to 419430400 bytes"),
            ("small", good with { Image = machine.Image.Missing() }, "without:size", "there is no /lab/artefacts/image/gone/root.tar.zst"),
        ];
        var disks = machine.Copy();
        var before = disks.All;
        var script = "";
        foreach (var (row, index) in rows.Select((row, index) => (row, index)))
        {
            machine.Write(row.Order, $"row-{index}");
            script += row.Words == "BAYS"
                ? $"echo ROW {index}; BAYS='ubda=101 ubdb=2 ubdc=3 ubdd=4 ubde=5' trial row-{index}; echo EXIT $?\n"
                : $"echo ROW {index}; trial row-{index} {row.Words}; echo EXIT $?\n";
        }

        var run = machine.Run(disks, script);
        output.WriteLine(Seconds(run));
        var said = run.Output.Split("ROW ").Skip(1).ToList();
        for (var index = 0; index < rows.Length; index++)
        {
            Assert.True(said[index].Contains(rows[index].Says, StringComparison.Ordinal),
                $"{rows[index].Name} {rows[index].Words}: \"{rows[index].Says}\" is missing:\n{said[index]}");
            Assert.Contains("EXIT 2", said[index], StringComparison.Ordinal);
        }

        Assert.Equal(before, disks.All);
        disks.Delete();
    }

    /// <summary>
    /// A failure after the old boot loader is gone leaves none, never half of one, and the next run installs: a piece of the image is not what was
    /// signed, or the disk is full in the middle of it, as its signer was wrong about its size.
    /// </summary>
    [Theory]
    [InlineData("bad", "piece 2 of 3 of image/root.tar.zst: its content is not what the manifest says, also after 3 tries")]
    [InlineData("full", "No space left on device")]
    public void A_failure_while_unpacking_leaves_no_boot_loader_and_the_next_run_installs(string order, string says)
    {
        var disks = machine.Copy();
        var data = disks.Data;
        var image = order == "full"
            ? machine.Image.Overfull()
            : machine.Image.Signed("bad.json", file => file with { Pieces = [file.Pieces[0], new string('0', 64), .. file.Pieces.Skip(2)] });
        machine.Write(machine.Order(order) with { Image = image }, order);
        machine.Write(machine.Order("good"), "good");
        var failed = machine.Run(disks, $"trial {order}; echo EXIT $?\nsync");
        output.WriteLine(Seconds(failed));
        Assert.Contains(says, failed.Output, StringComparison.Ordinal);
        Assert.Contains("EXIT 1\n", failed.Output, StringComparison.Ordinal);
        Assert.Equal(data, disks.Data);
        Assert.Equal("none none", disks.Boot);
        Assert.Contains("OUTCOME Done", Ok(machine.Run(disks, "trial good")), StringComparison.Ordinal);
        Assert.Equal(data, disks.Data);
        disks.Delete();
    }

    /// <summary>A data disk that is a copy of a system disk (labels, array member, marker) stays a data disk (docs/faults.md, faults 9, 11, 12).</summary>
    [Fact]
    public void A_data_disk_that_looks_like_the_system_is_not_touched()
    {
        var copy = machine.Copy();
        var disks = new InstallerDisks([copy.Images[0], copy.Images[1], copy.Images[2] + "-twin", copy.Images[3], copy.Images[4]]);
        File.Copy(copy.Images[1], disks.Images[2]);
        var data = disks.Data;
        machine.Write(machine.Order("twin"));
        Assert.Contains("OUTCOME Done", Ok(machine.Run(disks, "trial order")), StringComparison.Ordinal);
        Assert.Equal(data, disks.Data);
        copy.Delete();
    }

    /// <summary>Something that writes to a protected disk during the installation cannot; without the protection it is found out; without the proof
    /// either nobody knows.</summary>
    [Theory]
    [InlineData("", "OUTCOME Done", true)]
    [InlineData("without:read-only", "PROTECTED DISK /dev/ubdc (front/3 serial LAB3", false)]
    [InlineData("without:read-only without:sectors-written", "OUTCOME Done", false)]
    public void A_write_to_a_protected_disk_is_prevented_or_found(string without, string says, bool intact)
    {
        var disks = machine.Copy();
        var data = disks.Data;
        machine.Write(machine.Order("vandal"));
        var run = machine.Run(disks, Vandal + $": > /lab/log\nvandal &\ntrial order {without} | tee /lab/log\nwait\nsync", guarded: without.Length == 0);
        output.WriteLine(Seconds(run));
        Assert.Contains(says, run.Output, StringComparison.Ordinal);
        Assert.Equal(intact, !run.Output.Contains("HARM", StringComparison.Ordinal));
        Assert.Equal(intact, data == disks.Data);
        disks.Delete();
    }

    private string Ok(UmlRun run)
    {
        output.WriteLine(Seconds(run));
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}\n{run.Output}");
        return run.Output;
    }

    private static string Seconds(UmlRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.Time.TotalSeconds:F1} s");
}
