using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>What is in slots, by the commands of their own hosts, and how two compare.</summary>
/// <param name="shell">Reaches the hosts.</param>
public sealed class RemoteDigests(HostShell shell)
{
    private const int Rounds = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>The digests of a slot's mailboxes; of some of them where they are named.</summary>
    /// <exception cref="SlotException">The host answers and cannot say it.</exception>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public SlotDigest Of(Slot slot, IReadOnlyCollection<string>? only = null)
    {
        var result = shell.Run(slot.Host, Limit, ["provision", "slot", "digest", "--output", "json", slot.Name, "--", .. only ?? []]);
        return result.Succeeded ? SlotDigest.FromJson(result.Output.Span) : throw new SlotException($"{slot.Name}: what is in it cannot be listed: {HostShell.Last(result.Error)}");
    }

    /// <summary>Compares a store's master with its replicas; what differs is asked again, because mail arrives meanwhile.</summary>
    public IReadOnlyList<StoreComparison> Compare(Slot master, IReadOnlyList<Slot> replicas)
    {
        var slots = replicas.Append(master).ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        return new StoreComparer((name, only) => Of(slots[name], only), Rounds, Pause).Compare(master.Name, [.. replicas.Select(slot => slot.Name)]);
    }

    /// <summary>In what a replica differs from its master, in a sentence, or why that cannot be said; null if in nothing.</summary>
    public string? Difference(Slot master, Slot replica) => Say(() =>
        Compare(master, [replica])[0] is { IsEqual: false } different ? $"differs from {master.Name} in {different.Differences.Count} mailboxes ({different.Differences[0]})" : null);

    /// <summary>The mailboxes that the first of two slots has alone, in a sentence, or why that cannot be said; null for none.</summary>
    public string? OnlyOnFirst(Slot first, Slot second) => Say(() =>
    {
        var there = Of(second).Mailboxes.Select(mailbox => mailbox.Name).ToHashSet(StringComparer.Ordinal);
        var alone = Of(first).Mailboxes.Select(mailbox => mailbox.Name).Where(name => !there.Contains(name)).ToList();
        return alone.Count == 0 ? null : $"{alone.Count} mailboxes are on {first.Name} alone: {string.Join(", ", alone.Take(10))}{(alone.Count > 10 ? ", ..." : "")}";
    });

    private static string? Say(Func<string?> question)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is SlotException or HostUnreachableException or InvalidDataException)
        {
            return e.Message;
        }
    }
}
