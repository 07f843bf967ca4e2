using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>Digests and compares slots by running commands on their own hosts.</summary>
/// <param name="shell">Reaches the hosts.</param>
public sealed class RemoteDigests(HostShell shell)
{
    private const int Rounds = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>Returns the digests of a slot's mailboxes, or only of the named ones.</summary>
    /// <exception cref="InstanceException">The host answers but cannot produce the digest.</exception>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public InstanceDigest Of(Slot slot, IReadOnlyCollection<string>? only = null)
    {
        var result = shell.Run(slot.Host, Limit, ["provision", "slot", "digest", "--output", "json", slot.Name, "--", .. only ?? []]);
        return result.Succeeded ? InstanceDigest.FromJson(result.Output.Span)
            : throw new InstanceException($"{slot.Name}: what is in it cannot be listed: {Ssh.Last(result.Error)}");
    }

    /// <summary>Compares a store's master with its replicas; differences are checked again, because mail arrives meanwhile.</summary>
    public IReadOnlyList<StoreComparison> Compare(Slot master, IReadOnlyList<Slot> replicas)
    {
        var slots = replicas.Append(master).ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        return new StoreComparer((name, only) => Of(slots[name], only), Rounds, Pause).Compare(master.Name, [.. replicas.Select(slot => slot.Name)]);
    }

    /// <summary>Compares a store's master with its replicas; a replica whose host does not answer does not keep the others from being compared.</summary>
    /// <returns>For each replica the comparison, or why it could not be made.</returns>
    public IReadOnlyList<(Slot Replica, StoreComparison? Comparison, string? Unknown)> CompareEach(Slot master, IReadOnlyList<Slot> replicas)
    {
        try
        {
            return [.. replicas.Zip(Compare(master, replicas), (slot, comparison) => (slot, (StoreComparison?)comparison, (string?)null))];
        }
        catch (Exception e) when (IsUnknown(e))
        {
            return replicas.Count == 1 ? [(replicas[0], null, e.Message)] : [.. replicas.SelectMany(slot => CompareEach(master, [slot]))];
        }
    }

    /// <summary>Returns a sentence with the difference between a replica and its master, or why it cannot be determined; null if they are equal.</summary>
    public string? Difference(Slot master, Slot replica) => Say(() =>
        Compare(master, [replica])[0] is { IsEqual: false } different
            ? $"differs from {master.Name} in {different.Differences.Count} mailboxes ({different.Differences[0]})" : null);

    /// <summary>Returns a sentence with the mailboxes that only the first of two slots has, or why they cannot be determined; null if there are none.</summary>
    public string? OnlyOnFirst(Slot first, Slot second) => Say(() =>
    {
        var there = Of(second).Mailboxes.Select(mailbox => mailbox.Name).ToHashSet(StringComparer.Ordinal);
        var alone = Of(first).Mailboxes.Select(mailbox => mailbox.Name).Where(name => !there.Contains(name)).ToList();
        return alone.Count == 0 ? null
            : $"{alone.Count} mailboxes are on {first.Name} alone: {string.Join(", ", alone.Take(10))}{(alone.Count > 10 ? ", ..." : "")}";
    });

    private static string? Say(Func<string?> question)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (IsUnknown(e))
        {
            return e.Message;
        }
    }

    private static bool IsUnknown(Exception e) => e is InstanceException or HostUnreachableException or InvalidDataException;
}
