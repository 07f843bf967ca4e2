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

/// <summary>What is known of a set.</summary>
/// <param name="Health">How it does.</param>
/// <param name="Percent">How far a rebuild or check is, or null.</param>
/// <param name="Redundancy">How it keeps its data, as it is built.</param>
/// <param name="Members">Its places as its owner (kernel, ZFS, controller) sees them; null if only its bays tell.</param>
internal sealed record SetObservation(Seen<SetHealth> Health, double? Percent, Redundancy Redundancy, IReadOnlyList<MemberState>? Members);

/// <summary>Which array, pool or controller's set each drive works in, and how the sets of a layout do.</summary>
internal sealed class SetMembership
{
    private readonly Layout layout;
    private readonly DriveRecord? record;
    private readonly ObservedStorage observed;
    private readonly IReadOnlyDictionary<Bay, ObservedDrive> drives;
    private readonly PoolLeaves leaves;
    private readonly Dictionary<string, Membership> byDisk = new(StringComparer.Ordinal);
    private readonly HashSet<string> failedDisks;

    public SetMembership(Layout layout, DriveRecord? record, ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> drives)
    {
        this.layout = layout;
        this.record = record;
        this.observed = observed;
        this.drives = drives;
        leaves = new PoolLeaves(observed, drives);
        failedDisks = observed.Drives.Where(drive => drive.Health.Verdict == HealthVerdict.Failed).Select(drive => drive.Device).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        foreach (var array in observed.Arrays)
        {
            foreach (var member in array.Members)
            {
                byDisk.TryAdd(leaves.DiskOf(member.Device), new Membership(array.Device ?? array.Name ?? array.Uuid, member.Role, member.State, array));
            }
        }

        foreach (var pool in observed.Pools)
        {
            foreach (var leaf in (pool.Status?.Vdevs ?? []).SelectMany(vdev => vdev.Leaves))
            {
                if (leaves.DiskOf(leaf) is { } disk)
                {
                    byDisk.TryAdd(disk, new Membership(pool.Name, null, StateOf(leaf), pool));
                }
            }

            foreach (var spare in pool.Status?.Spares ?? [])
            {
                if (spare.State == "AVAIL" && leaves.DiskOf(spare) is { } disk)
                {
                    byDisk.TryAdd(disk, new Membership(pool.Name, null, "spare", pool));
                }
            }

            foreach (var member in pool.Members)
            {
                byDisk.TryAdd(leaves.DiskOf(member), new Membership(pool.Name, null, "in_sync", pool));
            }
        }
    }

    /// <summary>What a drive works in, or null.</summary>
    public Membership? Of(ObservedDrive drive) =>
        drive.Device is { } disk ? byDisk.GetValueOrDefault(disk)
        : drive.Areca is { } slot ? new Membership(slot.Usage, null, "in_sync", null)
        : null;

    /// <summary>Errors that a pool counted of a drive, with the pool's name; null for none.</summary>
    public string? ErrorsOf(ObservedDrive drive) =>
        drive.Device is { } disk
            ? observed.Pools.SelectMany(pool =>
                PoolLeaves.Of(pool).Where(leaf => leaf.Errors.Any && leaves.DiskOf(leaf) == disk).Select(leaf => $"{leaf.Errors} in the pool {pool.Name}"))
                .FirstOrDefault()
            : null;

    /// <summary>Leaves of a pool that do not work and whose bay is not known.</summary>
    public IEnumerable<Vdev> LostLeaves(ObservedPool pool) =>
        PoolLeaves.Of(pool).Where(leaf =>
            leaf.State is not ("ONLINE" or "AVAIL" or "INUSE") && (leaves.DiskOf(leaf) is not { } disk || !drives.Values.Any(drive => drive.Device == disk)));

    /// <summary>Why a drive is no working part of the set whose bay it is in; null if it is one, or if the set is not there or could not be seen.</summary>
    /// <param name="set">The set.</param>
    /// <param name="exists">True if the record says that it was created.</param>
    /// <param name="drive">The drive.</param>
    public string? WhyNotIn(SetLayout set, bool exists, ObservedDrive drive)
    {
        var membership = Of(drive);
        if (set.Level == RaidLevel.Spare)
        {
            return drive.Areca is { Use: not ArecaUse.HotSpare } slot ? $"is no hot spare: the controller uses it as {slot.Usage}" : null;
        }

        if (IsAreca(set))
        {
            var raidSet = ArecaVolumeOf(set)?.RaidSet;
            return drive.Areca is not { } slot || slot.Usage == raidSet || (raidSet is null && (!exists || slot.Use == ArecaUse.Member)) ? null
                : $"is not in {raidSet ?? set.Name}: the controller uses it as {slot.Usage}";
        }

        object? owner = set.IsMd ? ArrayOf(set) : set.Level == RaidLevel.ZfsRaidz2 ? PoolOf(set) : null;
        var name = set.IsMd ? "array " + set.Name : $"pool of {set.Name}";
        return owner is null ? null
            : membership is null ? $"is not in the {name}"
            : !ReferenceEquals(membership.Owner, owner) ? $"is in {membership.Name}, not in the {name}"
            : membership.State is "in_sync" or "rebuilding" ? null
            : $"is {membership.State} in the {name}";
    }

    /// <summary>What is known of a set.</summary>
    public SetObservation Observe(SetLayout set)
    {
        var level = Redundancy.Of(set.Level);
        return set.IsMd ? Md(set, level)
            : set.Level == RaidLevel.ZfsRaidz2 ? Pool(set, level)
            : IsAreca(set) ? Areca(set, level)
            : new SetObservation(set.Level == RaidLevel.Spare ? Seen.Absent<SetHealth>() : Single(set), null, level, null);
    }

    private static bool IsAreca(SetLayout set) => set.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6;

    private static string StateOf(Vdev leaf) =>
        leaf.State == "ONLINE" ? leaf.IsResilvering ? "rebuilding" : "in_sync" : leaf.Note is null ? leaf.State : $"{leaf.State} ({leaf.Note})";

    private Seen<SetHealth> Single(SetLayout set)
    {
        var bay = set.Bays[0];
        return drives.TryGetValue(bay, out var drive) ? Seen.Known(drive.Health.Verdict == HealthVerdict.Failed ? SetHealth.Failed : SetHealth.Normal)
            : BayFinder.WhyUnseen(layout.Chassis, bay, observed) is { } why ? Seen.Unseen<SetHealth>(why)
            : Seen.Absent<SetHealth>();
    }

    private SetObservation Md(SetLayout set, Redundancy level)
    {
        if (ArrayOf(set) is not { } array)
        {
            // An array that none of its drives speaks of is not there, as far as all of them could be read.
            var why = UnitFinder.WhyUnread(set, "linux_raid_member", device => device.Md is not null, observed, drives);
            return new SetObservation(why is null ? Seen.Absent<SetHealth>() : Seen.Unseen<SetHealth>(why), null, level, null);
        }

        var members = Enumerable.Repeat(MemberState.Missing, Math.Max(array.Places, array.Members.Count(member => member.Role is not null))).ToList();
        foreach (var member in array.Members.Where(member => member.Role < members.Count))
        {
            members[member.Role!.Value] = failedDisks.Contains(leaves.DiskOf(member.Device)) ? MemberState.Failed
                : member.State switch { "in_sync" => MemberState.Whole, "rebuilding" => MemberState.Rebuilding, _ => MemberState.Failed };
        }

        var health = array.State == SetHealth.Unknown ? Seen.Unseen<SetHealth>($"the kernel does not report the state of {array.Device ?? array.Name}")
            : Seen.Known(array.State);
        return new SetObservation(health, PercentIn(array.Progress), Redundancy.Of(array.Level) ?? level, members);
    }

    private SetObservation Areca(SetLayout set, Redundancy level)
    {
        var volumes = observed.ArecaVolumes.Where(volume => set.Luns.Any(lun => lun.Name == volume.Name)).ToList();
        var lost = set.Luns.Where(lun => volumes.TrueForAll(volume => volume.Name != lun.Name)).ToList();
        if (lost.Count > 0)
        {
            // Two sources speak of a volume: the controller, and the kernel that has its LUN. If the controller could not be asked, the LUN counts.
            var isThere = lost.TrueForAll(lun => UnitFinder.Find(set, lun, record, observed, drives).Device is not null);
            var why = observed.WhyUnseen(StoragePart.ArecaVolumes);
            var unseen = observed.WhyUnseen(StoragePart.Devices) ?? (isThere ? why : null);
            return new SetObservation(unseen is null ? Seen.Absent<SetHealth>() : Seen.Unseen<SetHealth>(unseen), null, level, null);
        }

        // The volumes of one set lie on the same drives: the worst of them is the set's state.
        var worst = volumes.MaxBy(volume => Rank(volume.Health))!;
        if (worst.Health == SetHealth.Unknown)
        {
            return new SetObservation(Seen.Unseen<SetHealth>($"the controller's word \"{worst.State}\" for the volume {worst.Name} is not understood"), null,
                level, null);
        }

        return new SetObservation(Seen.Known(worst.Health), PercentIn(worst.State), Redundancy.Of(worst.Level) ?? level, ArecaMembers(set, worst));
    }

    private static int Rank(SetHealth health) => health switch
    {
        SetHealth.Normal => 0,
        SetHealth.Busy => 1,
        SetHealth.Unknown => 2,
        SetHealth.Rebuilding => 3,
        SetHealth.Degraded => 4,
        SetHealth.Inactive => 5,
        _ => 6,
    };

    /// <summary>
    /// The members as the controller has them: drives of any slot that it uses for the RAID set. Which of them a rebuild writes it does not tell, but one is.
    /// A failed drive is no member any more, so one failed and one being written are two.
    /// </summary>
    private List<MemberState> ArecaMembers(SetLayout set, ArecaVolume volume)
    {
        var working = observed.Drives.Count(drive =>
            drive.Areca is { } slot && slot.Controller == volume.Controller && slot.Usage == volume.RaidSet && drive.Health.Verdict != HealthVerdict.Failed);
        var rest = observed.WhyUnseen(StoragePart.ArecaDrives) is null ? MemberState.Missing : volume.Health == SetHealth.Normal ? MemberState.Whole
            : MemberState.Unseen;
        var members = Enumerable.Range(0, set.Bays.Count).Select(index => index < working ? MemberState.Whole : rest).ToList();
        if (volume.Health == SetHealth.Rebuilding)
        {
            members[0] = MemberState.Rebuilding;
        }

        return members;
    }

    private SetObservation Pool(SetLayout set, Redundancy level)
    {
        if (PoolOf(set) is not { } pool)
        {
            var why = observed.WhyUnseen(StoragePart.Pools) ?? UnitFinder.WhyUnread(set, "zfs_member", device => device.Zfs is not null, observed, drives);
            return new SetObservation(why is null ? Seen.Absent<SetHealth>() : Seen.Unseen<SetHealth>(why), null, level, null);
        }

        if (pool.Health == SetHealth.Unknown)
        {
            return new SetObservation(Seen.Unseen<SetHealth>(pool.Unseen ?? $"the state of the pool {pool.Name} is not understood"), null, level, null);
        }

        var bays = set.Bays.Where(drives.ContainsKey).Select(bay => drives[bay].Device).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var vdev = pool.Status?.Vdevs.Select(vdev => (Vdev: vdev, Hits: vdev.Leaves.Count(leaf => leaves.DiskOf(leaf) is { } disk && bays.Contains(disk))))
            .Where(pair => pair.Hits > 0).OrderByDescending(pair => pair.Hits).Select(pair => pair.Vdev).FirstOrDefault();
        if (pool.Health == SetHealth.Failed || pool.Status is not { } status || vdev is null)
        {
            return new SetObservation(Seen.Known(pool.Health), pool.Status?.Percent, level, null);
        }

        var members = Members(vdev, status);
        var health = vdev.State is "FAULTED" or "UNAVAIL" or "REMOVED" ? SetHealth.Failed
            : members.Contains(MemberState.Rebuilding) ? SetHealth.Rebuilding
            : members.TrueForAll(member => member == MemberState.Whole) ? SetHealth.Normal : SetHealth.Degraded;
        members = [.. members.Select((state, place) => state == MemberState.Whole
            && (vdev.Children.Count == 0 ? vdev : vdev.Children[place]).Leaves.Any(IsFailed) ? MemberState.Failed : state)];
        return new SetObservation(Seen.Known(health), health == SetHealth.Rebuilding ? status.Percent : null, Redundancy.Of(vdev.Name) ?? level, members);
    }

    private bool IsFailed(Vdev leaf) => leaf.State == "ONLINE" && leaves.DiskOf(leaf) is { } disk && failedDisks.Contains(disk);

    /// <summary>The places of a vdev. A place that is being replaced, or that a spare fills, is whole if one of its drives has all the data.</summary>
    private static List<MemberState> Members(Vdev vdev, PoolStatus status)
    {
        var places = vdev.Children.Count == 0 ? [vdev] : vdev.Children;
        var isNoted = status.Vdevs.Any(other => other.Leaves.Any(leaf => leaf.IsResilvering));
        var members = places.Select(place =>
        {
            // The first of a replacement is the old drive; without a note the new one is taken for the one that is written.
            var whole = place.Leaves.Where((leaf, index) => leaf.State == "ONLINE" && !leaf.IsResilvering && !(status.Resilvering && !isNoted && index > 0))
                .Any();
            return whole ? MemberState.Whole
                : place.Leaves.Any(leaf => leaf.State == "ONLINE") ? MemberState.Rebuilding
                : place.Leaves.All(leaf => leaf.State is "UNAVAIL" or "REMOVED") ? MemberState.Missing : MemberState.Failed;
        }).ToList();

        // A resilver that names no drive may write to any.
        if (status.Resilvering && !isNoted && !status.Vdevs.Any(other => other.Children.Any(place => place.Children.Count > 0))
            && members.IndexOf(MemberState.Whole) is >= 0 and var first)
        {
            members[first] = MemberState.Rebuilding;
        }

        return members;
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

        return start < end && double.TryParse(text.AsSpan(start, end - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            ? percent : null;
    }
}
