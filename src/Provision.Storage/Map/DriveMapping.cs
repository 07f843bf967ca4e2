using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Makes the drive map of one machine.</summary>
internal sealed class DriveMapping
{
    private readonly Layout layout;
    private readonly HostView? view;
    private readonly DriveRecord? record;
    private readonly ObservedStorage observed;
    private readonly Remedies remedies;
    private readonly IReadOnlyDictionary<Bay, ObservedDrive> drives;
    private readonly SetMembership membership;
    private readonly Dictionary<string, bool> recordedSets;
    private readonly Dictionary<Bay, RecordedDrive> recordedDrives;

    public DriveMapping(Layout layout, HostView? view, DriveRecord? record, ObservedStorage observed)
    {
        (this.layout, this.view, this.record, this.observed) = (layout, view, record, observed);
        remedies = new Remedies(layout);
        drives = BayFinder.Find(layout, record, observed);
        membership = new SetMembership(layout, record, observed, drives);
        recordedSets = (record?.Sets ?? []).ToDictionary(set => set.Name, set => set.Exists, StringComparer.Ordinal);
        recordedDrives = (record?.Drives ?? []).ToDictionary(drive => drive.Bay);
    }
    public DriveMap Map()
    {
        var check = new BayCheck(layout, view, record, observed, membership, drives);
        var setOf = new Dictionary<Bay, SetLayout>();
        foreach (var set in layout.Sets)
        {
            foreach (var bay in set.Bays)
            {
                setOf[bay] = set;
            }
        }

        var bays = new List<BayState>();
        foreach (var panel in layout.Chassis.Panels)
        {
            foreach (var bay in panel.Bays)
            {
                var set = setOf.GetValueOrDefault(bay);
                var dark = drives.ContainsKey(bay) ? null : BayFinder.WhyUnseen(layout.Chassis, bay, observed);
                bays.Add(Bay(bay, set, dark,
                    check.Check(bay, set, set is null ? null : Recorded(set), dark is not null, recordedDrives.GetValueOrDefault(bay),
                    drives.GetValueOrDefault(bay))));
            }
        }

        var sets = layout.Sets.Select(set => Set(set, bays)).ToList();
        var contents = new SetContents(layout, view);
        for (var i = 0; i < bays.Count; i++)
        {
            if (setOf.TryGetValue(bays[i].Bay, out var set))
            {
                bays[i] = contents.Into(bays[i], sets.First(state => ReferenceEquals(state.Layout, set)));
            }
        }

        var strangers = StrangerFinder.Find(layout, record, observed, drives.Values);
        return new DriveMap
        {
            Layout = layout,
            Machine = observed.Machine,
            Bays = bays,
            Sets = sets,
            Strangers = strangers,
            Findings = [.. OfHost(bays), .. OfBays(bays), .. sets.SelectMany(OfSet), .. OfPools(), .. OfArrays(),
                .. strangers.Select(stranger => stranger.Finding)],
        };
    }

    private BayState Bay(Bay bay, SetLayout? set, string? dark, List<Finding> findings)
    {
        var drive = drives.GetValueOrDefault(bay);
        var active = drive is { Device: not null } ? membership.Of(drive) : null;
        var index = set is null ? 0 : set.Bays.TakeWhile(other => other != bay).Count();
        return new BayState
        {
            Bay = bay,
            Set = null,
            Index = index,
            Expected = recordedDrives.GetValueOrDefault(bay),
            Drive = drive,
            Array = active?.Name,
            Role = active is null ? null : active.Role ?? (active.Owner is ObservedPool ? index : null),
            Encryption = VolumeEncryption.None,
            Volumes = drive?.Device is { } disk ? OwnPartitions(disk) : [],
            Slots = [],
            Stores = [],
            Masters = [],
            Findings = findings,
            Unseen = dark,
        };
    }

    /// <summary>What is on a drive that no volume of the layout is on: the operating system's partitions.</summary>
    private List<string> OwnPartitions(string disk) =>
        [.. (observed.Find(disk)?.Table?.Partitions ?? []).Select(partition =>
            Printable.Of(partition.Label is { Length: > 0 } label ? label : $"#{partition.Number}"))];

    private SetState Set(SetLayout set, List<BayState> bays)
    {
        var observation = membership.Observe(set);
        var health = observation.Health;
        var own = bays.Where(bay => set.Bays.Contains(bay.Bay)).ToList();
        var members = observation.Members
            ?? [.. own.Select(bay => bay.Unseen is not null ? MemberState.Unseen : bay.Works ? MemberState.Whole : MemberState.Missing)];
        if (observation.Members is null && set.Level == RaidLevel.ZfsRaidz2 && health.Value == SetHealth.Degraded && own.TrueForAll(bay => bay.Works)
            && bays.Exists(bay => IsVdev(bay) && !bay.Works))
        {
            health = Seen.Known(SetHealth.Normal); // The pool is degraded by another of its vdevs.
        }

        if (set.Level == RaidLevel.Spare && members.Contains(MemberState.Unseen))
        {
            health = Seen.Unseen<SetHealth>(own.First(bay => bay.Unseen is not null).Unseen!);
        }

        // What the set says of itself counts more than what is seen of its drives: a set that works is not lost, and one that is degraded has lost a drive.
        var lost = members.Count(state => state is not (MemberState.Whole or MemberState.Unseen));
        var left = observation.Redundancy.Left(members);
        if (health.Value is SetHealth.Degraded or SetHealth.Rebuilding && members.All(state => state == MemberState.Whole))
        {
            (lost, left) = (1, left - 1);
        }

        left = health.Why is not null ? null
            : health.Value == SetHealth.Failed ? -1
            : health.Value is SetHealth.Inactive || health.IsAbsent || left is null ? left
            : Math.Max(0, left.Value);
        return new SetState(set, health, observation.Percent, Recorded(set), health.Value == SetHealth.Failed ? set.Bays.Count : lost, left);
    }

    private bool IsVdev(BayState bay) => layout.Sets.Any(set => set.Level == RaidLevel.ZfsRaidz2 && set.Bays.Contains(bay.Bay));

    private bool? Recorded(SetLayout set) => recordedSets.TryGetValue(set.Key, out var exists) ? exists : null;

    private IEnumerable<Finding> OfHost(List<BayState> bays)
    {
        var host = layout.Host;
        if (observed.Machine.Macs.Count > 0 && host.Macs.Count > 0 && !MacAddress.AnyOf(observed.Machine.Macs, host.Macs))
        {
            // NICs are replaced; a machine that also has another name is another machine.
            var named = observed.Machine.HostName.Split('.')[0] == host.Name;
            yield return new Finding(
                FindingCodes.OtherMachine,
                named ? FindingSeverity.Warning : FindingSeverity.Problem,
                host.Name,
                Printable.Of($"the observed machine calls itself {observed.Machine.HostName} and has no NIC of {host.Name}", 200),
                named ? $"provision drives accept {host.Name}" : "provision drives");
        }

        if (record is null)
        {
            yield return new Finding(FindingCodes.NoRecord, FindingSeverity.Problem, host.Name,
                $"{host.Name} has no drive record, so no drive can be compared by its serial number", $"provision drives accept {host.Name}");
        }

        if (observed.WhyUnseen(StoragePart.Devices) is { } noDevices)
        {
            yield return new Finding(FindingCodes.Unseen, FindingSeverity.Unknown, host.Name, Printable.Of($"no disk could be seen: {noDevices}", 300));
        }

        foreach (var controller in layout.Chassis.Controllers.Where(controller => controller.Kind == ControllerKind.Areca))
        {
            var dark = bays.Where(bay => bay.Unseen is not null && layout.Chassis.FindPanel(bay.Bay.Panel)?.Controller == controller.Name).ToList();
            if (dark.Count > 0)
            {
                yield return new Finding(
                    FindingCodes.ControllerSilent, FindingSeverity.Unknown, controller.Name,
                    Printable.Of($"what is in {BayText.Of([.. dark.Select(bay => bay.Bay)])} could not be seen: {dark[0].Unseen}", 300), "cli64 disk info");
            }
        }
    }

    /// <summary>The findings of the bays. If one cause hides the health of many drives, it is reported once.</summary>
    private static IEnumerable<Finding> OfBays(List<BayState> bays)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var finding in bays.SelectMany(bay => bay.Findings))
        {
            var same = finding.Code != FindingCodes.HealthUnknown ? []
                : bays.Where(bay => bay.Findings.Any(other => other.Code == finding.Code && other.Sentence == finding.Sentence)).ToList();
            if (same.Count < 2)
            {
                yield return finding;
            }
            else if (told.Add(finding.Sentence))
            {
                yield return finding with { Place = BayText.Of([.. same.Select(bay => bay.Bay)]) };
            }
        }
    }

    private IEnumerable<Finding> OfPools()
    {
        foreach (var pool in layout.Pools.Select(pool => observed.Pools.FirstOrDefault(found => found.Name == pool.Name)).OfType<ObservedPool>()
            .Where(pool => pool.Imported))
        {
            var place = "pool " + pool.Name;
            if (pool.Status?.DataErrors.Value is > 0 and var errors)
            {
                yield return new Finding(
                    FindingCodes.DataErrors, FindingSeverity.Problem, place,
                        $"{pool.Name} has {errors} damaged {(errors == 1 ? "file or block" : "files or blocks")}", Remedies.OfPool(pool.Name));
            }
            else if (pool.Unseen is { } why)
            {
                yield return new Finding(
                    FindingCodes.Unseen, FindingSeverity.Unknown, place, Printable.Of($"whether data of {pool.Name} is damaged could not be seen: {why}", 300),
                        Remedies.OfPool(pool.Name));
            }

            foreach (var leaf in membership.LostLeaves(pool))
            {
                yield return new Finding(
                    FindingCodes.NotInSet, FindingSeverity.Problem, place,
                    Printable.Of($"{leaf.Name} is {leaf.State} in the pool{(leaf.Note is null ? "" : $" ({leaf.Note})")}, and its bay is not known", 300),
                        Remedies.OfPool(pool.Name));
            }
        }
    }

    /// <summary>
    /// Arrays of no set: another machine's, or one that something assembled from leftovers; and arrays of sets that this program did not make.
    /// </summary>
    private IEnumerable<Finding> OfArrays()
    {
        var own = layout.Sets.Where(set => set.IsMd).SelectMany(set => set.Luns)
            .Select(lun => UnitFinder.FindArray(lun.Name, record?.Units.FirstOrDefault(unit => unit.Name == lun.Name)?.Uuid, observed)).ToList();
        foreach (var array in own.OfType<MdArray>().Where(array => array.HasBitmap == false))
        {
            yield return new Finding(
                FindingCodes.NoBitmap, FindingSeverity.Warning, array.Device ?? array.Name ?? array.Uuid,
                Printable.Of($"the array {array.Name} has no write-intent bitmap: after a power cut all of it is resynchronized (docs/faults.md, fault 28)",
                    300),
                $"mdadm --grow --bitmap=internal /dev/{array.Device}");
        }

        foreach (var array in observed.Arrays.Where(array => !own.Contains(array)))
        {
            var name = array.Name ?? array.Device ?? array.Uuid;
            if (array.Uuid.Length == 0)
            {
                yield return new Finding(
                    FindingCodes.ForeignArray, FindingSeverity.Unknown, array.Device ?? name,
                        Printable.Of($"whose array {name} is could not be seen: no superblock of it was read", 300),
                    $"mdadm --detail /dev/{array.Device}");
                continue;
            }

            yield return new Finding(
                FindingCodes.ForeignArray, FindingSeverity.Problem, array.Device ?? name,
                Printable.Of(
                    $"the array {name} ({array.Level}, UUID {array.Uuid}) on {string.Join(", ", array.Members.Select(member => member.Device))} belongs to "
                    + $"no set{(array.Device is null ? "" : " and is assembled")}", 300),
                array.Device is null ? array.Members.Count == 0 ? null : $"mdadm --examine /dev/{array.Members[0].Device}"
                    : $"mdadm --detail /dev/{array.Device}");
        }
    }

    private IEnumerable<Finding> OfSet(SetState state)
    {
        var name = state.Layout.Name;
        var left = state.Redundancy switch
        {
            null => "how many more drives may fail is not known",
            < 0 => "more drives are lost than it survives",
            0 => "the next drive that fails takes its data",
            1 => "one more drive may fail",
            var more => $"{more} more drives may fail",
        };
        var (code, severity, sentence) = state.Health.Value switch
        {
            SetHealth.Degraded => (FindingCodes.Degraded, FindingSeverity.Problem, $"{name} is degraded: {left}"),
            SetHealth.Rebuilding => (FindingCodes.Rebuilding, FindingSeverity.Problem, $"{name} is {state.Word}: {left}"),
            SetHealth.Busy => (FindingCodes.Busy, FindingSeverity.Note, $"{name} is {state.Word}"),
            SetHealth.Inactive => (FindingCodes.SetInactive, FindingSeverity.Problem, $"{name} is there but not active"),
            SetHealth.Failed when state.Layout.Level != RaidLevel.Single => (FindingCodes.SetFailed, FindingSeverity.Problem, $"{name} has failed"),
            null when state.Health.Why is { } why && state.Layout.Level is not (RaidLevel.Spare or RaidLevel.Single) && state.Recorded != false =>
                (FindingCodes.SetUnknown, FindingSeverity.Unknown, $"the state of {name} could not be seen: {why}"),
            null when state.Health.IsAbsent && state.Recorded == true && state.Layout.Level is not (RaidLevel.Spare or RaidLevel.Single) =>
                (FindingCodes.SetMissing, FindingSeverity.Problem, $"{name} is recorded as created and was not found"),
            _ => ("", FindingSeverity.Note, ""),
        };
        if (code.Length > 0)
        {
            yield return new Finding(code, severity, "set " + state.Layout.Key, Printable.Of(sentence, 300), remedies.OfSet(code, state.Layout));
        }
    }
}
