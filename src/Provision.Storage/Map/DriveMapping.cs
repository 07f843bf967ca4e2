using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Makes the drive map of one machine.</summary>
internal sealed class DriveMapping(Layout layout, HostView? view, DriveRecord? record, ObservedStorage observed)
{
    private readonly IReadOnlyDictionary<Bay, ObservedDrive> drives = BayFinder.Find(layout.Chassis, observed);
    private readonly SetMembership membership = new(layout, record, observed);
    private readonly Dictionary<string, bool> recordedSets = (record?.Sets ?? []).ToDictionary(set => set.Name, set => set.Exists, StringComparer.Ordinal);
    private readonly Dictionary<Bay, RecordedDrive> recordedDrives = (record?.Drives ?? []).ToDictionary(drive => drive.Bay);
    private readonly bool arecaIsDark = !observed.Drives.Any(drive => drive.Areca is not null);

    public DriveMap Map()
    {
        var check = new BayCheck(view, record, membership, drives);
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
            var dark = arecaIsDark && layout.Chassis.FindController(panel.Controller)?.Kind == ControllerKind.Areca;
            foreach (var bay in panel.Bays)
            {
                var set = setOf.GetValueOrDefault(bay);
                bays.Add(Bay(bay, set, dark, check.Check(bay, set, set is null ? null : Recorded(set), dark, recordedDrives.GetValueOrDefault(bay), drives.GetValueOrDefault(bay))));
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
            Findings = [.. OfHost(), .. bays.SelectMany(bay => bay.Findings), .. sets.SelectMany(OfSet), .. strangers.Select(stranger => stranger.Finding)],
        };
    }

    private BayState Bay(Bay bay, SetLayout? set, bool dark, List<Finding> findings)
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
            IsDark = dark,
        };
    }

    /// <summary>What is on a drive that no volume of the layout is on: the operating system's partitions.</summary>
    private List<string> OwnPartitions(string disk) =>
        [.. (observed.Find(disk)?.Table?.Partitions ?? []).Select(partition => Printable.Of(partition.Label is { Length: > 0 } label ? label : $"#{partition.Number}"))];

    private SetState Set(SetLayout set, List<BayState> bays)
    {
        var (health, percent) = membership.HealthOf(set);
        var dark = false;
        var lost = 0;
        foreach (var bay in bays.Where(bay => set.Bays.Contains(bay.Bay)))
        {
            dark |= bay.IsDark;
            lost += bay.Works ? 0 : 1;
        }

        lost = dark ? 0 : lost;
        if (set.Level == RaidLevel.ZfsRaidz2 && health == SetHealth.Degraded && lost == 0 && bays.Any(bay => IsVdev(bay) && !bay.Works))
        {
            health = SetHealth.Normal; // The pool is degraded by another of its vdevs.
        }

        // What the set says of itself counts more than what is seen of its drives.
        lost = health is SetHealth.Degraded or SetHealth.Rebuilding ? Math.Max(1, lost) : health == SetHealth.Failed ? set.Bays.Count : lost;
        return new SetState(set, health, percent, Recorded(set), lost);
    }

    private bool IsVdev(BayState bay) => layout.Sets.Any(set => set.Level == RaidLevel.ZfsRaidz2 && set.Bays.Contains(bay.Bay));

    private bool? Recorded(SetLayout set) => recordedSets.TryGetValue(set.Key, out var exists) ? exists : null;

    private IEnumerable<Finding> OfHost()
    {
        var host = layout.Host;
        if (observed.Machine.Macs.Count > 0 && host.Macs.Count > 0 && !MacAddress.AnyOf(observed.Machine.Macs, host.Macs))
        {
            // Network cards are replaced; a machine that also has another name is another machine.
            var named = observed.Machine.HostName.Split('.')[0] == host.Name;
            yield return new Finding(
                FindingCodes.OtherMachine,
                named ? FindingSeverity.Warning : FindingSeverity.Problem,
                host.Name,
                Printable.Of($"what was looked at calls itself {observed.Machine.HostName} and has no network card of {host.Name}", 200));
        }

        if (record is null)
        {
            yield return new Finding(FindingCodes.NoRecord, FindingSeverity.Problem, host.Name, $"{host.Name} has no drive record, so no drive can be compared by its serial number; provision drives accept makes one");
        }

        foreach (var controller in layout.Chassis.Controllers.Where(controller => arecaIsDark && controller.Kind == ControllerKind.Areca))
        {
            yield return new Finding(FindingCodes.ControllerSilent, FindingSeverity.Problem, controller.Name, "nothing was heard of the Areca controller: what is in its bays is not known");
        }
    }

    private static IEnumerable<Finding> OfSet(SetState state)
    {
        var name = state.Layout.Name;
        var left = state.Redundancy switch
        {
            < 0 => "more drives are lost than it survives",
            0 => "the next drive that fails takes its data",
            1 => "one more drive may fail",
            var more => $"{more} more drives may fail",
        };
        var (code, severity, sentence) = state.Health switch
        {
            SetHealth.Degraded => (FindingCodes.Degraded, FindingSeverity.Problem, $"{name} is degraded: {left}"),
            SetHealth.Rebuilding => (FindingCodes.Rebuilding, FindingSeverity.Problem, $"{name} is {state.Word}: {left}"),
            SetHealth.Busy => (FindingCodes.Busy, FindingSeverity.Note, $"{name} is {state.Word}"),
            SetHealth.Inactive => (FindingCodes.SetInactive, FindingSeverity.Problem, $"{name} is there but not active"),
            SetHealth.Failed => (FindingCodes.SetFailed, FindingSeverity.Problem, $"{name} has failed"),
            SetHealth.Unknown => (FindingCodes.SetUnknown, FindingSeverity.Warning, $"what is said of {name} is not understood"),
            null when state.Recorded == true && state.Layout.Level is not (RaidLevel.Spare or RaidLevel.Single) => (FindingCodes.SetMissing, FindingSeverity.Problem, $"{name} is recorded as created and was not found"),
            _ => ("", FindingSeverity.Note, ""),
        };
        if (code.Length > 0)
        {
            yield return new Finding(code, severity, "set " + state.Layout.Key, sentence);
        }
    }
}
