namespace Provision.Cyrus.Health.Judge;

/// <summary>The severity of a finding, in ascending order: known to be broken is worse than unknown.</summary>
public enum CheckLevel
{
    /// <summary>Informational; no action needed.</summary>
    Info,

    /// <summary>Would be a warning or worse, but is planned.</summary>
    Expected,

    /// <summary>It could not be observed.</summary>
    Unknown,

    /// <summary>Needs attention during working hours.</summary>
    Warning,

    /// <summary>Users or mail are in danger now.</summary>
    Critical,
}

/// <summary>One finding of a checker.</summary>
/// <param name="Check">Name of the checker, a row of <see cref="HostChecks.Rows"/>.</param>
/// <param name="Level">The severity.</param>
/// <param name="Sentence">The problem, beginning with the slot, mount, set or unit.</param>
public sealed record CheckFinding(string Check, CheckLevel Level, string Sentence);
