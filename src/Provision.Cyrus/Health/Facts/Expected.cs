using Provision.Stores.Mastership;

namespace Provision.Cyrus.Health.Facts;

/// <summary>Planned conditions: their consequences are listed but raise no alarm.</summary>
public sealed record Expected
{
    /// <summary>No planned conditions.</summary>
    public static Expected Nothing { get; } = new();

    /// <summary>Returns the planned conditions recorded in the database of masters.</summary>
    public static Expected Of(MastershipSnapshot masters)
    {
        ArgumentNullException.ThrowIfNull(masters);
        return new Expected
        {
            MovingStores = masters.Stores.Values.Where(row => row.Mode == StoreMode.Moving).ToDictionary(row => row.Store, row => $"to {row.Target ?? row.Master}, by {row.By} since {row.Since:u}", StringComparer.Ordinal),
            FencedSlots = masters.Fenced.Values.ToDictionary(fence => fence.Slot, fence => $"{fence.Reason}, by {fence.By} at {fence.At:u}", StringComparer.Ordinal),
        };
    }

    /// <summary>Why each store is moving, by store.</summary>
    public IReadOnlyDictionary<string, string> MovingStores { get; init; } = new Dictionary<string, string>();

    /// <summary>Why each fenced slot does not start, by slot.</summary>
    public IReadOnlyDictionary<string, string> FencedSlots { get; init; } = new Dictionary<string, string>();
}
