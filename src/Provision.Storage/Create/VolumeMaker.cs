using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Keys;

namespace Provision.Storage.Create;

/// <summary>Makes one volume on its device: container, bindings, file system, marker, escrow. One step, done whole or begun again.</summary>
internal sealed class VolumeMaker(StorageMachine machine, DiskGuard guard, BlockNodes nodes, CreateJournal journal, CreateMeans means, Layout layout)
{
    private const string Scratch = "/run/provision/storage";

    public void Make(Volume volume, string device)
    {
        var mount = $"{Scratch}/{volume.Label}";
        LeaveEarlierAttempt(volume, device, mount);
        if (volume.Encryption == VolumeEncryption.Luks)
        {
            using var key = RecoveryKey.New();

            // The key is safe before the first byte is encrypted with it.
            means.Escrow.KeepKey(volume.Label, key, means.Recipients);
            guard.Run(DiskCommands.MakeLuks(device, journal.Id("luks", volume.Label), volume.Label, layout.Chassis.Luks, key.Bytes));
            if (means.Tang is { } tang)
            {
                guard.Run(DiskCommands.BindClevis(device, tang.ClevisConfig, key.Bytes));
            }

            KeepHeader(volume, device, key);
            guard.Run(DiskCommands.OpenLuks(device, volume.Label, key.Bytes));
            nodes.Settle();

            // A container that was made this moment holds noise, and one time in 65,536 the two bytes are among it that make an ext4.
            guard.Run(DiskCommands.Wipe("/dev/mapper/" + volume.Label));
            MakeFilesystem(volume, "/dev/mapper/" + volume.Label, mount);

            // udev probes the new file system, and a mapping that it holds open does not close.
            nodes.Settle();
            guard.Run(DiskCommands.CloseLuks(volume.Label));
        }
        else
        {
            MakeFilesystem(volume, device, mount);
        }
    }

    private void LeaveEarlierAttempt(Volume volume, string device, string mount)
    {
        var source = volume.Encryption == VolumeEncryption.Luks ? "/dev/mapper/" + volume.Label : device;
        if ((machine.Reader.Read("/proc/self/mountinfo") ?? "").Split('\n').Any(line => line.Split(' ') is { Length: > 4 } fields && fields[4] == mount))
        {
            guard.Run(DiskCommands.Unmount(source, mount));
        }

        if (volume.Encryption == VolumeEncryption.Luks && nodes.IsOpen(volume.Label))
        {
            guard.Run(DiskCommands.CloseLuks(volume.Label));
        }
    }

    private void MakeFilesystem(Volume volume, string source, string mount)
    {
        if (volume.Filesystem is not { } filesystem)
        {
            return;
        }

        var uuid = journal.Id("filesystem", volume.Label);
        guard.Run(DiskCommands.MakeFilesystem(source, filesystem, uuid, volume.Label));
        machine.Files.MakeFolder(mount, FileModes.PrivateDirectory);
        guard.Run(DiskCommands.Mount(source, mount, filesystem, "nodev,nosuid,noexec"));
        try
        {
            new VolumeMarker(layout.Host.Name, volume.Label, uuid).Write(machine.Files, mount);
        }
        finally
        {
            guard.Run(DiskCommands.Unmount(source, mount));
        }
    }

    /// <summary>Saves the header, tries the key on what was saved, and puts it into the escrow. The file is in memory only.</summary>
    private void KeepHeader(Volume volume, string device, RecoveryKey key)
    {
        var file = $"{Scratch}/{volume.Label}.header";
        machine.Files.MakeFolder(Scratch, FileModes.PrivateDirectory);
        machine.Files.Remove(file);
        try
        {
            guard.Run(DiskCommands.BackUpHeader(device, file));
            guard.Run(DiskCommands.TestKey(device, file, key.Bytes));
            var header = machine.Files.Read(file) ?? throw new StorageException($"cryptsetup saved no header of {volume.Label}");
            means.Escrow.KeepHeader(volume.Label, header.Content, means.Recipients);
        }
        finally
        {
            machine.Files.Remove(file);
        }
    }
}
