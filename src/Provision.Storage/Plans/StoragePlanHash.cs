namespace Provision.Storage.Plans;

/// <summary>The hash of a plan: two plans with one hash write the same devices and protect the same.</summary>
internal static class StoragePlanHash
{
    /// <summary>
    /// Each line that makes, wipes or protects, as <c>word TAB target TAB identities</c>, sorted. Reasons are left out: they are for
    /// people, and a better sentence does not make another plan. Lines that refuse are in it, so that a plan with a new doubt is a new plan.
    /// </summary>
    public static string Of(StoragePlan plan)
    {
        var lines = plan.Actions.Select(action => $"{action.Word}\t{action.Target}\t{string.Join(' ', action.Identities)}").Order(StringComparer.Ordinal);
        return PlanHash.Of(["provision storage plan 1", plan.Host, plan.Purpose, string.Join('\n', lines)]);
    }
}
