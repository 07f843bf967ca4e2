using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Keys;
using Provision.Storage.Map;
using Provision.Storage.Plans;

namespace Provision.Storage.Unlock;

/// <summary>What a rehearsal of one volume or pool showed.</summary>
/// <param name="Name">Label of the volume, or name of the pool.</param>
/// <param name="Problem">Why its recovery key would not help; null if it opened.</param>
public sealed record RehearsalResult(string Name, string? Problem);

/// <summary>
/// Opens each container with the recovery key and the header backup that the escrow holds, as an engineer would on the day when Tang servers and
/// header are gone: without this no volume enters service (docs/design.md, rule 10). Nothing is mounted, nothing stays open.
/// </summary>
public static class Rehearsal
{
    private const string Scratch = "/run/provision/rehearsal";

    /// <summary>Rehearses every LUKS volume and every encrypted pool of sets that exist.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="layout">The host's layout.</param>
    /// <param name="record">The drive record.</param>
    /// <param name="escrow">Keys and headers.</param>
    /// <param name="identity">An operator's age identity.</param>
    /// <param name="say">Receives a line about each step.</param>
    public static IReadOnlyList<RehearsalResult> Run(StorageMachine machine, Layout layout, DriveRecord record, Escrow escrow, string identity,
        Action<string> say)
    {
        var sequences = Attachments.Read(machine.Reader);
        var observed = machine.Observe();
        var bays = BayFinder.Find(layout, record, observed);
        var results = new List<RehearsalResult>();
        foreach (var set in layout.Sets.Where(set => StorageComparison.Exists(record, set.Key)))
        {
            foreach (var lun in set.Luns)
            {
                var unit = UnitFinder.Find(set, lun, record, observed, bays);
                foreach (var volume in layout.Volumes.Where(volume =>
                    volume.Set == set.Key && volume.Lun == lun.Name && volume.Encryption == VolumeEncryption.Luks))
                {
                    say(volume.Label);
                    var found = VolumeFinder.Find(volume, unit, record, observed);

                    // A damaged header is what the backup is for; another container is not the one that the key is kept for.
                    var isOther = !found.Match.IsMatch && found.Device?.Signatures.Any(signature => signature.Type == "crypto_LUKS") == true;
                    results.Add(new RehearsalResult(
                        volume.Label, found.Device is { } device && !isOther ? Try(() => Open(volume, device)) : found.Match.ToString()));
                }
            }
        }

        foreach (var pool in layout.Pools.Where(pool => pool.Definition.Encryption is not null && StorageComparison.Exists(record, pool.Definition.Sets[0])))
        {
            say(pool.Name);
            var found = PoolFinder.Find(pool, record, observed);
            results.Add(new RehearsalResult(pool.Name, found is not { Match.IsMatch: true, Found.Imported: true }
                ? found.Match.IsMatch ? $"the pool {pool.Name} is not imported" : found.Match.ToString()
                : Try(() => LoadKey(pool, found.Found))));
        }

        return results;

        void Open(Volume volume, Observe.BlockDevice device)
        {
            var file = $"{Scratch}/{volume.Label}.header";
            machine.Files.MakeFolder(Scratch, FileModes.PrivateDirectory);
            machine.Files.Remove(file);
            try
            {
                using var key = escrow.ReadKey(volume.Label, identity);
                machine.Files.WriteNew(file, escrow.ReadHeader(volume.Label, identity).Span, FileModes.Private);
                var guard = new DiskGuard(machine.Commands, machine.Reader, Service(observed, device.Name, sequences));
                guard.Run(DiskCommands.TestKey(device.Path, file, key.Bytes));
            }
            finally
            {
                machine.Files.Remove(file);
            }
        }

        void LoadKey(PoolLayout pool, Observe.ObservedPool found)
        {
            using var key = escrow.ReadKey(pool.Name, identity);
            var guard = new DiskGuard(machine.Commands, machine.Reader, Service(observed, found.Members[0], sequences, [.. found.Members]));
            guard.Run(DiskCommands.TestPoolKey(pool.Name, [.. found.Members.Select(member => "/dev/" + member)], key.Bytes));
        }
    }

    private static WriteSet Service(Observe.ObservedStorage observed, string device, IReadOnlyDictionary<string, long> sequences,
        params IReadOnlyList<string> more) => new(
        [.. more.Append(device).SelectMany(observed.DisksBelow).DistinctBy(disk => disk.Name)
            .Select(disk => WritePermit.For(disk, sequences, disk.Serial ?? disk.Name, DiskEffect.Service, "a recovery key is tried on it"))],
        []);

    private static string? Try(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception wrong) when (wrong is GuardException or CommandFailedException or StorageException or MachineFileException)
        {
            return wrong.Message;
        }
    }
}
