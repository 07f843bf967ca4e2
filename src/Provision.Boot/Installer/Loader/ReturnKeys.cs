using System.Globalization;
using System.Text;
using Provision.Boot.Installer.Target;
using Provision.Boot.Jobs;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Loader;

/// <summary>
/// Return keys on the machine's disks: on an EFI system partition, where the old system put it, and in a block before the first partition, where the installer
/// writes it before it destroys anything, and where it stays until the system is installed.
/// </summary>
internal static class ReturnKeys
{
    private const string Mark = "provision-return ";

    /// <summary>Reads all of them. What cannot be read is said, and is no key.</summary>
    public static void Find(InstallRun run)
    {
        var blocks = run.Observed.Devices.Where(device => device.Kind == BlockKind.Disk).Select(disk => BlockOf(run, disk.Path)).ToList();
        run.ReturnKeys = [.. blocks.Select(block => block.Key).Concat(OfPartitions(run)).OfType<ReturnKey>().Distinct()];
        run.SeenNumber = blocks.Select(block => block.Number).DefaultIfEmpty().Max();
        if (run.ReturnKeys.Count > 0)
        {
            run.Say("the system disk has a key of a reinstall");
        }
    }

    /// <summary>Leaves this installer's key, and the order's number, on each disk of the target: after a power cut it continues without a person.</summary>
    public static void Leave(InstallRun run)
    {
        if (run.Channel.ReturnKey is { } key)
        {
            Write(run, Encoding.ASCII.GetBytes($"{Mark}{OrderNumber.Text(run.Order).Trim()} {key.Text}"));
        }
    }

    /// <summary>Removes it.</summary>
    public static void Remove(InstallRun run)
    {
        if (run.Channel.ReturnKey is not null)
        {
            Write(run, []);
        }
    }

    private static void Write(InstallRun run, byte[] text)
    {
        var block = new byte[DiskCommands.ReturnBlockBytes];
        text.CopyTo(block, 0);
        run.Target.Disks.ToList().ForEach(disk => run.Guard.Run(DiskCommands.WriteReturnBlock(disk.Node, block)));
    }

    private static (ReturnKey? Key, long Number) BlockOf(InstallRun run, string disk)
    {
        try
        {
            var text = Encoding.Latin1.GetString(BlockReader.Read(disk, DiskCommands.ReturnBlockOffset, DiskCommands.ReturnBlockBytes));
            var words = text.StartsWith(Mark, StringComparison.Ordinal) ? text.Split('\n')[0][Mark.Length..].Split(' ', 2) : [];
            return words.Length == 2 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (ReturnKey.Parse(words[1]), number) : default;
        }
        catch (MachineFileException wrong)
        {
            run.Say(wrong.Message);
            return default;
        }
    }

    private static IEnumerable<ReturnKey?> OfPartitions(InstallRun run)
    {
        var partitions = run.Observed.Devices.Where(part => part.Kind == BlockKind.Partition && part.PartitionLabel == TargetMaker.EfiLabel
            && part.Signatures.Any(signature => signature.Type == "vfat")).ToList();
        if (partitions.Count == 0)
        {
            return [];
        }

        var guard = EfiPartition.GuardOf(run.Machine, run.Observed, run.Sequences, partitions, "a return key is read from it");
        return [.. partitions.Select(part => ReadOf(run, guard, part.Path))];
    }

    private static ReturnKey? ReadOf(InstallRun run, DiskGuard guard, string partition)
    {
        try
        {
            return EfiPartition.With(run.Machine, guard, partition, write: false,
                files => files.Read(ReturnKey.Path) is { } file ? ReturnKey.Parse(Encoding.ASCII.GetString(file.Content)) : null);
        }
        catch (Exception wrong) when (wrong is CommandFailedException or GuardException or IOException)
        {
            run.Say(wrong.Message);
            return null;
        }
    }
}
