using System.Globalization;
using System.Security.Cryptography;
using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Storage.Create;

/// <summary>The mirror that a running system's root lies on, one disk of which was lost. The new disk gets the partitions of a disk that works.</summary>
/// <param name="Array">The array.</param>
/// <param name="Node">Its node.</param>
/// <param name="Model">The partition table of a disk that works.</param>
/// <param name="Member">Number of the partition that is a member.</param>
public sealed record SystemMirror(MdArray Array, string Node, PartitionTable Model, int Member)
{
    private const string EfiStep = "EFI file system";
    private const string TableStep = "table";
    private const long Mebibyte = 1 << 20;

    /// <summary>Finds it by what is mounted, never by a name: a disk of another system may carry an array of the same name.</summary>
    /// <param name="observed">The machine.</param>
    /// <param name="root">Where the system's root is mounted.</param>
    /// <param name="disks">Kernel names of the disks in the set's bays.</param>
    /// <param name="why">Why there is none; null if it was found.</param>
    public static SystemMirror? Of(ObservedStorage observed, string root, IReadOnlyCollection<string> disks, out string? why)
    {
        why = null;
        var mount = observed.Mounts.LastOrDefault(mount => mount.Path == root);
        var device = observed.Devices.FirstOrDefault(known => mount is not null && known.Number == mount.Number);
        var array = device is null ? null : observed.Arrays.FirstOrDefault(known => known.Device == device.Name);
        if (array is null || device is null)
        {
            why = $"{root} lies on no array that runs: a disk of the operating system is replaced in the running system, a system that is lost is reinstalled";
            return null;
        }

        var working = array.Members.Where(member => member.State == "in_sync").Select(member => observed.Find(member.Device)).OfType<BlockDevice>().ToList();
        if (working.FirstOrDefault(member => member.Parents is not [var parent] || !disks.Contains(parent)) is { } elsewhere)
        {
            why = $"the array below {root} has the member {elsewhere.Path}, which is no partition of a disk in the operating system's bays";
            return null;
        }

        var model = working.Select(member => (Member: member, Disk: observed.Find(member.Parents[0])))
            .FirstOrDefault(pair => pair.Disk?.Table is { Type: "gpt" });
        if (model.Disk?.Table is not { } table
            || table.Partitions.FirstOrDefault(entry => PlannedIds.Same(entry.Uuid, model.Member.PartitionUuid)) is not { } entry)
        {
            why = $"no working disk of the array below {root} has a partition table that could be read";
            return null;
        }

        return new SystemMirror(array, device.Path, table, entry.Number);
    }

    /// <summary>Bytes that a disk must have: the partitions of the model, and the table's copy behind them.</summary>
    public long NeededBytes => Model.Partitions.Max(entry => entry.Start + entry.Bytes) + Mebibyte;

    /// <summary>Ids for a new disk, by what they are for.</summary>
    public IEnumerable<KeyValuePair<string, string>> NewIds(Bay bay) =>
    [
        new($"table {bay}", Guid.NewGuid().ToString()),
        .. Model.Partitions.Select(entry => new KeyValuePair<string, string>(PartitionKey(bay, entry.Number), Guid.NewGuid().ToString())),
        new($"efi {bay}", RandomNumberGenerator.GetInt32(0x10000000, int.MaxValue).ToString("x8", CultureInfo.InvariantCulture)),
    ];

    /// <summary>True for a disk that works in the array, or is being rebuilt.</summary>
    public bool WorksOn(string disk, ObservedStorage observed) => Array.Members.Any(member =>
        member.State is "in_sync" or "rebuilding" or "spare" && (member.Device == disk || observed.Find(member.Device)?.Parents.Contains(disk) == true));

    /// <summary>Makes the new disk like its neighbour and puts it into the array, last. Each step is recorded when it is durable.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="bay">The bay.</param>
    /// <param name="disk">Node of the new disk.</param>
    /// <param name="guard">Lets the new disk alone be written.</param>
    /// <param name="journal">What was chosen.</param>
    internal CreateJournal Run(StorageMachine machine, Bay bay, string disk, DiskGuard guard, CreateJournal journal)
    {
        var nodes = new BlockNodes(machine);
        if (!journal.IsDone(TableStep))
        {
            if (machine.Observe().Devices.All(device => !PlannedIds.Same(device.PartitionUuid, journal.Id("partition", $"{bay} {Member}"))))
            {
                guard.Run(DiskCommands.WriteTable(
                    disk,
                    PartitionScript.Like(Model, journal.Id("table", bay.ToString()), number => journal.Id("partition", $"{bay} {number}"))));
                nodes.ReadTable(guard, disk);
            }

            // What an older layout left at these places would be found again.
            guard.Run(DiskCommands.Wipe([.. Model.Partitions.Select(entry => nodes.Partition(disk, entry.Number))]));
            journal = Done(TableStep);
        }

        if (!journal.IsDone(EfiStep))
        {
            foreach (var efi in Model.Partitions.Where(entry => entry.Type == NewPartition.EfiSystemType))
            {
                guard.Run(DiskCommands.MakeEfiFilesystem(nodes.Partition(disk, efi.Number), journal.Id("efi", bay.ToString())));
            }

            journal = Done(EfiStep);
        }

        var observed = machine.Observe();
        var running = observed.Arrays.FirstOrDefault(array => PlannedIds.Same(array.Uuid, Array.Uuid) && array.Device is not null);
        if (running is null || !(this with { Array = running }).WorksOn(disk["/dev/".Length..], observed))
        {
            guard.Run(DiskCommands.RemoveMembers(Node));
            guard.Run(DiskCommands.AddMember(Node, nodes.Partition(disk, Member)));
        }

        return journal;

        CreateJournal Done(string step)
        {
            nodes.Settle();
            var next = journal.With(step);
            next.Write(machine.Files);
            return next;
        }
    }

    private static string PartitionKey(Bay bay, int number) => string.Create(CultureInfo.InvariantCulture, $"partition {bay} {number}");
}
