namespace Provision.Storage.Plans;

/// <summary>Computes the hash of a plan: two plans with one hash write the same devices and protect the same.</summary>
internal static class StoragePlanHash
{
    /// <summary>
    /// Each line that makes, wipes or protects, as <c>kind TAB target TAB identities</c>, sorted. The kinds are spelled here and not taken from
    /// what people are shown. Reasons are left out: a better sentence does not make another plan. Lines that refuse are in it, so that a plan with a new
    /// doubt is a new plan.
    /// </summary>
    public static string Of(StoragePlan plan)
    {
        var lines = plan.Actions.Select(action =>
            $"{Code(action.Kind)}\t{Code(action.Target.Kind)} {action.Target.Name}\t{string.Join(' ', action.Identities)}").Order(StringComparer.Ordinal);
        return PlanHash.Of(["provision storage plan 1", plan.Host, plan.Purpose, string.Join('\n', lines)]);
    }

    private static string Code(ActionKind kind) => kind switch
    {
        ActionKind.Keep => "keep",
        ActionKind.Create => "create",
        ActionKind.WipeOs => "wipe-os",
        ActionKind.Refuse => "refuse",
        ActionKind.Unseen => "unseen",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind of action without a place in the hash"),
    };

    private static string Code(StorageTargetKind kind) => kind switch
    {
        StorageTargetKind.Host => "host",
        StorageTargetKind.Set => "set",
        StorageTargetKind.Vdev => "vdev",
        StorageTargetKind.Bay => "bay",
        StorageTargetKind.Unit => "unit",
        StorageTargetKind.Pool => "pool",
        StorageTargetKind.Volume => "volume",
        StorageTargetKind.Partition => "partition",
        StorageTargetKind.SystemDisk => "system disk",
        StorageTargetKind.Serial => "serial",
        StorageTargetKind.Disk => "disk",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind of target without a place in the hash"),
    };
}
