using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Record;

/// <summary>One line that changes in a drive record.</summary>
/// <param name="Place">The bay, the set, the unit or the volume.</param>
/// <param name="Was">What is recorded, or null.</param>
/// <param name="Is">What will be recorded, or null.</param>
/// <param name="Why">The finding it comes from, in words.</param>
public sealed record RecordChange(string Place, string? Was, string? Is, string Why);

/// <summary>What accepting an observed machine makes of its drive record. Pure: nothing is written.</summary>
/// <param name="Record">The record as it would be.</param>
/// <param name="Changes">What changes in it.</param>
/// <param name="Refusals">Why it must not be accepted; empty if it may.</param>
public sealed record RecordAcceptance(DriveRecordText Record, IReadOnlyList<RecordChange> Changes, IReadOnlyList<Diagnostic> Refusals)
{
    /// <summary>Accepts what is in the bays, and what is found of sets, units and volumes by their names and labels.</summary>
    public static RecordAcceptance Of(DriveMap map, DriveRecord? record, ObservedStorage observed)
    {
        var before = DriveRecordText.From(map.Layout.Host.Name, record);
        var refusals = new DiagnosticBag();
        var changes = new List<RecordChange>();
        CheckDoubts(map, observed, refusals);
        var after = Drives(map, before, changes);
        var found = new FoundIdentities(map.Layout, record, observed, refusals);
        after = Sets(map, after, found, changes);
        after = Units(after, found, changes);
        after = Volumes(after, found, changes);
        return new RecordAcceptance(after, changes, refusals.InOrder());
    }

    /// <summary>What is not known for certain never becomes what is expected.</summary>
    private static void CheckDoubts(DriveMap map, ObservedStorage observed, DiagnosticBag refusals)
    {
        foreach (var bay in map.Bays.Where(bay => bay.Drive is not null))
        {
            var serial = bay.Drive!.Serial?.Trim();
            var place = Location.OfFile(bay.Bay.ToString());
            if (string.IsNullOrEmpty(serial))
            {
                refusals.Error(place, "the serial number of this drive is not known",
                    bay.Drive.Device is null ? "the controller does not report it: check that cli64 disk info drv=N answers"
                    : "without it the drive cannot be distinguished from another");
            }
            else if (Printable.Of(serial, int.MaxValue) != serial)
            {
                refusals.Error(place, $"the serial number {Printable.Of(serial)} has characters that no serial number has");
            }
        }

        foreach (var finding in map.Findings.Where(finding =>
            finding is { Severity: FindingSeverity.Problem, Code: FindingCodes.Twice or FindingCodes.OtherMachine }))
        {
            refusals.Error(Location.OfFile(finding.Place), finding.Sentence);
        }

        // A drive's health is no part of the record; everything else that was not seen might be.
        foreach (var finding in map.Findings.Where(finding =>
            finding is { Severity: FindingSeverity.Unknown, Code: not (FindingCodes.HealthUnknown or FindingCodes.Stranger) }))
        {
            refusals.Error(Location.OfFile(finding.Place), finding.Sentence, finding.Command is { } command ? $"see {command}" : null);
        }

        foreach (var set in map.Sets.Where(set => set is { Recorded: null, Health.Why: not null }))
        {
            refusals.Error(Location.OfFile("set " + set.Layout.Key), $"whether {set.Layout.Name} was created could not be seen: {set.Health.Why}");
        }

        refusals.AddRange(observed.Problems.Where(problem => problem.Severity == Severity.Error));
    }

    private static DriveRecordText Drives(DriveMap map, DriveRecordText text, List<RecordChange> changes)
    {
        foreach (var bay in map.Bays)
        {
            var was = text.Bays.GetValueOrDefault(bay.Bay.ToString());
            if (bay.Unseen is not null)
            {
                continue;
            }

            var drive = bay.Drive;
            var size = drive is null ? (long?)null : drive.Device is not null ? drive.Bytes : was?.Serial == drive.Serial?.Trim() ? was?.Bytes : null;
            var now = drive?.Serial?.Trim() is { Length: > 0 } serial
                ? new DriveIdentity(serial, drive.Wwn ?? (was?.Serial == serial ? was.Wwn : null),
                    drive.Model?.Trim() is { Length: > 0 } model ? Printable.Of(model) : was?.Serial == serial ? was.Model : null, size)
                : null;
            if (now != was)
            {
                text = text.WithDrive(bay.Bay, now);
                var why = bay.Worst ?? (bay.Findings.Count > 0 ? bay.Findings[0] : null);
                changes.Add(new RecordChange(bay.Bay.ToString(), Words(was), Words(now), why?.Code ?? (was is null ? "first record" : "read more exactly")));
            }
        }

        return text;
    }

    /// <summary>A set that exists is created, whoever made it. A set that is not found stays what it was: missing never means new.</summary>
    private static DriveRecordText Sets(DriveMap map, DriveRecordText text, FoundIdentities found, List<RecordChange> changes)
    {
        foreach (var key in map.Layout.Sets.Select(set => set.Key).Concat(map.Layout.Pools.Select(pool => pool.Definition.Name)))
        {
            var was = text.Sets.TryGetValue(key, out var exists) ? exists : (bool?)null;
            var now = found.Exists(key) || was == true;
            if (now != was)
            {
                text = text.WithSet(key, now);
                changes.Add(new RecordChange("set " + key, State(was), State(now), now ? "found" : "not found, and never recorded"));
            }
        }

        return text;

        static string? State(bool? exists) => exists is { } known ? known ? "created" : "new" : null;
    }

    private static DriveRecordText Units(DriveRecordText text, FoundIdentities found, List<RecordChange> changes)
    {
        foreach (var (name, now) in found.Units)
        {
            var was = text.Units.GetValueOrDefault(name);
            var merged = new UnitIdentity(now.Uuid ?? was?.Uuid, now.Wwn ?? was?.Wwn, now.Table ?? was?.Table);
            if (merged != was)
            {
                text = text.WithUnit(name, merged);
                changes.Add(new RecordChange("unit " + name, Words(was?.Uuid, was?.Wwn, was?.Table), Words(merged.Uuid, merged.Wwn, merged.Table),
                    was is null ? "found" : "its identity changed"));
            }
        }

        return text;
    }

    private static DriveRecordText Volumes(DriveRecordText text, FoundIdentities found, List<RecordChange> changes)
    {
        foreach (var (label, now) in found.Volumes)
        {
            var was = text.Volumes.GetValueOrDefault(label);
            var luks = now.Luks ?? was?.Luks;
            var (cipher, bits) = now.Luks is null ? (was?.Cipher, was?.KeyBits) : (now.Cipher, now.KeyBits);

            // Another container, or another key of the same one, needs another rehearsal.
            var isSame = luks == was?.Luks && (was?.Cipher ?? cipher) == cipher && (was?.KeyBits ?? bits) == bits;
            var merged = new VolumeIdentity(now.Partition ?? was?.Partition, luks, now.Filesystem ?? was?.Filesystem, isSame ? was?.Rehearsed : null)
            {
                Cipher = cipher,
                KeyBits = bits,
            };
            if (merged != was)
            {
                text = text.WithVolume(label, merged);
                var more = was is null
                    || ((was.Partition ?? merged.Partition) == merged.Partition && (was.Luks is null || isSame)
                        && (was.Filesystem ?? merged.Filesystem) == merged.Filesystem);
                changes.Add(new RecordChange("volume " + label, Words(was), Words(merged), more ? "found" : "its identity changed"));
            }
        }

        return text;
    }

    private static string? Words(DriveIdentity? drive) =>
        drive is null ? null : Words(drive.Serial, drive.Model, drive.Bytes is { } bytes ? NominalSize.Of(bytes) : null);

    private static string? Words(VolumeIdentity? volume) => volume is null ? null
        : Words(volume.Partition, volume.Luks, volume.Cipher, volume.KeyBits is { } bits ? $"{bits} bits" : null, volume.Filesystem);

    private static string? Words(params string?[] parts) =>
        string.Join(" ", parts.OfType<string>()) is { Length: > 0 } words ? Printable.Of(words, 160) : null;
}
