using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Provision.Boot.Installer.Plan;

namespace Provision.Boot.Installer.Setup;

/// <summary>Gives the new root what makes it this host and no other: keys, ids, and which devices it starts from.</summary>
internal static class HostIdentityFiles
{
    /// <summary>Which job the root came from.</summary>
    public const string Job = "/var/lib/provision/job";

    private const string SshFolder = "/etc/ssh";

    public static void Write(InstallRun run)
    {
        using var root = RootedFiles.Open(InstallMachine.Root);

        // Keys that an image brings would be every host's.
        foreach (var name in root.List(SshFolder).Where(name => name.StartsWith("ssh_host_", StringComparison.Ordinal)))
        {
            root.Remove($"{SshFolder}/{name}");
        }

        if (!run.Order.NewIdentity && run.Parts.Identity is { } address)
        {
            using var archive = run.Channel.OpenIdentity(address);
            run.Say($"{Restore(root, archive)} files of the host's identity are back");
        }

        root.MakeFolder(SshFolder);
        var given = root.List(SshFolder).ToHashSet(StringComparer.Ordinal);
        run.Machine.Commands.Run(Command.Of("ssh-keygen", "-A", "-f", InstallMachine.Root).WithTimeout(TimeSpan.FromMinutes(2))).OrThrow();
        run.NewHostKeys =
        [
            .. root.List(SshFolder).Where(name => !given.Contains(name) && name.StartsWith("ssh_host_", StringComparison.Ordinal)
                && name.EndsWith(".pub", StringComparison.Ordinal))
                .Select(name => Encoding.UTF8.GetString(root.Read($"{SshFolder}/{name}")!.Content).Trim()),
        ];
        RootFile.Put(root, "/etc/machine-id", MachineId(RootFile.Need(root, SshFolder + "/ssh_host_ed25519_key")) + "\n", FileModes.ReadOnly);
        RootFile.Put(root, "/etc/hostid", HostId(run.View.HostId));
        RootFile.Put(root, "/etc/fstab", Fstab(run));
        root.MakeFolder("/boot/efi", FileModes.PrivateDirectory);
        root.MakeFolder(StateFolder.Path);
        RootFile.Put(root, Job, run.Order.Job + "\n");
        RootFile.Put(root, OrderNumber.OfRoot, OrderNumber.Text(run.Order));
        run.Machine.Commands.Run(Command.Of("cp", "-a", "--no-preserve=ownership", Probe.Repository, InstallMachine.Root + "/var/lib/provision/")).OrThrow();
    }

    /// <summary>Restores an archive of an identity.</summary>
    /// <returns>How many files there were.</returns>
    internal static int Restore(IMachineFiles root, Stream archive)
    {
        var files = HostIdentityArchive.Read(archive);
        foreach (var (path, content) in files)
        {
            RootFile.Put(root, path, content, path.EndsWith(".pub", StringComparison.Ordinal) ? FileModes.Public : FileModes.Private);
        }

        return files.Count;
    }

    /// <summary>The same as long as the host keeps its key, another for another key, and nothing that tells the key.</summary>
    internal static string MachineId(byte[] hostKey) => Convert.ToHexStringLower(HMACSHA256.HashData(hostKey, "provision machine-id"u8))[..32];

    /// <summary><c>/etc/hostid</c> as ZFS reads it: four bytes, the lowest first. An image carries one that every host would share.</summary>
    private static byte[] HostId(string digits)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return bytes;
    }

    /// <summary>One EFI system partition is enough to be mounted; a machine whose first disk died starts without it.</summary>
    private static string Fstab(InstallRun run) =>
        "# Made by provision when the system was installed.\n" +
        $"UUID={run.Target.Ids.Root} / ext4 errors=remount-ro 0 1\n" +
        $"UUID={run.Target.Ids.Disks[0].EfiUuid} /boot/efi vfat umask=0077,nofail,x-systemd.device-timeout=60s 0 0\n";
}
