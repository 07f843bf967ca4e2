using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>Real mdadm, cryptsetup, sfdisk, mkfs under `provision storage`, in user-mode Linux: create, lose power, lose drives, replace, unlock.</summary>
public sealed class StorageTrialTests(ITestOutputHelper output) : IDisposable
{
    private const string CreateAll = """
        [ -e /var/lib/provision/record.yaml ] || trial accept
        trial create spool
        trial create ssd
        trial create search
        trial rehearse
        """;

    private readonly StorageTrial machine = new();

    public void Dispose() => machine.Dispose();

    [Fact]
    public void Created_filled_and_after_a_reboot_everything_is_there_and_nobody_elses_disk_was_touched()
    {
        var before = StorageTrial.Hash(machine.Stranger);
        var system = StorageTrial.Hash(machine.Image(1));
        Ok(machine.Run(CreateAll + "\ntrial unlock\nfor m in /mnt/*; do echo mail > $m/message; done\nsync"));
        var again = Ok(machine.Run("trial unlock\ncat /mnt/*/message\ngrep ' /mnt/' /proc/mounts\ntrial diff"));
        Assert.Equal(5, Regex.Count(again, "^mail$", RegexOptions.Multiline));
        Assert.Equal(5, Regex.Count(again, "nosuid,nodev,noexec"));
        Assert.Equal(before, StorageTrial.Hash(machine.Stranger));
        Assert.Equal(system, StorageTrial.Hash(machine.Image(1)));
    }

    /// <summary>One creation, and the power fails at every single command of it, one after the other; each time the next run gets one command
    /// further.</summary>
    [Fact]
    public void A_creation_that_loses_power_at_each_of_its_commands_completes()
    {
        var before = StorageTrial.Hash(machine.Stranger);
        var cuts = new List<string>();
        Ok(machine.Run("trial accept"));
        // Of the partitioned set the table; what comes after is the same as of the array.
        foreach (var (set, most) in ((string, int)[])[("spool", 2), ("search", 60)])
        {
            for (var step = 0; ; step++)
            {
                Assert.True(step < 60, "it does not get further");

                // Cut where the first command runs that was not cut at before. Where that took too long, the command had ended, and the next was not begun.
                var next = machine.Run($"trial create {set}", step < most ? PowerCut.AtLine("  ", cuts) : null);
                if (next.ExitCode is not null)
                {
                    Ok(next);
                    break;
                }

                cuts.AddRange(next.Output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Except(cuts).ToList());
            }
        }

        var all = string.Join('\n', cuts);
        output.WriteLine($"power cut in, behind or just before {cuts.Count} commands:\n{all}");
        Assert.True(cuts.Count >= 11, $"power cut at only {cuts.Count} commands:\n{all}");
        Ok(machine.Run("trial create ssd\ntrial rehearse\ntrial unlock\ntrial diff"));
        Assert.Equal(before, StorageTrial.Hash(machine.Stranger));
    }

    /// <summary>The power went while mdadm wrote: the array has its superblock on two of three drives, udev gathers them and does not start it.</summary>
    [Fact]
    public void An_array_that_was_half_made_is_made_anew()
    {
        Ok(machine.Run("""
            trial accept
            trial create search
            mdadm --stop --scan
            mdadm --zero-superblock /dev/ubde
            rm /var/lib/provision/record.yaml
            trial accept
            sed -i -e 's/"finished": true/"finished": false/' -e '/"done": \[/,/\]/c "done": []' /var/lib/provision/storage/search.json
            sync
            """));
        var made = Ok(machine.Run("grep inactive /proc/mdstat\ntrial create search\ntrial rehearse\ntrial unlock"));
        Assert.Contains("i60search: in service", made, StringComparison.Ordinal);
    }

    /// <summary>The power went while a partition table was written: its copy at the end is there, or the protective MBR alone, and neither tells
    /// whose it is.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Half_a_table_is_written_anew_by_the_run_that_goes_on_and_by_no_other(bool copyIsThere)
    {
        var zeroed = copyIsThere ? "0 34" : "1 1 $(($(blockdev --getsz /dev/ubdb) - 1)) 1";
        Ok(machine.Run($$"""
            trial accept
            trial create spool
            rm /var/lib/provision/record.yaml
            trial accept
            set -- {{zeroed}}
            while [ $# -gt 0 ]; do dd if=/dev/zero of=/dev/ubdb bs=512 seek=$1 count=$2 conv=notrunc,fsync status=none; shift 2; done
            mv /var/lib/provision/storage/spool.json /var/lib/provision/begun.json
            sync
            """));
        Refused(3, machine.Run("sfdisk -J /dev/ubdb || true\nwipefs /dev/ubdb\ntrial create spool"), "is not blank: it has a");
        Ok(machine.Run("""
            sed -e 's/"finished": true/"finished": false/' -e '/"done": \[/,/\]/c "done": []' /var/lib/provision/begun.json > /var/lib/provision/storage/spool.json
            trial create spool
            trial rehearse
            trial unlock
            """));
    }

    [Fact]
    public void A_lost_drive_is_replaced_also_through_a_power_cut()
    {
        Ok(machine.Run(CreateAll + "\ntrial unlock\nfor m in /mnt/*; do echo mail > $m/message; done\nsync"));
        machine.Replace(6);
        var degraded = machine.Run("trial unlock\ncat /mnt/*/message\ntrial diff");
        Assert.Contains("i60search: its array i60search is degraded", degraded.Output, StringComparison.Ordinal);
        Assert.Equal(5, Regex.Count(degraded.Output, "^mail$", RegexOptions.Multiline));
        Assert.Contains("refuse bay front/6: serial LAB106 instead of LAB6", degraded.Output, StringComparison.Ordinal);

        Assert.Null(machine.Run("trial unlock\ntrial replace front/6 LAB106\nsleep 60", PowerCut.AtLine("--manage")).ExitCode);

        var done = Ok(machine.Run("""
            trial unlock
            trial replace front/6 LAB106
            trial replace front/6 LAB106
            md=$(readlink -f /dev/md/i60search)
            for i in $(seq 1200); do grep -q recovery /proc/mdstat || break; sleep 0.2; done
            cat /mnt/*/message /proc/mdstat
            trial diff
            """));
        Assert.Contains("[3/3]", done, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recycled_drive_is_refused_until_it_is_wiped_and_a_drive_in_use_is_never_wiped()
    {
        Ok(machine.Run(CreateAll));
        var old = machine.Blank("old", 64);
        new ProcessRunner().Run(Command.Of("mkfs.ext4", "-q", "-L", "old", old)).OrThrow();
        machine.Replace(4, old);
        var refused = machine.Run("trial unlock\ntrial replace front/4 LAB104");
        Refused(3, refused, "is not blank: it has a signature of ext4");

        var inUse = machine.Run("trial unlock\ntrial wipe front/3 LAB3");
        Refused(3, inUse, "is recorded as a member of ssd");
        Ok(machine.Run("trial unlock\ntrial wipe front/4 LAB104\ntrial replace front/4 LAB104"));
    }

    /// <summary>What is left of an array lies behind its superblocks, at the place where the next array of these drives has its data. Superblocks
    /// that are gone do not make it blank; a wipe does.</summary>
    [Fact]
    public void Drives_of_an_older_array_are_used_again_only_when_they_were_wiped()
    {
        Ok(machine.Run("trial accept\ntrial create ssd\ntrial create search"));
        var refused = machine.Run("""
            mdadm --stop --scan
            mdadm --zero-superblock /dev/ubdc /dev/ubdd
            rm -r /var/lib/provision/record.yaml /var/lib/provision/storage
            trial accept
            trial create ssd
            """);
        Refused(2, refused, "is not blank: it has a signature of ext4", "stop the array and clear each drive (provision storage wipe)");
        Ok(machine.Run("""
            mdadm --stop --scan
            # One was a member by a partition.
            wipefs -qa /dev/ubdg
            udevadm settle
            printf 'label: gpt\n,\n' | sfdisk -q /dev/ubdg
            udevadm settle
            mdadm --create /dev/md/part --run --level=1 --raid-devices=2 --homehost=any --name=part /dev/ubdg1 missing
            udevadm settle
            mkfs.ext4 -q -F /dev/md/part
            udevadm settle
            mdadm --stop /dev/md/part
            for bay in 3 4 5 6 7; do trial wipe front/$bay LAB$bay; done
            for disk in c d e f g; do cmp -n 33554432 /dev/ubd$disk /dev/zero; done
            trial create ssd
            trial create search
            trial rehearse
            trial unlock
            """));
    }

    /// <summary>What a new container decrypts to is noise, in which any signature can appear by chance; here one is put there after each opening.</summary>
    [Fact]
    public void Noise_that_looks_like_a_file_system_does_not_stop_a_creation() =>
        Ok(machine.Run("""
            cat > /usr/local/bin/cryptsetup <<'END'
            #!/bin/bash
            /usr/sbin/cryptsetup "$@" || exit
            case "$*" in open*--test-passphrase*) ;; open*) mkfs.ext4 -q -F -L noise "/dev/mapper/${*: -1}" && echo "$*" >> /run/noise ;; esac
            END
            chmod 755 /usr/local/bin/cryptsetup
            export PATH=/usr/local/bin:$PATH
            trial accept
            trial create spool
            [ "$(grep -c i60t /run/noise)" = 3 ]
            rm /usr/local/bin/cryptsetup
            hash -r
            trial rehearse
            trial unlock
            """));

    [Fact]
    public void Foreign_data_in_a_bay_and_another_machines_array_are_never_touched()
    {
        // The drive of bay 5 is somebody's, and that of bay 6 a member of an array that is not ours (docs/faults.md, faults 4, 9).
        var runner = new ProcessRunner();
        runner.Run(Command.Of("mkfs.ext4", "-q", "-L", "precious", machine.Image(5))).OrThrow();
        Ok(machine.Run("trial accept\nmdadm --create /dev/md/theirs --run --level=1 --raid-devices=2 --homehost=them --name=theirs /dev/ubdf missing\nudevadm settle\nmdadm --stop /dev/md/theirs"));
        var (five, six) = (StorageTrial.Hash(machine.Image(5)), StorageTrial.Hash(machine.Image(6)));
        var refused = machine.Run("trial create search");
        Refused(3, refused, "(/dev/ubde) is not blank: it has a signature of ext4", "(/dev/ubdf) is not blank: it has a signature of linux_raid_member");
        Assert.Equal((five, six), (StorageTrial.Hash(machine.Image(5)), StorageTrial.Hash(machine.Image(6))));
    }

    [Fact]
    public void A_volume_without_a_rehearsal_stays_out_of_service_and_a_wrong_marker_is_not_mounted()
    {
        Ok(machine.Run("trial accept\ntrial create spool\ntrial create ssd"));
        var locked = machine.Run("trial unlock");
        Refused(1, locked, "i60t01: its recovery key and header backup were never rehearsed");

        // A header that was damaged since its backup still opens by the escrow; without the key file it does not.
        Ok(machine.Run("trial rehearse\ntrial unlock\nsed -i s/imap60/imap61/ /mnt/i60t02/.provision/volume.json\nsync"));
        var strange = machine.Run("trial unlock\nls /mnt/i60t01/.provision");
        Refused(1, strange, "i60t02 is not mounted: its marker says i60t02 of imap61");
    }

    /// <summary>Faults 5, 11 and 20 of docs/faults.md: another partition order, a foreign file system of the same label, a damaged header with a
    /// copy in escrow.</summary>
    [Fact]
    public void Volumes_are_known_by_their_ids_and_a_damaged_header_still_opens_from_the_escrow()
    {
        Ok(machine.Run("trial accept\ntrial create spool\ntrial rehearse\ntrial unlock\nfor m in /mnt/i60t*; do basename $m > $m/message; done\nsync"));
        var mixed = Ok(machine.Run("""
            mkfs.ext4 -q -F -L i60t01 /dev/ubdh
            sfdisk -d /dev/ubdb | sed -E 's/ubdb1 /ubdbX /; s/ubdb2 /ubdb1 /; s/ubdbX /ubdb2 /' > /run/swapped
            sfdisk -q --wipe never --wipe-partitions never /dev/ubdb < /run/swapped
            udevadm settle
            trial unlock
            for m in /mnt/i60t01 /mnt/i60t02; do echo "$m $(cat $m/message)"; done
            """));
        Assert.Contains("/mnt/i60t01 i60t01\n/mnt/i60t02 i60t02", mixed, StringComparison.Ordinal);
        Assert.DoesNotContain("/dev/ubdh", mixed, StringComparison.Ordinal);

        var damaged = machine.Run(
            "dd if=/dev/zero of=/dev/ubdb2 bs=64k count=1 conv=notrunc status=none\nsync\ntrial unlock || echo unlock $?\ntrial rehearse");
        output.WriteLine(damaged.Output);
        Assert.Equal(0, damaged.ExitCode);
        Assert.Contains("unlock 1", damaged.Output, StringComparison.Ordinal);
        Assert.Contains("i60t02: in service", damaged.Output, StringComparison.Ordinal);
        Assert.Contains("i60t01: opens", damaged.Output, StringComparison.Ordinal);
    }

    /// <summary>Several containers are opened at once, and the first program that speaks to the device mapper makes its node: here all of them would.</summary>
    [Fact]
    public void Containers_open_where_nobody_has_spoken_to_the_device_mapper_yet()
    {
        Ok(machine.Run("trial accept\ntrial create spool\ntrial rehearse"));
        var opened = Ok(machine.Run("""
            [ ! -e /dev/mapper/control ] || { echo the node is there; exit 1; }
            # What makes a node is held until the others have missed it, too.
            TRACE="strace -f -qq -o /lab/nodes.trace -e trace=mknod,mknodat -e inject=mknod,mknodat:delay_enter=3000000" trial unlock
            """));
        output.WriteLine(opened);
        Assert.Contains("/dev/mapper/control", File.ReadAllText(Path.Combine(machine.Shared, "nodes.trace")), StringComparison.Ordinal);
    }

    /// <summary>Fault 13 of docs/faults.md: an array over the system disk and a data disk. The data disk is not cleared or used, the array not
    /// started.</summary>
    [Fact]
    public void An_array_over_the_system_disk_and_a_data_disk_is_left_as_it_is()
    {
        Ok(machine.Run("trial accept\nmdadm --create /dev/md/both --run --level=1 --raid-devices=2 --homehost=any --name=both /dev/ubda /dev/ubdc"));
        var (system, data) = (StorageTrial.Hash(machine.Image(1)), StorageTrial.Hash(machine.Image(3)));
        var refused = machine.Run(
            "trial create ssd || echo create $?\ntrial wipe front/3 LAB3 || echo wipe $?\ntrial unlock || echo unlock $?\ncat /proc/mdstat");
        output.WriteLine(refused.Output);
        Assert.Contains("is not blank: it has a signature of linux_raid_member", refused.Output, StringComparison.Ordinal);
        Assert.Contains("create 3\nrefuse bay front/3: /dev/md127 lies on it\nwipe 3", refused.Output, StringComparison.Ordinal);
        Assert.Equal((system, data), (StorageTrial.Hash(machine.Image(1)), StorageTrial.Hash(machine.Image(3))));
    }

    /// <summary>Every file that the whole run opens for writing, from the kernel's own view: none of a disk that it may not write.</summary>
    [Fact]
    public void A_whole_creation_and_replacement_open_no_protected_disk_for_writing()
    {
        Ok(machine.Run("""
            trial accept
            TRACE="strace -f -qq -s 256 -e trace=open,openat,openat2,creat -o /lab/create.trace" trial create search
            trial rehearse
            """));
        Assert.Equal(["/dev/md127", "/dev/ubde", "/dev/ubdf", "/dev/ubdg"], Disks(WritableOpens("create.trace")));
        machine.Replace(7);
        Ok(machine.Run("""
            trial unlock
            TRACE="strace -f -qq -s 256 -e trace=open,openat,openat2,creat -o /lab/replace.trace" trial replace front/7 LAB107
            """));
        Assert.Contains("/dev/ubdg", Disks(WritableOpens("replace.trace")));
        Assert.DoesNotContain(Disks(WritableOpens("replace.trace")), path => path is "/dev/ubda" or "/dev/ubdb" or "/dev/ubdc" or "/dev/ubdd" or "/dev/ubdh");
    }

    private List<string> WritableOpens(string trace)
    {
        var lines = File.ReadAllLines(Path.Combine(machine.Shared, trace));
        Assert.NotEmpty(lines);
        return [.. lines.Where(line => line.Contains("O_RDWR", StringComparison.Ordinal) || line.Contains("O_WRONLY", StringComparison.Ordinal)).Select(line =>
            line.Split('"')[1])];
    }

    /// <summary>Disks and arrays among paths, under one name each.</summary>
    private static IEnumerable<string> Disks(IEnumerable<string> paths) =>
        paths.Where(path => path.StartsWith("/dev/ubd", StringComparison.Ordinal) || path.StartsWith("/dev/md1", StringComparison.Ordinal)
            || path.StartsWith("/dev/sd", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>It was refused, in these words; the message of the test is everything that was said.</summary>
    private static void Refused(int exit, UmlRun run, params string[] words) =>
        Assert.True(run.ExitCode == exit && words.All(text => run.Output.Contains(text, StringComparison.Ordinal)),
            $"exit {run.ExitCode}, asked for {exit} and \"{string.Join("\", \"", words)}\"\n{run.Output}");

    private string Ok(UmlRun run)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Time.TotalSeconds:F1} s"));
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}\n{run.Output}");
        return run.Output;
    }
}
