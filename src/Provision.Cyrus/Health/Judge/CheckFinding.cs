namespace Provision.Cyrus.Health.Judge;

/// <summary>How bad a finding is, from harmless to worst: a thing known to be broken counts more than one that is not known.</summary>
public enum CheckLevel
{
    /// <summary>Worth knowing, nothing to do.</summary>
    Info,

    /// <summary>Would be a warning or worse, had it not been arranged.</summary>
    Expected,

    /// <summary>It could not be looked at, so nothing is known.</summary>
    Unknown,

    /// <summary>Somebody should look in working hours.</summary>
    Warning,

    /// <summary>Users or mail are in danger now.</summary>
    Critical,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Check">Name of the check, a row of <see cref="HostChecks.Rows"/>.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Sentence">What is the matter, beginning with the slot, mount, set or unit.</param>
public sealed record CheckFinding(string Check, CheckLevel Level, string Sentence);
