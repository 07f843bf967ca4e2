namespace Provision.Core;

/// <summary>The severity of a finding, in ascending order: known to be broken is worse than unknown.</summary>
public enum HealthLevel
{
    /// <summary>Informational; no action needed.</summary>
    Info,

    /// <summary>Would be a warning or worse, but is planned.</summary>
    Expected,

    /// <summary>It could not be observed.</summary>
    Unknown,

    /// <summary>Needs attention during working hours.</summary>
    Warning,

    /// <summary>Users or their data are in danger now.</summary>
    Critical,
}

/// <summary>One finding of a health check.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Level">The severity.</param>
/// <param name="Sentence">The problem, beginning with the instance, mount, set or unit.</param>
public sealed record HealthFinding(string Check, HealthLevel Level, string Sentence)
{
    /// <summary>The command that mends it; null if there is none, or if it is part of the sentence.</summary>
    public string? Command { get; init; }
}
