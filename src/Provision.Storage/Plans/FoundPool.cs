using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>A pool as it was found.</summary>
/// <param name="Pool">The pool of the layout.</param>
/// <param name="Found">What was seen of it; null if it is missing or in doubt.</param>
/// <param name="Match">Whether it is the recorded one, on this machine.</param>
internal sealed record FoundPool(PoolLayout Pool, ObservedPool? Found, Match Match);

/// <summary>Finds a pool by its GUID, or by its name if none is recorded.</summary>
internal static class PoolFinder
{
    /// <summary>The pool of a layout.</summary>
    public static FoundPool Find(PoolLayout pool, DriveRecord? record, ObservedStorage observed)
    {
        var known = record?.Units.FirstOrDefault(unit => unit.Name == pool.Name)?.Uuid;
        var named = observed.Pools.Where(found => found.Name == pool.Name).ToList();
        var candidates = known is null ? named : [.. observed.Pools.Where(found => found.Guid.ToString(CultureInfo.InvariantCulture) == known)];
        if (candidates.Count == 1)
        {
            var found = candidates[0];
            if (found is { Imported: false, Unseen: { } unseen })
            {
                return new FoundPool(pool, null, Match.Unseen($"whether the pool {pool.Name} is imported could not be seen: {unseen}"));
            }

            return found.Name == pool.Name
                ? new FoundPool(pool, found, Match.Yes)
                : new FoundPool(pool, found, Match.No($"the pool with the GUID {known} is called {found.Name} instead of {pool.Name}"));
        }

        if (candidates.Count == 0 && (observed.WhyUnseen(StoragePart.Devices) ?? observed.WhyUnseen(StoragePart.Pools)) is { } why)
        {
            return new FoundPool(pool, null, Match.Unseen($"the pool {pool.Name} could not be seen: {why}"));
        }

        return new FoundPool(pool, null, Match.No(
            candidates.Count > 1 ? $"{candidates.Count} pools are called {pool.Name}: {string.Join(", ", candidates.Select(found => found.Guid))}"
            : known is null ? $"no pool is called {pool.Name}"
            : named.Count > 0 ? $"the pool {pool.Name} has the GUID {named[0].Guid} instead of {known}" : $"no pool has the GUID {known}"));
    }
}
