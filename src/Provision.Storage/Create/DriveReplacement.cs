using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Create;

/// <summary>The plan for one new drive in the bay of a lost one.</summary>
/// <param name="Plan">The lines for people, and the hash.</param>
/// <param name="Set">The set.</param>
/// <param name="Bay">The bay.</param>
/// <param name="New">The drive that was found there.</param>
/// <param name="Allowed">What may be written: the new drive whole, the others' array only in service. Null if the plan refuses, or the controller
/// does the work.</param>
/// <param name="Array">Node of the array, for md.</param>
/// <param name="Pool">The pool, for ZFS.</param>
/// <param name="Journal">The ids that were chosen for the new drive; of an earlier run if one was begun, and finished if that run left nothing
/// but the record to do.</param>
public sealed record ReplacePlan(StoragePlan Plan, SetLayout? Set, Bay Bay, ObservedDrive? New, WriteSet? Allowed, string? Array, string? Pool,
    CreateJournal Journal)
{
    /// <summary>The mirror of the operating system, if the drive is for it; the caller then renews the boot loader on its disks.</summary>
    public SystemMirror? System { get; init; }
}

/// <summary>Puts a new drive in the place of a lost one: <c>storage replace HOST --bay B --serial NEW</c>.</summary>
public static class DriveReplacement
{
    /// <summary>Name of the journal for a bay.</summary>
    public static string JournalOf(Bay bay) => $"replace-{bay.Panel}-{bay.Number}";

    /// <summary>The plan; every reason against it is in it.</summary>
    /// <param name="layout">The host's layout.</param>
    /// <param name="record">What is known of the machine.</param>
    /// <param name="observed">What was seen.</param>
    /// <param name="bay">The bay.</param>
    /// <param name="serial">The new drive's serial.</param>
    /// <param name="begun">What an earlier run began for this bay, or null.</param>
    /// <param name="sequences">The kernel's number of each disk's attachment, read before <paramref name="observed"/>.</param>
    /// <param name="root">Where the running system's root is mounted.</param>
    public static ReplacePlan Plan(
        Layout layout, DriveRecord? record, ObservedStorage observed, Bay bay, string serial, CreateJournal? begun,
        IReadOnlyDictionary<string, long> sequences, string root = "/")
    {
        var own = begun is not null && begun.Host == layout.Host.Name && begun.Serials.SequenceEqual([serial]) ? begun : null;
        var wasBegun = own is { Finished: false };
        var journal = wasBegun ? own! : new CreateJournal
        {
            Host = layout.Host.Name,
            Target = JournalOf(bay),
            PlanHash = "",
            Serials = [serial],
            Ids = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                [$"table {bay}"] = Guid.NewGuid().ToString(),
                [$"partition {bay}"] = Guid.NewGuid().ToString()
            },
            Done = new HashSet<string>(),
        };
        var actions = new List<StorageAction>();
        string? whyNoSystem = null;
        var target = StorageTarget.Bay(bay);
        var set = layout.Sets.FirstOrDefault(candidate => candidate.Bays.Contains(bay));
        var bays = BayFinder.Find(layout, record, observed);
        var found = bays.GetValueOrDefault(bay);
        var expected = record?.Drives.FirstOrDefault(drive => drive.Bay == bay);
        if (set is null)
        {
            return new ReplacePlan(Refused($"the chassis {layout.Chassis.Name} uses no bay {bay}"), null, bay, null, null, null, null, journal);
        }

        var system = set is { Os: true, IsMd: true }
            ? SystemMirror.Of(observed, root, [.. set.Bays.Where(bays.ContainsKey).Select(place => bays[place].Device).OfType<string>()], out whyNoSystem)
            : null;
        if (system is not null && !wasBegun)
        {
            journal = journal with { Ids = system.NewIds(bay).ToDictionary(StringComparer.Ordinal) };
        }

        var elsewhere = record?.Drives.FirstOrDefault(drive => drive.Serial == serial && drive.Bay != bay);
        if (own is { Finished: true } && found?.Serial == serial && elsewhere is null && IsIn(layout, set, record, observed, found, system))
        {
            actions.Add(new StorageAction(ActionKind.Keep, target, $"is in {set.Name} already; nothing is written but the drive record"
                + $"{(set is { Os: true, IsMd: true } ? " and what a boot loader lacks" : "")}", [DriveComparison.Of(bay, found)]));
            return new ReplacePlan(new StoragePlan { Host = layout.Host.Name, Purpose = $"replace {bay}", Actions = actions, Problems = observed.Problems },
                set, bay, found, null, null, null, own)
            { System = system };
        }

        if (set is { Os: true, Level: RaidLevel.Single })
        {
            Refuse($"is the operating system's only disk: a reinstall with --os-disk-serial {bay}={serial} takes the new one");
        }

        if (whyNoSystem is not null)
        {
            Refuse(whyNoSystem);
        }

        if (record is null || (!StorageComparison.Exists(record, set.Key) && set.Level != RaidLevel.Spare && !set.Os))
        {
            Refuse($"the set {set.Key} was never created, so nothing in it can be replaced: provision storage create --set {set.Key}");
        }

        if (found is null)
        {
            Refuse("is empty: put the new drive in first");
        }
        else if (found.Serial != serial)
        {
            Refuse($"holds the serial {found.Serial ?? "(unknown)"} and not {serial}");
        }

        if (expected is not null && expected.Serial == serial)
        {
            Refuse($"the drive with the serial {serial} is the recorded one already");
        }

        if (elsewhere is not null)
        {
            Refuse($"the drive with the serial {serial} is recorded for bay {elsewhere.Bay}: it was moved, not replaced");
        }

        if (found is not null && system is not null && found.Bytes < system.NeededBytes)
        {
            Refuse(FormattableString.Invariant(
                $"the new drive has {found.Bytes} bytes, and the partitions of the disk that works need {system.NeededBytes}"));
        }

        if (found?.Device is { } onBay && !wasBegun && system?.WorksOn(onBay, observed) == true)
        {
            Refuse($"works in the operating system's array {set.Name}: it is not the disk that was lost");
        }

        if (found is not null && found.Bytes < set.Definition.DriveBytes)
        {
            Refuse(FormattableString.Invariant($"the new drive has {found.Bytes} bytes, and the set needs {set.Definition.DriveBytes}"));
        }

        // An interrupted run left our table, or a superblock of the very array that the drive is for.
        var planned = journal.Ids.Values.Concat(system is null ? [] : [system.Array.Uuid])
            .Concat(set.Luns.Select(lun => record?.Units.FirstOrDefault(unit => unit.Name == lun.Name)?.Uuid).OfType<string>())
            .Select(PlannedIds.Plain).ToHashSet(StringComparer.Ordinal);

        // Where it went into the array before the interruption, the array's own contents lie on it.
        var isIn = wasBegun && set.IsMd && found is not null && IsIn(layout, set, record, observed, found, system);
        foreach (var doubt in found is null || isIn ? [] : Blankness.Doubts([found], observed, planned, wasBegun))
        {
            Refuse($"{doubt}. A recycled drive is cleared with provision storage wipe");
        }

        // The survivors must be the recorded ones: a set that is rebuilt from a stranger's drive is a stranger's set.
        foreach (var mate in set.Bays.Where(mate => mate != bay))
        {
            var known = record?.Drives.FirstOrDefault(drive => drive.Bay == mate);
            if (known is not null && bays.TryGetValue(mate, out var present) && DriveComparison.Compare(known, present) is { IsMatch: false } match)
            {
                actions.Add(new StorageAction(ActionKind.Refuse, StorageTarget.Bay(mate), match.ToString(), [DriveComparison.Of(mate, present)]));
            }
        }

        string? array = null;
        string? pool = null;
        var permits = new List<WritePermit>();
        if (system is not null && actions.Count == 0)
        {
            if (!isIn && system.Array.State is not (SetHealth.Degraded or SetHealth.Rebuilding))
            {
                Refuse($"the array {set.Name} is {system.Array.State.ToString().ToLowerInvariant()}: a drive that works is not replaced; "
                    + "fail it first with mdadm --fail, knowing why");
            }

            permits.AddRange(system.Array.Members.Where(member => member.Device != found?.Device
                    && observed.Find(member.Device)?.Parents.Contains(found?.Device ?? "") != true)
                .Select(member => Permit(member.Device, DiskEffect.Service, $"works in the array {set.Name}")).OfType<WritePermit>());
        }
        else if (set.IsMd && actions.Count == 0)
        {
            var unit = UnitFinder.Find(set, set.Luns[0], record, observed, bays);
            array = unit.Device?.Path;
            if (array is null)
            {
                Refuse(unit.Match.ToString());
            }
            else if (!isIn && unit.Health is not (SetHealth.Degraded or SetHealth.Rebuilding))
            {
                Refuse($"the array {set.Name} is {unit.State}: a drive that works is not replaced; fail it first with mdadm --fail, knowing why");
            }

            var members = observed.Arrays.FirstOrDefault(candidate => candidate.Device == unit.Device?.Name)?.Members ?? [];
            permits.AddRange(members.Where(member => member.Device != found?.Device)
                .Select(member => Permit(member.Device, DiskEffect.Service, $"works in the array {set.Name}")).OfType<WritePermit>());
        }
        else if (set.Level == RaidLevel.ZfsRaidz2 && actions.Count == 0)
        {
            pool = Degraded();
        }

        if (actions.Count == 0)
        {
            actions.Add(new StorageAction(
                ActionKind.Create,
                target,
                system is not null ? $"the new drive gets the partitions of the disk that works, is written from it, and gets a boot loader"
                    : set.IsMd || pool is not null ? $"the new drive is written from the others of {set.Name}"
                    : "the controller rebuilds by itself; the record gets the new drive",
                [DriveComparison.Of(bay, found!), .. expected is null ? Array.Empty<string>() : ["instead of " + DriveComparison.Of(expected)]]));
            if (found!.Device is { } name && Permit(name, DiskEffect.Destroy, $"was named for bay {bay}") is { } permit)
            {
                permits.Add(permit);
            }
        }

        var plan = new StoragePlan { Host = layout.Host.Name, Purpose = $"replace {bay}", Actions = actions, Problems = observed.Problems };
        var refused = plan.Refusals.Any();
        return new ReplacePlan(plan, set, bay, found, refused || permits.Count == 0 ? null : new WriteSet(permits, planned, wasBegun), array, pool, journal)
        {
            System = system,
        };

        void Refuse(string why) => actions.Add(new StorageAction(ActionKind.Refuse, target, why, found is null ? [] : [DriveComparison.Of(bay, found)]));

        StoragePlan Refused(string why)
        {
            Refuse(why);
            return new StoragePlan { Host = layout.Host.Name, Purpose = $"replace {bay}", Actions = actions, Problems = observed.Problems };
        }

        WritePermit? Permit(string device, DiskEffect effect, string reason)
        {
            // An array's member may be a partition; what is permitted is its disk.
            return observed.DisksBelow(device) is [var disk] ? WritePermit.For(disk, sequences, disk.Serial ?? disk.Name, effect, reason) : null;
        }

        string? Degraded()
        {
            var owner = layout.Pools.First(candidate => candidate.Definition.Sets.Contains(set.Key));
            var state = PoolFinder.Find(owner, record, observed);
            if (state is not { Match.IsMatch: true, Found: { Imported: true } known })
            {
                Refuse(state.Match.IsMatch ? $"the pool {owner.Name} is not imported" : state.Match.ToString());
                return null;
            }

            if (known.Health is SetHealth.Normal)
            {
                Refuse($"the pool {owner.Name} has all its drives: a drive that works is not replaced; take it offline first, knowing why");
            }

            permits.AddRange(known.Members.Where(member => observed.Find(member)?.Parents.Contains(found?.Device ?? "") != true)
                .Select(member => Permit(member, DiskEffect.Service, $"works in the pool {owner.Name}")).OfType<WritePermit>());
            return owner.Name;
        }
    }

    /// <summary>
    /// Whether a drive works in its set: as a member of the recorded array or pool. Of a controller's sets the controller alone knows, and it
    /// rebuilds by itself.
    /// </summary>
    private static bool IsIn(Layout layout, SetLayout set, DriveRecord? record, ObservedStorage observed, ObservedDrive drive, SystemMirror? system)
    {
        if (set is { Os: true, IsMd: true })
        {
            return drive.Device is { } disk && system?.WorksOn(disk, observed) == true;
        }

        if (set.IsMd)
        {
            var uuid = record?.Units.FirstOrDefault(unit => unit.Name == set.Luns[0].Name)?.Uuid;
            return drive.Device is { } device
                && observed.Arrays.Any(array =>
                    array is { Device: not null, State: not SetHealth.Inactive } && PlannedIds.Same(array.Uuid, uuid) && IsMember(array, device));
        }

        return set.Level != RaidLevel.ZfsRaidz2
            || (PoolFinder.Find(layout.Pools.First(pool => pool.Definition.Sets.Contains(set.Key)), record, observed) is
            {
                Match.IsMatch: true,
                Found: { Imported: true } pool
            }
                && pool.Members.Any(member => observed.Find(member)?.Parents.Contains(drive.Device ?? "") == true));
    }

    /// <summary>Puts the drive in; nothing if an earlier run did so.</summary>
    /// <exception cref="StorageException">The pool has no lost member, or more than one.</exception>
    public static CreateJournal Run(StorageMachine machine, ReplacePlan plan, Action<string> say)
    {
        if (plan.Journal.Finished)
        {
            return plan.Journal;
        }

        var journal = plan.Journal with { PlanHash = plan.Plan.Hash };
        journal.Write(machine.Files);
        if (plan.Allowed is { } allowed && plan.New?.Device is { } name)
        {
            var guard = new DiskGuard(machine.Commands, machine.Reader, allowed, command => say($"  {command}"));
            var nodes = new BlockNodes(machine);
            if (plan.System is { } system)
            {
                journal = system.Run(machine, plan.Bay, "/dev/" + name, guard, journal);
            }
            else if (plan.Array is { } array)
            {
                var running = machine.Observe().Arrays.FirstOrDefault(candidate => "/dev/" + candidate.Device == array);
                if (running is null || !IsMember(running, name))
                {
                    guard.Run(DiskCommands.RemoveMembers(array));
                    guard.Run(DiskCommands.AddMember(array, "/dev/" + name));
                }
            }
            else if (plan.Pool is { } pool)
            {
                PutIntoPool(machine, plan, pool, "/dev/" + name, guard, nodes, journal);
            }
        }

        journal = journal with { Finished = true };
        journal.Write(machine.Files);
        return journal;
    }

    /// <summary>True for a working or rebuilding member; one that only has an old superblock of the array is none.</summary>
    private static bool IsMember(MdArray array, string device) =>
        array.Members.Any(member => member.Device == device && (member.State is "in_sync" or "rebuilding" or "spare"));

    private static void PutIntoPool(StorageMachine machine, ReplacePlan plan, string pool, string disk, DiskGuard guard, BlockNodes nodes,
        CreateJournal journal)
    {
        var uuid = journal.Id("partition", plan.Bay.ToString());
        if (machine.Observe().Devices.All(device => device.PartitionUuid != uuid))
        {
            guard.Run(DiskCommands.WriteTable(disk, PoolMaker.TableOf(journal, pool, plan.Bay, nodes.BytesOf(disk))));
            nodes.ReadTable(guard, disk);
        }

        var member = nodes.Partition(disk, 1);
        if (machine.Observe().Pools.First(found => found.Name == pool).Members.Contains(member["/dev/".Length..]))
        {
            return;
        }

        // By GUID: the lost drive has no node any more that could be named.
        var lost = machine.Reader.Run("zpool", "status", "-g", pool).Output.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length >= 2 && ulong.TryParse(fields[0].Trim('\t'), out _) && fields[1] is "UNAVAIL" or "FAULTED" or "REMOVED" or "OFFLINE")
            .Select(fields => fields[0].Trim('\t'))
            .ToList();
        guard.Run(lost.Count == 1
            ? DiskCommands.ReplaceInPool(pool, lost[0], member)
            : throw new StorageException(
                $"the pool {pool} has {lost.Count} lost drives; which one this is for has to be decided by a person: zpool status -g {pool}"));
    }
}
