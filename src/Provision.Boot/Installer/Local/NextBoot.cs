using System.Text;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Setup;
using Provision.Boot.Installer.Target;
using Provision.Boot.Jobs;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Local;

/// <summary>What GRUB is to start once, in a file on every EFI system partition of the running system: whichever disk firmware starts from has it.</summary>
internal static class NextBoot
{
    /// <summary>The file, an environment block of GRUB's.</summary>
    public const string File = "/provision/next.env";

    /// <summary>The variable in it.</summary>
    public const string Variable = "provision_next";

    /// <summary>Its value for the installer.</summary>
    public const string Installer = "installer";

    private const string Reason = "the running system started from it";
    private const string Stub = "/grub/grub.cfg";

    /// <summary>GRUB's environment block: this first line, assignments, and <c>#</c> up to exactly 1024 bytes, so that GRUB can write it in its
    /// place.</summary>
    public static byte[] Block(string? value) =>
        Encoding.ASCII.GetBytes(("# GRUB Environment Block\n" + (value is null ? "" : $"{Variable}={value}\n")).PadRight(1024, '#'));

    /// <summary>Writes what the next boot is to be; null for the usual one.</summary>
    /// <returns>The partitions that it was written to.</returns>
    /// <exception cref="InstallException">The running system's boot loader is not one that knows this.</exception>
    public static IReadOnlyList<string> Write(InstallMachine machine, ObservedStorage observed, IReadOnlyDictionary<string, long> sequences, string? value)
    {
        var partitions = Partitions(observed);
        var guard = EfiPartition.GuardOf(machine, observed, sequences, partitions, Reason);

        // All of them are looked at before one is written: half a wish would depend on the disk that firmware takes.
        foreach (var part in partitions)
        {
            var stub = EfiPartition.With(machine, guard, part.Path, write: false, files => files.Read(Stub) is { } file ? Encoding.UTF8.GetString(file.Content)
                : "");
            if (!stub.Contains(File, StringComparison.Ordinal))
            {
                throw new InstallException($"{part.Path}: the boot loader of this system does not know {File}, so it cannot be made to start the installer: " +
                    $"boot the installer from the network");
            }
        }

        return Put(machine, guard, partitions, files => RootFile.Put(files, File, Block(value)));
    }

    /// <summary>Writes the return key of a job: the installer proves by it that it runs on this machine.</summary>
    /// <returns>The partitions that it was written to.</returns>
    /// <exception cref="InstallException">The running system has no partition of ours.</exception>
    public static IReadOnlyList<string> Plant(InstallMachine machine, ReturnKey key)
    {
        var sequences = Attachments.Read(machine.Reader);
        var observed = machine.Storage.Observe();
        var partitions = Partitions(observed);
        return Put(machine, EfiPartition.GuardOf(machine, observed, sequences, partitions, Reason), partitions,
            files => RootFile.Put(files, ReturnKey.Path, key.Text, FileModes.Private));
    }

    private static IReadOnlyList<string> Put(InstallMachine machine, DiskGuard guard, List<BlockDevice> partitions, Action<IMachineFiles> write)
    {
        foreach (var part in partitions)
        {
            EfiPartition.With(machine, guard, part.Path, write: true, files =>
            {
                write(files);
                return 0;
            });
        }

        return [.. partitions.Select(part => part.Path)];
    }

    /// <summary>The EFI system partitions beside the running root: on the disks that it lies on.</summary>
    private static List<BlockDevice> Partitions(ObservedStorage observed)
    {
        var system = SystemDisks.Of(observed)
            ?? throw new InstallException("the root of this system is no disk of this machine: run this on the host itself, not in a container");
        return system.Disks.Select(disk => disk.Efi).OfType<BlockDevice>().ToList() is { Count: > 0 } found ? found
            : throw new InstallException(
                $"beside the root {system.Root.Path} there is no EFI system partition {TargetMaker.EfiLabel}: this system was not installed by provision");
    }
}
