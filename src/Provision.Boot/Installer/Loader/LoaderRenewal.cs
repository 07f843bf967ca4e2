using System.Buffers.Binary;
using System.Globalization;
using Provision.Boot.Installer.Target;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Loader;

/// <summary>What one disk of the running system would start.</summary>
/// <param name="Node">Its node, for this moment only.</param>
/// <param name="Identity">The name that people know it by.</param>
/// <param name="Differences">What differs from the installed packages; empty if the disk is up to date.</param>
public sealed record LoaderState(string Node, string Identity, IReadOnlyList<string> Differences);

/// <summary>
/// Keeps every disk of the running system able to start it: after an upgrade of GRUB or the shim, and after a disk of the mirror was replaced. Each disk
/// is complete before the next is touched, and on each disk the old loader starts until the new one is written: files are renamed into place, and GRUB's
/// core goes to the half of its partition that is not in use before one sector makes it the one that counts.
/// </summary>
/// <param name="machine">The host.</param>
/// <param name="system">Files of the system whose loader it is.</param>
/// <param name="root">Where that system is mounted: <c>/</c>, or a directory of a rescue system.</param>
/// <param name="log">Receives every command that writes, before it runs.</param>
public sealed class LoaderRenewal(InstallMachine machine, IMachineFiles system, string root = "/", Action<string>? log = null)
{
    private const int Sector = 512;

    /// <summary>Half of the BIOS boot partition: where the core lies that is not in use.</summary>
    private const int HalfBytes = (int)(TargetMaker.BiosBytes / 2);

    /// <summary>True if neither the packages nor the disks have changed since the last renewal, by the record alone.</summary>
    public bool IsRecorded()
    {
        var record = LoaderRecord.Read(system);
        return record is not null && record.Fingerprint == LoaderFiles.Fingerprint(system);
    }

    /// <summary>
    /// Compares every disk of the running system with the installed packages. Writes nothing; EFI system partitions are mounted read-only meanwhile.
    /// </summary>
    /// <exception cref="InstallException">The root is on no disk of ours, or a package of the boot loader is missing.</exception>
    public IReadOnlyList<LoaderState> Observe()
    {
        var (disks, guard) = Open();
        var files = Files(disks);
        return [.. disks.Disks.Select(disk => new LoaderState(disk.Disk.Path, disk.Identity, [.. Differences(disk, files, guard)]))];
    }

    /// <summary>Writes what differs, disk by disk, reads it back, and records it.</summary>
    /// <param name="say">Receives one line per disk.</param>
    /// <returns>The state afterwards.</returns>
    /// <exception cref="InstallException">As <see cref="Observe"/>; or what was written could not be read back.</exception>
    public IReadOnlyList<LoaderState> Renew(Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(say);
        machine.Files.MakeFolder(InstallMachine.Work, FileModes.PrivateDirectory);
        using var held = machine.Files.TryLock(InstallMachine.Work + "/boot-loader.lock")
            ?? throw new InstallException("another run renews the boot loader at this moment");
        var (disks, guard) = Open();
        MakeCore();
        var files = Files(disks);
        var states = new List<LoaderState>();
        foreach (var disk in disks.Disks)
        {
            var before = Differences(disk, files, guard).ToList();
            if (before.Count > 0 && disk is { Efi: { } efi, Bios: { } bios })
            {
                RenewEfi(efi, files, guard);
                RenewBios(disk.Disk, bios, files, guard);
                say($"{disk.Identity}: renewed ({string.Join("; ", before)})");
            }
            else if (before.Count == 0)
            {
                say($"{disk.Identity}: up to date");
            }

            states.Add(new LoaderState(disk.Disk.Path, disk.Identity, [.. Differences(disk, files, guard)]));
        }

        new LoaderRecord(
            LoaderFiles.Fingerprint(system),
            [
                .. disks.Disks.Zip(states).Where(pair => pair.Second.Differences.Count == 0)
                    .Select(pair => pair.First.Efi!.PartitionUuid).OfType<string>(),
            ]).Write(system);
        return states;
    }

    private (SystemDisks Disks, DiskGuard Guard) Open()
    {
        var sequences = Attachments.Read(machine.Reader);
        var observed = machine.Storage.Observe();
        var disks = SystemDisks.Of(observed, root)
            ?? throw new InstallException($"{root} lies on no disk of this machine: run this on the host itself, not in a container");
        if (disks.Disks.All(disk => disk.Efi is null))
        {
            throw new InstallException(
                $"no disk below {root} ({disks.Root.Path}) has an EFI system partition {TargetMaker.EfiLabel}: this system was not installed by provision");
        }

        var permits = disks.Disks.Select(
            disk => WritePermit.For(disk.Disk, sequences, disk.Identity, DiskEffect.BootLoader, "the running system starts from it"));
        return (disks, new DiskGuard(machine.Commands, machine.Reader, new WriteSet([.. permits], []), command => log?.Invoke(command.ToString())));
    }

    private LoaderFiles Files(SystemDisks disks) =>
        LoaderFiles.Read(system, disks.Root.Signatures.FirstOrDefault(signature => signature.Type == "ext4")?.Uuid
            ?? throw new InstallException($"{disks.Root.Path} has no ext4 with a UUID"));

    /// <summary>Makes GRUB's core of the installed modules again, as the image was made with it.</summary>
    private void MakeCore()
    {
        var place = root.TrimEnd('/');
        const string next = BootLoader.CoreImage + ".new";
        machine.Commands.Run(Command.Of(
            "grub-mkimage",
            ["-O", "i386-pc", "-d", place + LoaderFiles.GrubFolder, "-p", "(,gpt2)/grub", "-o", place + next, .. BootLoader.CoreModules])
            .WithTimeout(TimeSpan.FromMinutes(2))).OrThrow();
        system.SyncFilesystem("/");
        system.Rename(next, BootLoader.CoreImage);
    }

    private IEnumerable<string> Differences(SystemDisk disk, LoaderFiles files, DiskGuard guard)
    {
        if (disk is not { Efi: { } efi, Bios: { } bios })
        {
            return ["it has no boot partitions of ours, so it cannot start this machine"];
        }

        var stale = EfiPartition.With(machine, guard, efi.Path, write: false, present => files.StaleOn(present).Select(file => file.Path).ToList());
        return (stale.Count == 0 ? Array.Empty<string>() : [$"UEFI: {string.Join(", ", stale)}"]).Concat(BiosDifferences(disk.Disk, bios, files));
    }

    private IEnumerable<string> BiosDifferences(BlockDevice disk, BlockDevice bios, LoaderFiles files)
    {
        var start = StartOf(bios);
        var code = BlockReader.Read(disk.Path, 0, 4096).AsSpan(0, BiosBoot.CodeBytes).ToArray();
        var sector = BiosBoot.CoreSectorOf(code);
        if (!code.AsSpan().SequenceEqual(BiosBoot.Code(files.BootImage, sector)) || (sector != start && sector != start + (HalfBytes / Sector)))
        {
            return ["BIOS: boot code"];
        }

        var core = BiosBoot.Core(files.CoreImage, sector);
        var there = BlockReader.Read(bios.Path, (sector - start) * Sector, HalfBytes);
        return there.AsSpan(0, Math.Min(core.Length, there.Length)).SequenceEqual(core) ? [] : ["BIOS: GRUB's core"];
    }

    private void RenewEfi(BlockDevice efi, LoaderFiles files, DiskGuard guard) => EfiPartition.With(machine, guard, efi.Path, write: true, present =>
    {
        foreach (var (path, content) in files.StaleOn(present))
        {
            LoaderFiles.Put(present, path, content);
        }

        return 0;
    });

    private void RenewBios(BlockDevice disk, BlockDevice bios, LoaderFiles files, DiskGuard guard)
    {
        if (!BiosDifferences(disk, bios, files).Any())
        {
            return;
        }

        var start = StartOf(bios);
        var inUse = BiosBoot.CoreSectorOf(BlockReader.Read(disk.Path, 0, 4096));
        var sector = inUse == start ? start + (HalfBytes / Sector) : start;
        var core = BiosBoot.Core(files.CoreImage, sector);
        if (core.Length > HalfBytes)
        {
            throw new InstallException(string.Create(
                CultureInfo.InvariantCulture, $"GRUB's core has {core.Length} bytes, and half of {bios.Path} is {HalfBytes}"));
        }

        var offset = (sector - start) * Sector;
        guard.Run(DiskCommands.RenewBootImage(bios.Path, core, offset));
        if (!BlockReader.Read(bios.Path, offset, HalfBytes).AsSpan(0, core.Length).SequenceEqual(core))
        {
            throw new InstallException($"{bios.Path}: what was written cannot be read back; the disk still starts its old boot loader");
        }

        guard.Run(DiskCommands.RenewBootCode(disk.Path, BiosBoot.Code(files.BootImage, sector)));
    }

    private long StartOf(BlockDevice partition) =>
        long.TryParse(machine.Reader.Read($"/sys/class/block/{partition.Name}/start")?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? start
            : throw new InstallException($"the kernel does not tell where {partition.Path} begins");
}
