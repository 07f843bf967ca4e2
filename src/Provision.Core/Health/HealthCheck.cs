namespace Provision.Core;

/// <summary>One health check: a row that an area brings.</summary>
/// <typeparam name="TFacts">The facts that it evaluates.</typeparam>
/// <param name="Name">Its name, for <c>--only</c>.</param>
/// <param name="Examines">What it examines, for the help text.</param>
/// <param name="Judge">Returns its findings from the facts; none if everything is healthy. Pure.</param>
public sealed record HealthCheck<TFacts>(string Name, string Examines, Func<TFacts, IEnumerable<HealthFinding>> Judge)
{
    /// <summary>Returns the same check on facts that contain its own.</summary>
    public HealthCheck<TAll> On<TAll>(Func<TAll, TFacts> facts) => new(Name, Examines, all => Judge(facts(all)));
}

/// <summary>Helps health checks with what could not be observed.</summary>
public static class HealthCheck
{
    /// <summary>Evaluates an observation; one that could not be made is unknown, never healthy.</summary>
    public static IEnumerable<HealthFinding> Judge<T>(string check, Observation<T> observed, Func<T, IEnumerable<HealthFinding>> judge)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(judge);
        return observed.Value is { } value ? judge(value) : [Unseen(check, observed.Unseen!)];
    }

    /// <summary>Returns the finding of a check that could not observe anything.</summary>
    public static HealthFinding Unseen(string check, string reason) => new(check, HealthLevel.Unknown, $"{check} could not be observed: {reason}");
}
