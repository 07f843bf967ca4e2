using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>What a drive is an active part of.</summary>
/// <param name="Name">The array's kernel name, the pool's name, or the controller's RAID set.</param>
/// <param name="Role">Its place from 0, or null.</param>
/// <param name="State">in_sync for a working part; else what it is instead.</param>
/// <param name="Owner">The observed array or pool; null for a controller's set.</param>
internal sealed record Membership(string Name, int? Role, string State, object? Owner);

/// <summary>Which array, pool or controller's set each drive works in, and how the sets of a layout do.</summary>
internal sealed class SetMembership
{
    private readonly Layout layout;
    private readonly DriveRecord? record;
    private readonly ObservedStorage observed;
    private readonly Dictionary<string, Membership> byDisk = new(StringComparer.Ordinal);

    public SetMembership(Layout layout, DriveRecord? record, ObservedStorage observed)
    {
        this.layout = layout;
        this.record = record;
        this.observed = observed;
        var disks = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var device in observed.Devices)
        {
            disks[device.Name] = device.Kind == BlockKind.Partition && device.Parents.Count == 1 ? device.Parents[0] : device.Name;
        }

        foreach (var array in observed.Arrays)
        {
            foreach (var member in array.Members)
            {
                byDisk.TryAdd(disks.GetValueOrDefault(member.Device, member.Device), new Membership(array.Device ?? array.Name ?? array.Uuid, member.Role, member.State, array));
            }
        }

        foreach (var pool in observed.Pools)
        {
            foreach (var member in pool.Members)
            {
                byDisk.TryAdd(disks.GetValueOrDefault(member, member), new Membership(pool.Name, null, "in_sync", pool));
            }
        }
    }

    /// <summary>What a drive works in, or null.</summary>
    public Membership? Of(ObservedDrive drive) =>
        drive.Device is { } disk ? byDisk.GetValueOrDefault(disk)
        : drive.Areca is { } slot ? new Membership(slot.Usage, null, "in_sync", null)
        : null;

    /// <summary>Why a drive is no working part of the set whose bay it is in; null where it is one, or where the set is not there.</summary>
    public string? WhyNotIn(SetLayout set, ObservedDrive drive)
    {
        var membership = Of(drive);
        if (set.Level == RaidLevel.Spare)
        {
            return drive.Areca is { Usage: not "HotSpare" } slot ? $"is no hot spare: the controller uses it as {slot.Usage}" : null;
        }

        if (ArecaVolumeOf(set) is { } volume)
        {
            return drive.Areca is not { } slot || slot.Usage == volume.RaidSet ? null : $"is not in {volume.RaidSet}: the controller uses it as {slot.Usage}";
        }

        object? owner = set.IsMd ? ArrayOf(set) : set.Level == RaidLevel.ZfsRaidz2 ? PoolOf(set) : null;
        var name = set.IsMd ? "array " + set.Name : $"pool of {set.Name}";
        return owner is null ? null
            : membership is null ? $"is not in the {name}"
            : !ReferenceEquals(membership.Owner, owner) ? $"is in {membership.Name}, not in the {name}"
            : membership.State is "in_sync" or "rebuilding" ? null
            : $"is {membership.State} in the {name}";
    }

    /// <summary>How a set does, and how far a rebuild is; null where it was not found.</summary>
    public (SetHealth? Health, double? Percent) HealthOf(SetLayout set)
    {
        if (set.IsMd)
        {
            var array = ArrayOf(set);
            return (array?.State, PercentIn(array?.Progress));
        }

        if (set.Level == RaidLevel.ZfsRaidz2)
        {
            return (PoolOf(set)?.Health, null);
        }

        // The volumes of one set lie on the same drives: the worst of them is the set's state.
        var worst = observed.ArecaVolumes.Where(volume => set.Luns.Any(lun => lun.Name == volume.Name)).MaxBy(volume => volume.Health);
        return (worst?.Health, PercentIn(worst?.State));
    }

    private ArecaVolume? ArecaVolumeOf(SetLayout set) => observed.ArecaVolumes.FirstOrDefault(volume => set.Luns.Any(lun => lun.Name == volume.Name));

    private MdArray? ArrayOf(SetLayout set) =>
        UnitFinder.FindArray(set.Luns[0].Name, record?.Units.FirstOrDefault(unit => unit.Name == set.Luns[0].Name)?.Uuid, observed);

    private ObservedPool? PoolOf(SetLayout set)
    {
        var name = layout.Pools.FirstOrDefault(pool => pool.Definition.Sets.Contains(set.Key))?.Name;
        return observed.Pools.FirstOrDefault(pool => pool.Name == name);
    }

    private static double? PercentIn(string? text)
    {
        var end = text?.IndexOf('%', StringComparison.Ordinal) ?? -1;
        var start = end;
        while (start > 0 && (char.IsAsciiDigit(text![start - 1]) || text[start - 1] == '.'))
        {
            start--;
        }

        return start < end && double.TryParse(text.AsSpan(start, end - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) ? percent : null;
    }
}
