namespace Provision.Lab;

/// <summary>A failed disk of the system's mirror is replaced in the running system, on real disks in user-mode Linux.</summary>
public sealed class SystemDiskReplacementTests(InstallerTrial machine) : IClassFixture<InstallerTrial>
{
    private const string Degraded = """
        # As the initramfs does it: with the new disk, as soon as that is a member.
        mdadm --assemble --quiet --run /dev/md9 /dev/ubda3 $(mdadm --examine /dev/ubdb3 > /dev/null 2>&1 && echo /dev/ubdb3) && mount /dev/md9 /mnt || exit 1
        mkdir -p /run/efi /mnt/var/lib/provision/storage /var/lib/provision/storage && mount --bind /mnt/var/lib/provision/storage /var/lib/provision/storage
        replace() { dotnet PROGRAM replace /lab/repository imap61 "$1" "$2" /mnt ubda=1 ubdb=102 ubdc=3 ubdd=4 ubde=5; }
        # The image of the lab has no modules of GRUB. With them the core of the disk that works is made again once, before the test.
        if [ ! -e /mnt/usr/lib/grub/i386-pc/moddep.lst ]; then
          mkdir -p /mnt/usr/lib/grub && cp -r /usr/lib/grub/i386-pc /mnt/usr/lib/grub/
          dotnet PROGRAM boot-loader /mnt renew ubda=1 ubdb=102 ubdc=3 ubdd=4 ubde=5 > /dev/null && sync || exit 1
        fi
        done_by() {
          for i in $(seq 600); do grep -q '\[2/2\]' /proc/mdstat && break; sleep 0.2; done
          cat /proc/mdstat; umount /var/lib/provision/storage /mnt
        }

        """;

    [Fact]
    public void The_new_disk_alone_starts_the_system_and_nothing_else_was_written()
    {
        var disks = Lost(out var blank);
        var data = disks.Data;
        var run = Ok(Run(disks, """
            replace front/2 LAB102 || exit 1
            echo AGAIN; replace front/2 LAB102 || exit 1
            echo LEFT; replace front/1 LAB1 && exit 1
            done_by
            """));
        Assert.Contains("[2/2] [UU]", run, StringComparison.Ordinal);
        var again = run[run.IndexOf("\nAGAIN", StringComparison.Ordinal)..run.IndexOf("\nLEFT", StringComparison.Ordinal)];
        Assert.Contains("nothing is written but the drive record", again, StringComparison.Ordinal);
        Assert.DoesNotContain("> dd", again, StringComparison.Ordinal);
        Assert.Contains("the drive with the serial LAB1 is the recorded one already", run, StringComparison.Ordinal);
        Assert.Equal(data, disks.Data);
        var written = run.Split('\n').Where(line => line.StartsWith("> ", StringComparison.Ordinal) && line.Contains("/dev/ubda", StringComparison.Ordinal)
            && !line.Contains("mount", StringComparison.Ordinal));
        Assert.Empty(written);
        Alone(disks, blank);
        disks.Delete();
    }

    /// <summary>The power goes before the Nth command; the same command, run again, completes, and the disk that was left always starts.</summary>
    [Fact]
    public void A_power_cut_at_any_command_is_resumed()
    {
        var cuts = 0;
        for (var cut = 1; ; cut += 2)
        {
            var disks = Lost(out var blank);
            var run = Run(disks, "replace front/2 LAB102", PowerCut.AtLineNumber("> ", cut));
            Assert.True(BootLoaderRenewalTests.Starts(disks.Images[0]), $"cut {cut}\n{run.Output}");
            var next = Ok(Run(disks, "replace front/2 LAB102 || exit 1\ndone_by"));
            Assert.Contains("[2/2] [UU]", next, StringComparison.Ordinal);
            Alone(disks, blank);
            disks.Delete();
            if (run.ExitCode is not null)
            {
                break;
            }

            cuts++;
        }

        Assert.True(cuts >= 5, $"only {cuts} cuts");
    }

    /// <summary>The machine as it is with the new disk and without the old one: it has the system, its EFI files and a boot sector that starts it.</summary>
    private void Alone(InstallerDisks disks, string disk)
    {
        Assert.True(BootLoaderRenewalTests.Starts(disk), disk);
        var alone = Ok(machine.Run(disks with { Images = [disk, .. disks.Images.Skip(2)] }, """
            mdadm --assemble --quiet --run /dev/md9 /dev/ubda3 && mount -o ro /dev/md9 /mnt || exit 1
            mkdir -p /run/efi && mount -o ro /dev/ubda2 /run/efi && cmp /mnt/usr/lib/shim/shimx64.efi.signed /run/efi/EFI/BOOT/BOOTX64.EFI || exit 1
            umount /run/efi /mnt
            """, guarded: false));
        Assert.DoesNotContain("differ", alone, StringComparison.Ordinal);
    }

    private InstallerDisks Lost(out string blank)
    {
        var disks = machine.Copy();
        blank = disks.Images[1] + "-new";
        using (var file = File.Create(blank))
        {
            file.SetLength(new FileInfo(disks.Images[1]).Length);
        }

        return disks with { Images = [disks.Images[0], blank, .. disks.Images.Skip(2)] };
    }

    private UmlRun Run(InstallerDisks disks, string script, PowerCut? cut = null) =>
        machine.Run(disks, (Degraded + script).Replace("PROGRAM", InstallerTrial.Program, StringComparison.Ordinal), cut, guarded: false);

    private static string Ok(UmlRun run)
    {
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}\n{run.Output}");
        return run.Output;
    }
}
