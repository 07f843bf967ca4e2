using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Create;

/// <summary>Decides whether a set may be created on the drives that were named, and which disks that may write. Pure.</summary>
public sealed class CreatePlanner
{
    private readonly Layout layout;
    private readonly DriveRecord? record;
    private readonly ObservedStorage observed;
    private readonly List<StorageAction> actions = [];
    private readonly List<WritePermit> permits = [];
    private readonly List<NamedDrive> drives = [];
    private readonly List<string> script = [];
    private readonly Dictionary<string, string> units = new(StringComparer.Ordinal);

    private CreatePlanner(Layout layout, DriveRecord? record, ObservedStorage observed)
    {
        this.layout = layout;
        this.record = record;
        this.observed = observed;
    }

    /// <summary>The plan; every reason against it is in it.</summary>
    /// <param name="layout">The host's layout.</param>
    /// <param name="record">What is known of the machine.</param>
    /// <param name="observed">What was seen.</param>
    /// <param name="target">Key of a set or pool.</param>
    /// <param name="serials">Serials that were named on the command line.</param>
    /// <param name="journal">What an earlier run began, or null.</param>
    /// <param name="sequences">The kernel's number of each disk's attachment, read before <paramref name="observed"/>.</param>
    public static CreatePlan Plan(
        Layout layout, DriveRecord? record, ObservedStorage observed, string target, IReadOnlyList<string> serials, CreateJournal? journal,
            IReadOnlyDictionary<string, long> sequences) =>
        new CreatePlanner(layout, record, observed).Plan(target, serials, journal, sequences);

    private CreatePlan Plan(string target, IReadOnlyList<string> serials, CreateJournal? journal, IReadOnlyDictionary<string, long> sequences)
    {
        var pool = layout.Pools.FirstOrDefault(pool => pool.Definition.Name == target);
        var sets = pool is null
            ? [.. layout.Sets.Where(set => set.Key == target)]
            : layout.Sets.Where(set => pool.Definition.Sets.Contains(set.Key)).ToList();
        if (journal is { Finished: false } && !Seen().Overlaps(journal.Ids.Values.Select(PlannedIds.Plain)) && !observed.Devices.Any(Blankness.HasHalfTable))
        {
            // Nothing of what was begun is there: it was cut before its first write, or its drives were wiped. No step of it is done any more.
            journal = IsFor(journal, serials) ? journal with { Done = new HashSet<string>() } : null;
        }

        var ids = journal ?? NewJournal(target, sets, pool, serials);
        var planned = ids.Ids.Values.Select(PlannedIds.Plain).ToHashSet(StringComparer.Ordinal);

        if (sets.Count == 0)
        {
            Refuse(StorageTarget.Set(target),
                $"the chassis {layout.Chassis.Name} has no set or pool {target}: it has "
                + $"{string.Join(", ", layout.Sets.Where(MayBeMade).Select(set => set.Key).Concat(layout.Pools.Select(p => p.Definition.Name)))}");
        }

        if (journal is not null && !IsFor(journal, serials))
        {
            Refuse(StorageTarget.Set(target),
                $"a creation was begun on {journal.Host} with the drives {string.Join(", ", journal.Serials)}: continue with those, or wipe them first");
        }

        if (record is null)
        {
            Refuse(new StorageTarget(StorageTargetKind.Host, layout.Host.Name),
                "has no drive record: look at its drives and accept them first with provision drives accept");
        }

        if (serials.Count == 0)
        {
            Refuse(StorageTarget.Set(target), "no serials are named: an empty selection means nothing, not everything");
        }

        foreach (var set in sets)
        {
            AddSet(set, pool, journal is { Finished: true });
        }

        AddSerials(target, serials);
        if (journal is { Finished: true })
        {
            AddMade(target, sets, pool, journal);
        }
        else
        {
            AddUnits(sets, pool, planned, journal is not null, sequences);
        }

        var plan = new StoragePlan { Host = layout.Host.Name, Purpose = "create " + target, Actions = actions, Problems = observed.Problems };
        var refused = plan.Refusals.Any();
        return new CreatePlan
        {
            Plan = plan,
            Layout = layout,
            Target = target,
            Sets = sets,
            Pool = pool,
            Drives = drives,
            Units = units,
            Journal = ids with { PlanHash = plan.Hash },
            Allowed = refused || permits.Count == 0 || script.Count > 0 ? null : new WriteSet(permits, ids.Ids.Values, wasBegun: journal is not null),
            ControllerScript = refused ? [] : script,
        };
    }

    private bool IsFor(CreateJournal journal, IReadOnlyList<string> serials) =>
        journal.Host == layout.Host.Name && journal.Serials.SequenceEqual(serials.Order(StringComparer.Ordinal));

    private static bool MayBeMade(SetLayout set) => set.Level is not (RaidLevel.Spare or RaidLevel.ZfsRaidz2) && set.Luns.Any(lun => !lun.Os);

    private void Refuse(StorageTarget target, string why, params IReadOnlyList<string> identities) =>
        actions.Add(new StorageAction(ActionKind.Refuse, target, why, identities));

    private void AddSet(SetLayout set, PoolLayout? pool, bool wasFinished)
    {
        var target = StorageTarget.Set(set.Key);
        if (pool is null && !MayBeMade(set))
        {
            Refuse(target, set.Level == RaidLevel.Spare ? "holds spares: there is nothing to create" : set.Level == RaidLevel.ZfsRaidz2
                ? "is part of a pool: create the pool" : "is the operating system's target, which the installer makes");
        }

        if (!wasFinished && StorageComparison.Exists(record, set.Key))
        {
            Refuse(target,
                $"exists by the drive record ({record!.Sets.First(known => known.Name == set.Key).Location}); what is missing is never created again. A "
                + $"single drive is replaced with provision storage replace");
        }

        var bays = BayFinder.Find(layout, record, observed);
        foreach (var bay in set.Bays)
        {
            var expected = record?.Drives.FirstOrDefault(drive => drive.Bay == bay);
            if (!bays.TryGetValue(bay, out var found))
            {
                Refuse(StorageTarget.Bay(bay), expected is null ? "is empty" : $"is empty, and should hold the drive with the serial {expected.Serial}");
                continue;
            }

            drives.Add(new NamedDrive(bay, found));
            if (expected is null && record is not null)
            {
                Refuse(StorageTarget.Bay(bay), "holds a drive that is not recorded: provision drives accept", DriveComparison.Of(bay, found));
            }
            else if (expected is not null && DriveComparison.Compare(expected, found) is { IsMatch: false } match)
            {
                Refuse(StorageTarget.Bay(bay), match.ToString(), DriveComparison.Of(bay, found));
            }

            if (found.Health.Verdict == HealthVerdict.Failed)
            {
                Refuse(StorageTarget.Bay(bay), $"the drive reports failure: {string.Join(", ", found.Health.Reasons)}", DriveComparison.Of(bay, found));
            }

            if (found.Bytes < set.Definition.DriveBytes)
            {
                Refuse(StorageTarget.Bay(bay),
                    FormattableString.Invariant($"the drive has {found.Bytes} bytes, and the layout needs {set.Definition.DriveBytes}"),
                    DriveComparison.Of(bay, found));
            }
        }
    }

    /// <summary>Exactly the drives of the set's bays must be named, each once and each known once on the whole machine.</summary>
    private void AddSerials(string target, IReadOnlyList<string> serials)
    {
        if (serials.Count == 0)
        {
            return;
        }

        foreach (var twice in serials.GroupBy(serial => serial, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            Refuse(StorageTarget.Serial(twice.Key), "is named twice");
        }

        foreach (var serial in serials.Distinct(StringComparer.Ordinal).Where(serial => drives.All(drive => drive.Drive.Serial != serial)))
        {
            var elsewhere = BayFinder.Find(layout, record, observed).FirstOrDefault(pair => pair.Value.Serial == serial);
            Refuse(StorageTarget.Serial(serial), elsewhere.Value is null ? $"no drive of this machine's bays has it"
                : $"is in bay {elsewhere.Key}, which is not a bay of {target}");
        }

        foreach (var drive in drives.Where(drive => drive.Drive.Serial is null or "" || !serials.Contains(drive.Drive.Serial)))
        {
            Refuse(StorageTarget.Bay(drive.Bay), drive.Drive.Serial is null or "" ? "its drive reports no serial number, so it cannot be named"
                : $"its drive {drive.Drive.Serial} is part of {target} and was not named", DriveComparison.Of(drive.Bay, drive.Drive));
        }

        foreach (var twins in observed.Drives.Where(drive => drive.Serial is { Length: > 0 }).GroupBy(drive => drive.Serial!, StringComparer.Ordinal)
            .Where(group => group.Count() > 1 && serials.Contains(group.Key)))
        {
            Refuse(StorageTarget.Serial(twins.Key),
                $"{twins.Count()} drives have it: {string.Join(", ", twins.Select(drive => drive.Device ?? "behind the controller"))}");
        }
    }

    private void AddUnits(List<SetLayout> sets, PoolLayout? pool, HashSet<string> planned, bool wasBegun, IReadOnlyDictionary<string, long> sequences)
    {
        foreach (var set in sets)
        {
            var identities = drives.Where(drive => set.Bays.Contains(drive.Bay)).Select(drive => DriveComparison.Of(drive.Bay, drive.Drive)).ToList();
            if (set.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6)
            {
                AddVolumesOfController(set, planned, wasBegun, sequences, identities);
                continue;
            }

            var doubts = Blankness.Doubts(drives.Where(drive => set.Bays.Contains(drive.Bay)).Select(drive => drive.Drive), observed, planned, wasBegun);
            actions.Add(doubts.Count > 0
                ? new StorageAction(ActionKind.Refuse, StorageTarget.Set(set.Key),
                    string.Join("; ", doubts) + ". A recycled drive is cleared with provision storage wipe", identities)
                : new StorageAction(ActionKind.Create, pool is null ? StorageTarget.Set(set.Key)
                    : new StorageTarget(StorageTargetKind.Vdev, $"{set.Key} of {pool.Name}"),
                    $"{set.Level.Word()} over {set.Bays.Count} drives that are blank and were named", identities));
            foreach (var drive in drives.Where(drive => set.Bays.Contains(drive.Bay)))
            {
                if (drive.Drive.Device is { } name && observed.Find(name) is { } device)
                {
                    permits.Add(Permit(device, DriveComparison.Of(drive.Bay, drive.Drive), set, sequences));
                    if (set.Level == RaidLevel.Single && set.Luns.Count == 1)
                    {
                        units[set.Luns[0].Name] = device.Name;
                    }
                }
            }
        }
    }

    /// <summary>
    /// A creation that was finished, run again: nothing is made again, and if power was lost before the record was written, only that is missing.
    /// </summary>
    private void AddMade(string target, List<SetLayout> sets, PoolLayout? pool, CreateJournal journal)
    {
        if (Lost(pool, journal) is { } lost)
        {
            Refuse(StorageTarget.Set(target),
                $"was made, and its {lost} is not there any more: what is missing is never created again. If it was wiped on purpose, remove "
                + $"{CreateJournal.PathOf(target)} and create it again");
            return;
        }

        actions.Add(new StorageAction(ActionKind.Keep, StorageTarget.Set(target), "was made already; nothing is written but its drive record",
            [.. drives.Select(drive => DriveComparison.Of(drive.Bay, drive.Drive))]));
        var bays = BayFinder.Find(layout, record, observed);
        foreach (var lun in sets.SelectMany(set => set.Luns.Where(lun => !lun.Os), (set, lun) => UnitFinder.Find(set, lun, null, observed, bays)))
        {
            if (lun.Device is { } device)
            {
                units[lun.Lun.Name] = device.Name;
            }
        }
    }

    /// <summary>
    /// What a finished creation made and nothing shows any more; null if all of it is there. File systems behind a closed container are not asked
    /// for.
    /// </summary>
    private string? Lost(PoolLayout? pool, CreateJournal journal)
    {
        if (pool is not null)
        {
            return observed.Pools.Any(found => found.Name == pool.Name) ? null : "pool " + pool.Name;
        }

        var seen = Seen();
        var made = journal.Ids.Keys.Where(id => id.StartsWith("array ", StringComparison.Ordinal) || id.StartsWith("table ", StringComparison.Ordinal))
            .Concat(layout.Volumes.Where(volume => !volume.Os && volume.Set == journal.Target)
                .Where(volume => volume.Encryption == VolumeEncryption.Luks || volume.Filesystem is not null)
                .Select(volume => (volume.Encryption == VolumeEncryption.Luks ? "luks " : "filesystem ") + volume.Label));
        return made.FirstOrDefault(id => !seen.Contains(PlannedIds.Plain(journal.Ids[id])));
    }

    /// <summary>Every id that the machine shows, in its plain spelling.</summary>
    private HashSet<string> Seen() => observed.Arrays.Select(array => array.Uuid)
        .Concat(observed.Devices.SelectMany(device =>
            device.Signatures.Select(signature => signature.Uuid).Append(device.Luks?.Uuid).Append(device.Table?.Uuid).Append(device.PartitionUuid)))
        .OfType<string>().Select(PlannedIds.Plain).ToHashSet(StringComparer.Ordinal);

    private void AddVolumesOfController(SetLayout set, HashSet<string> planned, bool wasBegun, IReadOnlyDictionary<string, long> sequences,
        List<string> identities)
    {
        var bays = BayFinder.Find(layout, record, observed);
        foreach (var lun in set.Luns.Where(lun => !lun.Os))
        {
            var unit = UnitFinder.Find(set, lun, record: null, observed, bays);
            if (unit.Device is not { } device)
            {
                if (observed.Devices.Any(disk => disk.Kind == BlockKind.Disk && disk.Model == lun.Name))
                {
                    Refuse(StorageTarget.Unit(lun.Name), unit.Match.ToString());
                    continue;
                }

                actions.Add(new StorageAction(ActionKind.Create, StorageTarget.Unit(lun.Name), "the controller has to make its volume first", identities));
                script.AddRange(ControllerCommands.For(layout.Chassis, set, lun, [.. drives.Select(drive => drive.Drive)]));
                continue;
            }

            var doubts = Blankness.Doubts(device, observed, planned, wasBegun);
            var known = $"unit {lun.Name} wwn {device.Wwn ?? "-"} bytes {device.Bytes}";
            if (device.Bytes < lun.Bytes)
            {
                doubts = [.. doubts, FormattableString.Invariant($"the volume has {device.Bytes} bytes, and the layout needs {lun.Bytes}")];
            }

            actions.Add(doubts.Count > 0
                ? new StorageAction(ActionKind.Refuse, StorageTarget.Unit(lun.Name), string.Join("; ", doubts), [known, .. identities])
                : new StorageAction(ActionKind.Create, StorageTarget.Unit(lun.Name), "the controller's volume is there and blank", [known, .. identities]));
            permits.Add(Permit(device, known, set, sequences));
            units[lun.Name] = device.Name;
        }
    }

    private static WritePermit Permit(BlockDevice device, string identity, SetLayout set, IReadOnlyDictionary<string, long> sequences) =>
        WritePermit.For(device, sequences, identity, DiskEffect.Destroy, $"the set {set.Key} is new and this was named for it");

    /// <summary>Chooses every id before anything is written.</summary>
    private CreateJournal NewJournal(string target, IReadOnlyList<SetLayout> sets, PoolLayout? pool, IReadOnlyList<string> serials)
    {
        var ids = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var set in sets)
        {
            foreach (var lun in set.Luns.Where(lun => !lun.Os))
            {
                if (set.IsMd)
                {
                    ids["array " + lun.Name] = Guid.NewGuid().ToString();
                }

                if (lun.HasPartitionTable)
                {
                    ids["table " + lun.Name] = Guid.NewGuid().ToString();
                }
            }

            foreach (var bay in pool is null ? [] : set.Bays)
            {
                ids[$"table {bay}"] = Guid.NewGuid().ToString();
                ids[$"partition {bay}"] = Guid.NewGuid().ToString();
            }
        }

        foreach (var volume in layout.Volumes.Where(volume => !volume.Os && pool is null && volume.Set == target))
        {
            ids["partition " + volume.Label] = Guid.NewGuid().ToString();
            ids["luks " + volume.Label] = Guid.NewGuid().ToString();
            ids["filesystem " + volume.Label] = Guid.NewGuid().ToString();
        }

        if (pool is not null)
        {
            ids["pool " + pool.Name] = Guid.NewGuid().ToString();
        }

        return new CreateJournal
        {
            Host = layout.Host.Name,
            Target = target,
            PlanHash = "",
            Serials = [.. serials.Order(StringComparer.Ordinal)],
            Ids = ids,
            Done = new HashSet<string>(),
        };
    }
}
