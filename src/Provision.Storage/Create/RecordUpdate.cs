using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Create;

/// <summary>The drive record after a creation, a replacement or a rehearsal: what was chosen and what was seen, never what was typed.</summary>
public static class RecordUpdate
{
    /// <summary>The record with what a finished creation made.</summary>
    /// <param name="record">The record before.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="journal">Its finished journal.</param>
    /// <param name="observed">A look after it, for what tools chose themselves: WWNs, GUIDs of a pool and its datasets.</param>
    public static DriveRecordText AfterCreate(DriveRecord? record, CreatePlan plan, CreateJournal journal, ObservedStorage observed)
    {
        var text = DriveRecordText.From(plan.Layout.Host.Name, record);
        foreach (var set in plan.Sets)
        {
            text = text.WithSet(set.Key, exists: true);
            foreach (var lun in set.Luns.Where(lun => !lun.Os))
            {
                var device = plan.Units.TryGetValue(lun.Name, out var name) ? observed.Find(name) : null;
                text = text.WithUnit(lun.Name, new UnitIdentity(
                    journal.Ids.GetValueOrDefault("array " + lun.Name), set.IsMd ? null : device?.Wwn, journal.Ids.GetValueOrDefault("table " + lun.Name)));
            }
        }

        var pool = plan.Pool is null ? null : observed.Pools.FirstOrDefault(found => found.Name == plan.Pool.Name);
        if (pool is not null)
        {
            text = text.WithUnit(pool.Name, new UnitIdentity(pool.Guid.ToString(CultureInfo.InvariantCulture), null, null));
        }

        foreach (var volume in plan.Volumes)
        {
            var dataset = pool?.Datasets.FirstOrDefault(found => found.Name == volume.Device);
            text = text.WithVolume(volume.Label, pool is not null
                ? new VolumeIdentity(null, null, dataset?.Guid.ToString(CultureInfo.InvariantCulture), null)
                : new VolumeIdentity(
                    plan.Sets[0].Luns.First(lun => lun.Name == volume.Lun).HasPartitionTable ? journal.Id("partition", volume.Label) : null,
                    volume.Encryption == VolumeEncryption.Luks ? journal.Id("luks", volume.Label) : null,
                    volume.Filesystem is null ? null : journal.Id("filesystem", volume.Label),
                    null)
                {
                    Cipher = volume.Encryption == VolumeEncryption.Luks ? HeaderOf(volume)?.Cipher : null,
                    KeyBits = volume.Encryption == VolumeEncryption.Luks ? HeaderOf(volume)?.KeyBytes * 8 : null,
                });
        }

        return text;

        LuksHeader? HeaderOf(Volume volume) =>
            observed.Devices.FirstOrDefault(device => PlannedIds.Same(device.Luks?.Uuid, journal.Id("luks", volume.Label)))?.Luks;
    }

    /// <summary>The record with a new drive in a bay.</summary>
    public static DriveRecordText AfterReplace(string host, DriveRecord? record, ReplacePlan plan) =>
        DriveRecordText.From(host, record)
            .WithDrive(plan.Bay, new DriveIdentity(plan.New!.Serial!, plan.New.Wwn, plan.New.Model, plan.New.Device is null ? null : plan.New.Bytes));

    /// <summary>The record with the day on which these volumes were opened with what the escrow holds.</summary>
    public static DriveRecordText AfterRehearsal(string host, DriveRecord record, IEnumerable<string> volumes, DateOnly day)
    {
        var text = DriveRecordText.From(host, record);
        foreach (var label in volumes)
        {
            var known = text.Volumes.GetValueOrDefault(label) ?? new VolumeIdentity(null, null, null, null);
            text = text.WithVolume(label, known with { Rehearsed = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) });
        }

        return text;
    }
}
