using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Tests.Create;

/// <summary>The repository's sample fleet with a drive record of one host, as it would be after everything was accepted.</summary>
internal sealed class RecordedMachine
{
    private RecordedMachine(Layout layout, DriveRecord record)
    {
        Layout = layout;
        Record = record;
    }

    public Layout Layout { get; }

    public DriveRecord Record { get; }

    /// <summary>The record of what is observed; sets that are named are recorded as new.</summary>
    public static RecordedMachine Of(string host, ObservedStorage observed, params string[] newSets)
    {
        var files = InventoryFiles.ReadFrom(TestRepository.Root);
        var fleet = InventoryLoader.Load(files).Fleet!;
        var layout = Layout.Of(fleet.FindHost(host)!, fleet.FindChassis(fleet.FindHost(host)!.Chassis!)!);
        var text = DriveRecordText.From(host, null);
        var bays = BayFinder.Find(layout, null, observed);
        foreach (var (bay, drive) in bays)
        {
            text = text.WithDrive(bay,
                new DriveIdentity(drive.Serial ?? $"unknown-{bay.Panel}-{bay.Number}", drive.Wwn, drive.Model, drive.Device is null ? null : drive.Bytes));
        }

        foreach (var set in layout.Sets)
        {
            var exists = !newSets.Contains(set.Key);
            text = text.WithSet(set.Key, exists);
            foreach (var lun in exists ? set.Luns : [])
            {
                var unit = UnitFinder.Find(set, lun, null, observed, bays);
                text = unit.Device is null ? text : text.WithUnit(lun.Name, new UnitIdentity(
                    set.IsMd ? observed.Arrays.First(array => array.Device == unit.Device.Name).Uuid : null, set.IsMd ? null : unit.Device.Wwn,
                        unit.Device.Table?.Uuid));
                foreach (var volume in layout.Volumes.Where(volume => volume.Set == set.Key && volume.Lun == lun.Name && !volume.Os))
                {
                    var found = VolumeFinder.Find(volume, unit, null, observed);
                    text = text.WithVolume(volume.Label,
                        new VolumeIdentity(found.Device?.PartitionUuid, found.Device?.Luks?.Uuid, found.Opened?.Signature?.Uuid, "2026-11-22")
                        {
                            Cipher = found.Device?.Luks?.Cipher,
                            KeyBits = found.Device?.Luks?.KeyBytes * 8,
                        });
                }
            }
        }

        var edit = text.Edit(files);
        return edit.Result.Fleet?.FindDrives(host) is { } record ? new RecordedMachine(layout, record)
            : throw new InvalidOperationException(string.Join("\n", edit.Result.Diagnostics.Take(5)));
    }

    /// <summary>The layout of a host of the sample fleet.</summary>
    public static Layout LayoutOf(string host)
    {
        var fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;
        return Layout.Of(fleet.FindHost(host)!, fleet.FindChassis(fleet.FindHost(host)!.Chassis!)!);
    }
}
