using System.Buffers.Binary;

namespace Provision.Lab;

/// <summary>
/// The boot loader of an installed system after an upgrade of its packages, on real disks in user-mode Linux: both disks of the mirror get it, nothing else
/// is written, and a power cut at any command leaves two disks that start either the old or the new one.
/// </summary>
public sealed class BootLoaderRenewalTests(InstallerTrial machine) : IClassFixture<InstallerTrial>
{
    private const int Sector = 512;

    /// <summary>What an upgrade changes: another message in the boot sector, another core, another shim.</summary>
    private const string Upgrade = """
        loader() { dotnet PROGRAM boot-loader /mnt "$@" ubda=1 ubdb=2 ubdc=3 ubdd=4 ubde=5; }
        mdadm --assemble --quiet --run /dev/md9 /dev/ubda3 ${SECOND:-/dev/ubdb3} && mount /dev/md9 /mnt || exit 1
        upgrade() {
          mkdir -p /mnt/usr/lib/grub && cp -r /usr/lib/grub/i386-pc /mnt/usr/lib/grub/
          printf 'New GRUB' | dd of=/mnt/usr/lib/grub/i386-pc/boot.img bs=1 seek=392 conv=notrunc status=none
          printf 'padding of another version' >> /mnt/usr/lib/grub/i386-pc/kernel.img
          echo 'shim, second edition' > /mnt/usr/lib/shim/shimx64.efi.signed
          sync
        }

        """;

    [Fact]
    public void After_an_upgrade_both_disks_start_the_new_one_and_nothing_else_was_written()
    {
        var disks = machine.Copy();
        var (data, old) = (disks.Data, disks.Boot);
        var run = Ok(Run(disks, """
            loader || exit 1
            upgrade
            echo UPGRADED; loader || exit 1
            echo RENEW; loader renew || exit 1
            echo AGAIN; loader renew || exit 1
            for part in ubda2 ubdb2; do mount -o ro "/dev/$part" /run/efi && cat /run/efi/EFI/BOOT/BOOTX64.EFI && find /run/efi -name '*.new' && umount /run/efi; done
            cat /mnt/var/lib/provision/boot-loader.json; echo
            umount /mnt
            """));
        Assert.Equal(2, Lines(Until(run, "UPGRADED")).Count(line => line.EndsWith(" up to date", StringComparison.Ordinal)));
        var upgraded = Lines(Until(After(run, "UPGRADED"), "RENEW")).Where(line => line.StartsWith("LOADER", StringComparison.Ordinal)).ToList();
        Assert.All(upgraded, line => Assert.EndsWith("UEFI: /EFI/debian/shimx64.efi, /EFI/BOOT/BOOTX64.EFI; BIOS: boot code", line, StringComparison.Ordinal));
        Assert.Equal(2, upgraded.Count);
        Assert.Equal(2, Lines(Until(After(run, "RENEW"), "AGAIN")).Count(line => line.StartsWith("LOADER", StringComparison.Ordinal)
            && line.EndsWith(" up to date", StringComparison.Ordinal)));

        // A second run writes to no device.
        Assert.DoesNotContain("> dd", After(run, "AGAIN"), StringComparison.Ordinal);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(run, "shim, second edition"));
        Assert.Equal(data, disks.Data);
        Assert.Empty(disks.Boot.Split(' ').Intersect(old.Split(' ')));
        var written = Lines(Until(After(run, "RENEW"), "AGAIN")).Where(line => line.StartsWith("> dd", StringComparison.Ordinal)).Select(line =>
            line.Split("of=")[1].Split(' ')[0]);
        Assert.Equal(["/dev/ubda1", "/dev/ubda", "/dev/ubdb1", "/dev/ubdb"], written);
        Assert.All(disks.Images.Take(2), image => Assert.True(Starts(image), image));
        disks.Delete();
    }

    /// <summary>The power goes before the Nth command that writes: mounts and unmounts of both disks, both cores, both boot sectors.</summary>
    [Fact]
    public void A_power_cut_at_any_command_leaves_two_disks_that_start()
    {
        var commands = 0;
        for (var cut = 1; ; cut++)
        {
            var disks = machine.Copy();
            var run = Run(disks, "upgrade; loader renew", PowerCut.AtLineNumber("> ", cut));
            Assert.All(disks.Images.Take(2), image => Assert.True(Starts(image), $"cut {cut}: {image}\n{run.Output}"));

            // The next run completes what was cut off.
            var next = Ok(Run(disks, "loader renew && umount /mnt"));
            Assert.True(Lines(next).Count(line => line.StartsWith("LOADER", StringComparison.Ordinal)
                && line.EndsWith(" up to date", StringComparison.Ordinal)) == 2, next);
            disks.Delete();
            if (run.ExitCode is not null)
            {
                break;
            }

            // Every third command: a start takes seconds, and the others lie between two of these.
            (commands, cut) = (commands + 1, cut + 2);
        }

        Assert.True(commands >= 4, $"only {commands} cuts");
    }

    [Fact]
    public void A_disk_that_is_missing_does_not_hold_up_the_other()
    {
        var disks = machine.Copy();
        var alone = disks with { Images = [disks.Images[0], .. disks.Images.Skip(2)] };
        var run = Ok(machine.Run(alone, Script("loader || exit 1\nupgrade\nloader renew || exit 1\numount /mnt").Replace("${SECOND:-/dev/ubdb3}", "",
            StringComparison.Ordinal)
            .Replace("ubda=1 ubdb=2 ubdc=3 ubdd=4 ubde=5", "ubda=1 ubdb=3 ubdc=4 ubdd=5", StringComparison.Ordinal), guarded: false));
        Assert.Contains("LOADER /dev/ubda up to date", run, StringComparison.Ordinal);
        Assert.DoesNotContain("ubdb", string.Join('\n', Lines(run).Where(line => line.StartsWith("> ", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.True(Starts(disks.Images[0]));
        disks.Delete();
    }

    private static string Script(string script) => "mkdir -p /run/efi\n" + (Upgrade + script).Replace("PROGRAM", InstallerTrial.Program,
        StringComparison.Ordinal);

    private UmlRun Run(InstallerDisks disks, string script, PowerCut? cut = null) => machine.Run(disks, Script(script), cut, guarded: false);

    private static string Ok(UmlRun run)
    {
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}\n{run.Output}");
        return run.Output;
    }

    private static string After(string text, string mark) => text[text.IndexOf("\n" + mark, StringComparison.Ordinal)..];

    private static string Until(string text, string mark) => text[..text.IndexOf("\n" + mark, StringComparison.Ordinal)];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries);

    /// <summary>
    /// What a BIOS does, as far as bytes go: the boot code names a sector of the BIOS boot partition (the first one of the disk), the core there names its own
    /// second sector, and it is complete: the next sectors are those that GRUB's own core has, with no gap of zeros.
    /// </summary>
    internal static bool Starts(string image)
    {
        using var disk = File.OpenRead(image);
        var code = Read(disk, 0, Sector);
        var core = BinaryPrimitives.ReadInt64LittleEndian(code.AsSpan(0x5c));
        var first = Read(disk, core * Sector, Sector);
        var (second, count) = (BinaryPrimitives.ReadInt64LittleEndian(first.AsSpan(Sector - 12)),
            BinaryPrimitives.ReadUInt16LittleEndian(first.AsSpan(Sector - 4)));
        return code[..2] is [0xeb, 0x63] && second == core + 1 && count > 50
            && Enumerable.Range(0, count).All(number => Read(disk, (second + number) * Sector, Sector).Any(value => value != 0) || number > count - 20);
    }

    private static byte[] Read(FileStream disk, long offset, int bytes)
    {
        var content = new byte[bytes];
        disk.Position = offset;
        disk.ReadExactly(content);
        return content;
    }
}
