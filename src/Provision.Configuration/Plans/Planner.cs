using Provision.Configuration.Checks;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Packages;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Plans;

/// <summary>The config directories, or instances in them, that a run is limited to; none means the whole host.</summary>
/// <param name="Selected">Pairs of a config and an instance; a null instance stands for the whole config.</param>
public sealed record ConfigSelection(IReadOnlyList<(string Config, string? Instance)> Selected)
{
    /// <summary>Selects everything.</summary>
    public static readonly ConfigSelection All = new([]);

    /// <summary>Selects the files whose text depends on values that change without a commit, except those of instances.</summary>
    public static readonly ConfigSelection Volatile = new([]) { IsOnlyVolatile = true };

    /// <summary>True if the run covers the whole host.</summary>
    public bool IsAll => Selected.Count == 0 && !IsOnlyVolatile;

    private bool IsOnlyVolatile { get; init; }

    /// <summary>True if the selection includes a file.</summary>
    /// <param name="config">The config.</param>
    /// <param name="instance">The instance; null for none.</param>
    /// <param name="isVolatile">Whether the file's text depends on values that change without a commit.</param>
    public bool Includes(string config, string? instance, bool isVolatile) =>
        IsOnlyVolatile ? isVolatile && instance is null : IsAll || Selected.Any(one => string.Equals(one.Config, config, StringComparison.Ordinal)
            && (one.Instance is null || string.Equals(one.Instance, instance, StringComparison.Ordinal)));

    /// <summary>Parses selectors such as <c>ssh</c> and <c>db/db33a</c>; a selector that matches nothing on the host is an error.</summary>
    /// <param name="words">The selectors as typed by the user.</param>
    /// <param name="known">All pairs that the host has or had.</param>
    /// <param name="problems">Receives the errors.</param>
    public static ConfigSelection Parse(IReadOnlyList<string> words, IReadOnlyCollection<(string Config, string? Instance)> known, DiagnosticBag problems)
    {
        var selected = new List<(string, string?)>();
        foreach (var word in words)
        {
            var slash = word.IndexOf('/', StringComparison.Ordinal);
            (string Config, string? Instance) one = slash < 0 ? (word, null) : (word[..slash], word[(slash + 1)..]);
            if (word.StartsWith('/'))
            {
                problems.Error(
                    Location.OfFile("CONFIG"),
                    $"\"{word}\" is a path, not a config: expected one of " +
                        string.Join(", ", known.Select(pair => pair.Config).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
                    $"provision explain {word} shows where that file comes from");
            }
            else if (!known.Any(pair => string.Equals(pair.Config, one.Config, StringComparison.Ordinal)))
            {
                problems.Error(
                    Location.OfFile("CONFIG"),
                    $"this host has no config \"{one.Config}\"",
                    NearestName.Hint(one.Config, known.Select(pair => pair.Config)));
            }
            else if (one.Instance is not null && !known.Contains(one))
            {
                problems.Error(
                    Location.OfFile("CONFIG"),
                    $"the config \"{one.Config}\" has no instance \"{one.Instance}\" on this host",
                    NearestName.Hint(
                        one.Instance,
                        known.Where(pair => string.Equals(pair.Config, one.Config, StringComparison.Ordinal)).Select(pair => pair.Instance ?? "")));
            }
            else
            {
                selected.Add(one);
            }
        }

        return new ConfigSelection(selected);
    }
}

/// <summary>Creates the plan of a host: observes the machine and compares.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="commands">The machine's commands.</param>
public sealed class Planner(IMachineFiles files, ICommandRunner commands)
{
    private readonly Systemd? systemd = Systemd.Runs(files) ? new Systemd(commands) : null;

    /// <summary>Compares a desired state with the machine.</summary>
    /// <param name="desired">The desired state.</param>
    /// <param name="state">The host record.</param>
    /// <param name="revision">The revision the desired state was rendered from.</param>
    /// <param name="selection">The part of the host that the run covers.</param>
    /// <param name="runChecks">Whether to run the checkers of changed files.</param>
    public ChangePlan Plan(DesiredState desired, HostState state, Revision revision, ConfigSelection selection, bool runChecks = true)
    {
        var problems = new DiagnosticBag();
        var comparer = new FileComparer(files, state, OwnerDatabase.Read(files));
        var different = new List<FileDifference>();
        var same = new List<FileDifference>();
        foreach (var file in desired.Files.Where(file => selection.Includes(file.Config, file.Instance, file.IsVolatile)))
        {
            var difference = comparer.Compare(file, problems);
            (difference.Verdict == Verdict.Same ? same : different).Add(difference);
        }

        var wantedPaths = desired.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, managed) in state.Files)
        {
            if (!wantedPaths.Contains(path) && selection.Includes(managed.Config, managed.Instance, managed.IsVolatile)
                && comparer.CompareGone(path, managed) is { } gone)
            {
                different.Add(gone);
            }
        }

        problems.AddRange(different.Where(difference => difference.NeedsWriting).Select(difference => Obstacles.Of(files, difference)).OfType<Diagnostic>());
        different.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));

        // dpkg's status file has megabytes on a real host: read it once, and only if needed.
        var packages = new Lazy<IReadOnlyList<PackageDifference>>(() => ComparePackages(desired.Packages));
        var units = selection.IsAll ? new UnitComparer(files, systemd).Compare(desired.Units, desired.Files) : [];
        CheckUnitNames(desired, different, units, packages, problems);
        var plan = new ChangePlan
        {
            Host = desired.Host,
            Revision = revision,
            MastersSerial = desired.MastersSerial,
            Files = different,
            Same = same,
            Packages = selection.IsAll ? packages.Value : [],
            Units = units,
            Stale = new UnitComparer(files, systemd).Stale(state),
            Owed = [.. Unsatisfied(state.Owed.Values), .. state.OwedChecks.Values],
            IsRunning = systemd is not null,
            Problems = problems.InOrder(),
        };
        plan = plan with { Effects = EffectsOf(plan, desired) };
        return runChecks && !plan.HasTrouble
            ? plan with { Checks = new StagedChecks(files, commands).Run([.. different, .. same.Where(file => state.OwedChecks.ContainsKey(file.Path))]) }
            : plan;
    }

    /// <summary>Omits actions already satisfied otherwise since: by a boot, or by an engineer.</summary>
    private IEnumerable<OwedAction> Unsatisfied(IReadOnlyCollection<OwedAction> owed)
    {
        if (systemd is null)
        {
            return owed;
        }

        var status = systemd.Status([.. owed.Select(action => action.Unit)]);
        return owed.Where(action => action.Action == UnitAction.Stop
            ? status[action.Unit].ActiveState is not ("inactive" or "failed")
            : !(status[action.Unit].ActiveSince > action.Since.AddSeconds(1)));
    }

    private IReadOnlyList<PackageDifference> ComparePackages(IReadOnlyList<DesiredPackage> packages) =>
        packages.Count == 0
            ? []
            : InstalledPackages.Read(files, packages.Select(package => package.Name).ToHashSet(StringComparer.Ordinal)).Compare(packages);

    private static IReadOnlyList<UnitEffect> EffectsOf(ChangePlan plan, DesiredState desired)
    {
        var wanted = desired.Files.SelectMany(file => file.Units).Concat(desired.Units.Select(unit => unit.Name)).ToHashSet(StringComparer.Ordinal);
        var effects = new Dictionary<string, UnitEffect>(StringComparer.Ordinal);
        foreach (var effect in UnitEffects.Of(plan.Files, wanted))
        {
            UnitEffects.Add(effects, effect);
        }

        // In a root that is not running, owed actions wait for the system that will run there.
        foreach (var owed in plan.Owed.Where(owed => plan.IsRunning && !owed.Unit.StartsWith('/')))
        {
            UnitEffects.Add(effects, new UnitEffect(
                owed.Unit,
                wanted.Contains(owed.Unit) ? owed.Action : UnitAction.Stop,
                $"owed since generation {owed.Generation}: {owed.Reason}",
                50,
                false));
        }

        foreach (var stale in plan.Stale)
        {
            UnitEffects.Add(effects, new UnitEffect(stale.Unit, UnitAction.Restart, stale.Reason, 50, false));
        }

        foreach (var unit in plan.Units.Where(unit => unit.NeedsStarting))
        {
            UnitEffects.Add(effects, new UnitEffect(unit.Unit.Name, UnitAction.Restart, unit.Problem, 50, false));
        }

        return UnitEffects.InOrder(effects.Values);
    }

    /// <summary>An undefined unit is an error before anything is touched, not a failed restart afterwards.</summary>
    private void CheckUnitNames(
        DesiredState desired,
        List<FileDifference> different,
        IReadOnlyList<UnitDifference> units,
        Lazy<IReadOnlyList<PackageDifference>> packages,
        DiagnosticBag problems)
    {
        var unitFiles = new UnitFiles(files);
        if (!unitFiles.IsSystem)
        {
            return;
        }

        var coming = desired.Files.Where(file => UnitFiles.IsUnitFile(file.Path))
            .Select(file => file.Path[(file.Path.LastIndexOf('/') + 1)..])
            .ToHashSet(StringComparer.Ordinal);
        var packagesPending = packages.Value.Count > 0;
        var lacking = units
            .Where(unit => unit.Problem == UnitComparer.NotThere && !packagesPending && !UnitFiles.NamesOf(unit.Unit.Name).Any(coming.Contains));
        foreach (var service in lacking)
        {
            problems.Error(
                service.Unit.Location,
                $"the service \"{service.Unit.Name}\" does not exist on this host",
                NearestName.Hint(service.Unit.Name, coming) ?? "is a package missing from the role?");
        }

        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var file in different.Select(difference => difference.Desired).OfType<DesiredFile>())
        {
            foreach (var unit in file.Units)
            {
                if (!known.TryGetValue(unit, out var defined))
                {
                    // A package still to be installed may bring the unit.
                    known[unit] = defined = packagesPending || UnitFiles.NamesOf(unit).Any(coming.Contains) || unitFiles.Defines(unit);
                }

                if (!defined)
                {
                    problems.Error(
                        file.Template,
                        $"{file.Path}: the unit \"{unit}\" does not exist on this host",
                        NearestName.Hint(unit, coming) ?? "check unit: in the template's head");
                }
            }
        }
    }
}
