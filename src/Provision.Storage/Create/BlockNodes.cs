using System.Globalization;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Storage.Create;

/// <summary>Finds the nodes of devices that were just made, by the kernel's records; works without udev.</summary>
internal sealed class BlockNodes(StorageMachine machine)
{
    private const string Class = "/sys/class/block/";

    /// <summary>Waits until udev has seen what changed, if it runs: a device that it still probes is busy.</summary>
    public void Settle() => StorageMachine.Settle(machine.Commands);

    /// <summary>
    /// Has the kernel read a disk's new table. udev first, and after it: when the disk was closed it began to probe disk and partitions by itself,
    /// and those that it holds open are busy.
    /// </summary>
    public void ReadTable(DiskGuard guard, string disk)
    {
        Settle();
        guard.Run(DiskCommands.ReadTable(disk));
        Settle();
    }

    /// <summary>Size of a device in bytes.</summary>
    public long BytesOf(string node) =>
        long.TryParse(machine.Reader.Read($"{Class}{NameOf(node)}/size")?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var sectors)
            ? sectors * 512
            : throw new StorageException($"the size of {node} cannot be read");

    /// <summary>Node of a partition by its number.</summary>
    public string Partition(string disk, int number)
    {
        var name = NameOf(disk);
        var wanted = number.ToString(CultureInfo.InvariantCulture);
        return machine.Reader.List(Class + name).FirstOrDefault(entry =>
            machine.Reader.Read($"{Class}{name}/{entry}/partition")?.Trim() == wanted) is { } partition
            ? "/dev/" + partition
            : throw new StorageException($"{disk} has no partition {number}");
    }

    /// <summary>Node of the running array with a UUID, found by its members, or null; an inactive one holds its members but cannot be used.</summary>
    /// <param name="uuid">The array's UUID, by the superblock of the member that leads to it.</param>
    /// <param name="members">Devices that should be in it; one that does not answer is passed over.</param>
    public string? Array(string uuid, IEnumerable<string> members)
    {
        foreach (var member in members)
        {
            var holder = machine.Reader.List($"{Class}{NameOf(member)}/holders")
                .FirstOrDefault(name => machine.Reader.Read($"{Class}{name}/md/array_state")?.Trim() is { } state and not ("inactive" or "clear"));
            if (holder is not null && MdArrays.ParseExamine(machine.Reader.Run("mdadm", "--examine", member).Output)
                .Any(found => PlannedIds.Same(found.Member.ArrayUuid, uuid)))
            {
                return "/dev/" + holder;
            }
        }

        return null;
    }

    /// <summary>True if a mapping of this name is open.</summary>
    public bool IsOpen(string mapping) =>
        machine.Reader.List("/sys/block").Any(block => machine.Reader.Read($"{Class}{block}/dm/name")?.Trim() == mapping);

    private string NameOf(string node) => new DiskState(machine.Reader).NameOf(node) ?? throw new StorageException($"there is no device {node}");
}
