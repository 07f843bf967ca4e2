using System.Collections.Concurrent;
using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Create;
using Provision.Storage.Guard;
using Provision.Storage.Keys;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Unlock;

/// <summary>What came of one volume.</summary>
/// <param name="Volume">Its label.</param>
/// <param name="Mount">Where it belongs, or null.</param>
/// <param name="Missing">What is missing, or null: it is in service.</param>
/// <param name="Warning">A warning although it is in service, or null.</param>
/// <param name="IsLocked">True if nothing but its key is missing: when the Tang servers answer, it opens.</param>
public sealed record UnlockResult(string Volume, string? Mount, string? Missing, string? Warning, bool IsLocked = false);

/// <summary>
/// Puts every volume of a host into service: arrays, containers, pools, mounts. By label and UUID, never by what happens to be there: each layer is
/// held against the drive record, the file system's UUID and marker too. Repairs nothing (docs/design.md, rule 9). What is missing does not hold up the rest.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="layout">The host's layout.</param>
/// <param name="record">The drive record.</param>
/// <param name="recovery">Opens with recovery keys instead of the Tang servers; null in service.</param>
/// <param name="say">Receives a line about each step.</param>
public sealed class VolumeUnlock(StorageMachine machine, Layout layout, DriveRecord record, Func<string, RecoveryKey>? recovery, Action<string> say)
{
    /// <summary>More at once would need more memory than a small machine has: argon2id takes a gigabyte each.</summary>
    private const int AtOnce = 4;

    private readonly List<UnlockResult> results = [];

    /// <summary>What did not go, by the name of the array, pool or volume. Containers are opened several at once.</summary>
    private readonly ConcurrentDictionary<string, string> failures = new(StringComparer.Ordinal);

    /// <summary>Pools and volumes whose key was asked for and not given.</summary>
    private readonly ConcurrentDictionary<string, bool> locked = new(StringComparer.Ordinal);
    private readonly BlockNodes nodes = new(machine);

    /// <summary>Opens and mounts what can be.</summary>
    public IReadOnlyList<UnlockResult> Run()
    {
        nodes.Settle();
        var sequences = Attachments.Read(machine.Reader);
        var observed = machine.Observe();
        var bays = BayFinder.Find(layout, record, observed);
        if (Permits(observed, bays, sequences) is not { } allowed)
        {
            return [.. layout.Volumes.Where(volume => !volume.Os && StorageComparison.Exists(record, SetOf(volume)))
                .Select(volume =>
                new UnlockResult(volume.Label, volume.MountPath, observed.WhyUnseen(StoragePart.Devices) is { } why ? $"its disks could not be seen: {why}"
                : "its disks are missing", null))];
        }

        var changes = 0;
        var guard = new DiskGuard(machine.Commands, machine.Reader, allowed, command =>
        {
            Interlocked.Increment(ref changes);
            say($"  {command}");
        });
        Assemble(observed, guard);
        ImportPools(observed, guard);
        LookAgain();
        Open(observed, guard);
        LookAgain();
        foreach (var set in layout.Sets.Where(set => StorageComparison.Exists(record, set.Key)))
        {
            foreach (var lun in set.Luns.Where(lun => !lun.Os || lun.HasPartitionTable))
            {
                var unit = UnitFinder.Find(set, lun, record, observed, bays);
                foreach (var volume in VolumesOf(set, lun))
                {
                    Mount(volume, VolumeFinder.Find(volume, unit, record, observed), unit, guard);
                }
            }
        }

        MountDatasets(observed, guard);
        return results;

        // A whole look takes seconds; it is taken again only where something was started or opened.
        void LookAgain()
        {
            if (Interlocked.Exchange(ref changes, 0) > 0)
            {
                observed = machine.Observe();
            }
        }
    }

    private IEnumerable<Volume> VolumesOf(SetLayout set, LunLayout lun) =>
        layout.Volumes.Where(volume => volume.Set == set.Key && volume.Lun == lun.Name && !volume.Os);

    private string SetOf(Volume volume) => layout.Pools.FirstOrDefault(pool => pool.Definition.Name == volume.Set)?.Definition.Sets[0] ?? volume.Set;

    /// <summary>Disks of sets that exist, each known by the record; a stranger in a bay gets no permit, so nothing that lies on it can be opened.</summary>
    private WriteSet? Permits(ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> bays, IReadOnlyDictionary<string, long> sequences)
    {
        var permits = new Dictionary<string, WritePermit>(StringComparer.Ordinal);
        foreach (var set in layout.Sets.Where(set => StorageComparison.Exists(record, set.Key)))
        {
            // By serial in whatever bay: a drive that was put back into another bay is still the recorded one, and nothing here depends on the bay.
            foreach (var known in record.Drives.Where(known => set.Bays.Contains(known.Bay)))
            {
                var same = bays.Values.Where(drive => drive.Serial == known.Serial && DriveComparison.Compare(known, drive).IsMatch).ToList();
                if (same is [{ Device: { } name }])
                {
                    Add(name, DriveComparison.Of(known), set);
                }
            }

            foreach (var lun in set.Luns.Where(_ => set.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6))
            {
                var unit = UnitFinder.Find(set, lun, record, observed, bays);
                if (unit is { Device: { } device, Match.IsMatch: true })
                {
                    Add(device.Name, $"{lun.Name} wwn {device.Wwn}", set);
                }
            }
        }

        return permits.Count == 0 ? null : new WriteSet([.. permits.Values], []);

        void Add(string name, string identity, SetLayout set)
        {
            if (observed.Find(name) is { } device)
            {
                permits[name] = WritePermit.For(device, sequences, identity, DiskEffect.Service, $"the set {set.Key} is in service");
            }
        }
    }

    private void Assemble(ObservedStorage observed, DiskGuard guard)
    {
        foreach (var set in layout.Sets.Where(set => set.IsMd && !set.Os && StorageComparison.Exists(record, set.Key)))
        {
            foreach (var lun in set.Luns)
            {
                var uuid = record.Units.FirstOrDefault(unit => unit.Name == lun.Name)?.Uuid;
                var array = observed.Arrays.FirstOrDefault(array => PlannedIds.Same(array.Uuid, uuid));
                if (uuid is null || array is null || array is { Device: not null, State: not SetHealth.Inactive })
                {
                    continue;
                }

                Try(
                    () =>
                    {
                        // udev gathers members as they appear and leaves an array inactive that lacks one.
                        if (array.Device is { } device)
                        {
                            guard.Run(DiskCommands.StopArray("/dev/" + device));
                        }

                        guard.Run(DiskCommands.AssembleArray(lun.Name, uuid,
                            [.. array.Members.Where(member => member.State != "stale").Select(member => "/dev/" + member.Device)]));
                        nodes.Settle();
                    },
                    lun.Name,
                    $"the array {lun.Name} does not start");
            }
        }
    }

    private void ImportPools(ObservedStorage observed, DiskGuard guard)
    {
        foreach (var pool in layout.Pools.Where(pool => StorageComparison.Exists(record, pool.Definition.Sets[0])))
        {
            if (PoolFinder.Find(pool, record, observed) is not { Match.IsMatch: true, Found: { } found })
            {
                continue;
            }

            var devices = found.Members.Select(member => "/dev/" + member).ToList();
            if (!found.Imported)
            {
                Try(() => guard.Run(DiskCommands.ImportPool(found.Guid.ToString(CultureInfo.InvariantCulture), devices)), pool.Name,
                    $"the pool {pool.Name} is not imported");
            }

            var loaded = machine.Reader.Run("zfs", "get", "-H", "-o", "value", "keystatus", pool.Name).Output.Trim();
            var rehearsed = layout.Volumes.Where(volume => volume.Lun == pool.Name && volume.Set == pool.Definition.Name).All(Rehearsed);
            if (loaded == "unavailable" && !rehearsed)
            {
                failures[pool.Name] =
                    $"the key of the pool {pool.Name} is not loaded: its recovery key was never rehearsed: provision storage rehearse, then commit the drive "
                    + $"record";
            }
            else if (loaded == "unavailable")
            {
                Try(
                    () =>
                    {
                        using var key = recovery is null ? PoolKey.FromTang(machine, pool.Name) : recovery(pool.Name);
                        guard.Run(DiskCommands.LoadPoolKey(pool.Name, devices, key.Bytes));
                    },
                    pool.Name,
                    $"the key of the pool {pool.Name} is not loaded",
                    needsKey: true);
            }
        }
    }

    private void Open(ObservedStorage observed, DiskGuard guard)
    {
        var bays = BayFinder.Find(layout, record, observed);
        var closed = new List<(Volume Volume, string Device)>();
        foreach (var set in layout.Sets.Where(set => StorageComparison.Exists(record, set.Key)))
        {
            foreach (var lun in set.Luns)
            {
                var unit = UnitFinder.Find(set, lun, record, observed, bays);
                foreach (var volume in VolumesOf(set, lun).Where(volume => volume.Encryption == VolumeEncryption.Luks))
                {
                    var found = VolumeFinder.Find(volume, unit, record, observed);
                    if (found is { Device: { } device, Opened: null, Match.IsMatch: true } && Rehearsed(volume))
                    {
                        closed.Add((volume, device.Path));
                    }
                }
            }
        }

        if (closed.Count > 1)
        {
            // The first program that speaks to the device mapper makes its node and loads its module; of several at once that all try, all but one fail.
            machine.Reader.Run("cryptsetup", "status", "provision-unlock");
        }

        Parallel.ForEach(closed, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, entry => Try(
            () =>
            {
                if (recovery is null)
                {
                    guard.Run(DiskCommands.OpenWithClevis(entry.Device, entry.Volume.Label));
                    return;
                }

                using var key = recovery(entry.Volume.Label);
                guard.Run(DiskCommands.OpenLuks(entry.Device, entry.Volume.Label, key.Bytes));
            },
            entry.Volume.Label,
            $"{entry.Volume.Label} does not open",
            needsKey: true));
    }

    private bool Rehearsed(Volume volume) => record.Volumes.FirstOrDefault(known => known.Name == volume.Label)?.Rehearsed is not null;

    /// <summary>Does something about an array, a pool or a volume; why it did not go is kept under its name, and the rest continues.</summary>
    private void Try(Action work, string subject, string what, bool needsKey = false)
    {
        try
        {
            work();
        }
        catch (Exception wrong) when (wrong is GuardException or CommandFailedException or StorageException)
        {
            failures.TryAdd(subject, $"{what}: {wrong.Message}");
            if (needsKey)
            {
                locked[subject] = true;
            }

            say($"{what}: {wrong.Message}");
        }
    }

    private string? FailureOf(string subject) => failures.GetValueOrDefault(subject);

    private void Mount(Volume volume, FoundVolume found, FoundUnit unit, DiskGuard guard)
    {
        var warning = unit.Health is SetHealth.Degraded or SetHealth.Rebuilding ? $"its array {unit.Lun.Name} is {unit.State}" : null;
        if (!found.Match.IsMatch || found.Device is null)
        {
            Result(FailureOf(unit.Lun.Name) ?? found.Match.ToString());
            return;
        }

        if (found.Opened is not { } source)
        {
            Result(FailureOf(volume.Label) ?? (Rehearsed(volume)
                ? "it is locked"
                : "its recovery key and header backup were never rehearsed: provision storage rehearse, then commit the drive record"));
            return;
        }

        if (volume is not { MountPath: { } path, Filesystem: { } filesystem } || found.Mount?.Path == path)
        {
            Result(null);
            return;
        }

        if (found.Mount is { } elsewhere)
        {
            Result($"it is mounted at {elsewhere.Path}");
            return;
        }

        Try(
            () =>
            {
                var node = volume.Encryption == VolumeEncryption.Luks ? "/dev/mapper/" + volume.Label : source.Path;
                var options = layout.Mounts.First(mount => mount.Path == path).Options;
                machine.Files.MakeFolder(path);
                guard.Run(DiskCommands.Mount(node, path, filesystem, options));
                var marker = VolumeMarker.Read(machine.Files, path);
                if (marker is null || marker.Host != layout.Host.Name || marker.Label != volume.Label)
                {
                    guard.Run(DiskCommands.Unmount(node, path));
                    throw new StorageException(marker is null ? $"it holds no marker {VolumeMarker.Path}" : $"its marker says {marker.Label} of {marker.Host}");
                }
            },
            volume.Label,
            $"{volume.Label} is not mounted");
        Result(FailureOf(volume.Label));

        void Result(string? missing) => results.Add(new UnlockResult(volume.Label, volume.MountPath, missing, warning, locked.ContainsKey(volume.Label)));
    }

    private void MountDatasets(ObservedStorage observed, DiskGuard guard)
    {
        foreach (var pool in layout.Pools.Where(pool => StorageComparison.Exists(record, pool.Definition.Sets[0])))
        {
            var state = PoolFinder.Find(pool, record, observed);
            var devices = state.Found?.Members.Select(member => "/dev/" + member).ToList() ?? [];
            var warning = state.Found?.Health is SetHealth.Degraded ? $"its pool {pool.Name} is degraded" : null;
            foreach (var volume in layout.Volumes.Where(volume => volume.Lun == pool.Name && volume.Set == pool.Definition.Name))
            {
                var dataset = state.Found?.Datasets.FirstOrDefault(entry => entry.Name == volume.Device);
                var known = record.Volumes.FirstOrDefault(entry => entry.Name == volume.Label)?.FilesystemUuid;
                var missing = !state.Match.IsMatch ? state.Match.ToString()
                    : FailureOf(pool.Name) is { } failure ? failure
                    : dataset is null && observed.WhyUnseen(StoragePart.Datasets) is { } unseen ? $"its dataset could not be seen: {unseen}"
                    : dataset is null ? $"there is no dataset {volume.Device}"
                    : known is not null && known != dataset.Guid.ToString(CultureInfo.InvariantCulture)
                        ? $"the dataset {volume.Device} has the GUID {dataset.Guid} instead of {known}"
                    : !dataset.KeyAvailable ? $"the key of the pool {pool.Name} is not loaded"
                    : null;
                if (missing is null && !dataset!.Mounted)
                {
                    Try(() => guard.Run(DiskCommands.MountDataset(volume.Device, devices)), volume.Label, $"{volume.Label} is not mounted");
                    missing = FailureOf(volume.Label);
                }

                if (missing is null && VolumeMarker.Read(machine.Files, volume.MountPath!) is var marker
                    && (marker is null || marker.Host != layout.Host.Name || marker.Label != volume.Label))
                {
                    Try(() => guard.Run(DiskCommands.UnmountDataset(volume.Device, devices)), volume.Label, $"{volume.Label} does not unmount");
                    missing = marker is null ? $"it holds no marker {VolumeMarker.Path}" : $"its marker says {marker.Label} of {marker.Host}";
                }

                results.Add(new UnlockResult(volume.Label, volume.MountPath, missing, warning, locked.ContainsKey(pool.Name)));
            }
        }
    }
}
