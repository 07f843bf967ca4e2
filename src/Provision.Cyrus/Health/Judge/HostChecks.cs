using Provision.Cyrus.Health.Facts;

namespace Provision.Cyrus.Health.Judge;

/// <summary>One checker of a host.</summary>
/// <param name="Name">Its name, for <c>--only</c>.</param>
/// <param name="LooksAt">A description of what it examines.</param>
/// <param name="Judge">Returns its findings from the facts; none if everything is healthy.</param>
public sealed record HostCheck(string Name, string LooksAt, Func<HostFacts, Expected, IEnumerable<CheckFinding>> Judge);

/// <summary>All checkers of a host.</summary>
public static class HostChecks
{
    /// <summary>The checkers, in reporting order.</summary>
    public static IReadOnlyList<HostCheck> Rows { get; } =
    [
        new("ports", "what every service of every slot says", SlotChecks.Ports),
        new("daemons", "the daemons of every slot", SlotChecks.Daemons),
        new("lag", "how far the replicas of the masters here are behind", SlotChecks.Lag),
        new("masters", "the role of every slot, beside the database of masters", SlotChecks.Masters),
        new("mounts", "file systems that should be mounted", StorageChecks.Mounts),
        new("arrays", "RAID sets and pools", StorageChecks.Arrays),
        new("drives", "every bay, beside the drive record", StorageChecks.Drives),
        new("drift", "files that were changed by hand", InstallChecks.Drift),
        new("units", "units that do not run, or run with an older configuration", InstallChecks.Units),
        new("packages", "packages that are missing or at another version", InstallChecks.Packages),
        new("install", "the last install", InstallChecks.Install),
        new("dumps", "kernel dumps", InstallChecks.Dumps),
    ];

    /// <summary>Returns the findings of some of the checkers, in their order.</summary>
    public static IReadOnlyList<CheckFinding> Judge(IEnumerable<HostCheck> checks, HostFacts facts, Expected expected) => [.. checks.SelectMany(check => check.Judge(facts, expected))];

    /// <summary>Evaluates a fact; one that could not be observed is unknown, never healthy.</summary>
    internal static IEnumerable<CheckFinding> Of<T>(string check, Looked<T> fact, Func<T, IEnumerable<CheckFinding>> judge)
        where T : class =>
        fact.Value is { } value ? judge(value) : [new CheckFinding(check, CheckLevel.Unknown, $"{check} cannot be looked at: {fact.Problem}")];
}
