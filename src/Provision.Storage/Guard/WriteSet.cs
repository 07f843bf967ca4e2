using Provision.Storage.Observe;

namespace Provision.Storage.Guard;

/// <summary>A disk that may be written, and why.</summary>
/// <param name="Name">Kernel name at the time of the look; the guard holds it against <paramref name="Sequence"/>.</param>
/// <param name="Sequence">
/// The kernel's number of this attachment (<c>/sys/block/X/diskseq</c>): never used twice in one boot, so a disk that was pulled
/// and another one plugged in, or a renumbering, is seen. Null on kernels before 5.15, where the size alone is compared.
/// </param>
/// <param name="Bytes">Its size.</param>
/// <param name="Identity">Bay, serial, WWN: what people know it by.</param>
/// <param name="Effect">The most that may be done to it.</param>
/// <param name="Reason">Why it may be written: <c>set d1search is new and this drive was named for it</c>.</param>
public sealed record WritePermit(string Name, long? Sequence, long Bytes, string Identity, DiskEffect Effect, string Reason)
{
    /// <summary>The permit for an observed disk.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="sequences">Attachments, read before the look (<see cref="Attachments"/>).</param>
    /// <param name="identity">Bay, serial, WWN.</param>
    /// <param name="effect">The most that may be done to it.</param>
    /// <param name="reason">Why.</param>
    public static WritePermit For(BlockDevice disk, IReadOnlyDictionary<string, long> sequences, string identity, DiskEffect effect, string reason) =>
        new(disk.Name, sequences.TryGetValue(disk.Name, out var sequence) ? sequence : null, disk.Bytes, identity, effect, reason);
}

/// <summary>
/// The disks that a run may write: everything else is protected. Made by the planners, which are pure; an empty set is an
/// error, never "all" (docs/faults.md, fault 15).
/// </summary>
public sealed class WriteSet
{
    private readonly Dictionary<string, WritePermit> permits;

    /// <summary>The set of these permits.</summary>
    /// <param name="permits">One for each disk.</param>
    /// <param name="planned">Every UUID and GUID that the journal chose before anything was written, in any spelling.</param>
    /// <param name="wasBegun">True if an earlier run with the same ids began to write, and may have left half a partition table.</param>
    /// <exception cref="ArgumentException">There is none, or a disk has two.</exception>
    public WriteSet(IReadOnlyList<WritePermit> permits, IEnumerable<string> planned, bool wasBegun = false)
    {
        if (permits.Count == 0)
        {
            throw new ArgumentException("an empty selection means nothing, not everything", nameof(permits));
        }

        this.permits = permits.ToDictionary(permit => permit.Name, StringComparer.Ordinal);
        WasBegun = wasBegun;
        Planned = planned.Select(PlannedIds.Plain).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The permits.</summary>
    public IReadOnlyCollection<WritePermit> Permits => permits.Values;

    /// <summary>Ids that were chosen for what is made, in their plain spelling.</summary>
    public IReadOnlySet<string> Planned { get; }

    /// <summary>True if an earlier run with the same ids began to write.</summary>
    public bool WasBegun { get; }

    /// <summary>The permit of a disk, or null for a protected one.</summary>
    public WritePermit? Find(string name) => permits.GetValueOrDefault(name);
}

/// <summary>Ids compared without the punctuation that each tool spells them with.</summary>
internal static class PlannedIds
{
    /// <summary>Lower-case hexadecimal digits only: mdadm writes <c>f984cc96:7f1db3c8:...</c>, blkid <c>f984cc96-7f1d-b3c8-...</c>.</summary>
    public static string Plain(string id) => string.Concat(id.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>True if both are one id.</summary>
    public static bool Same(string? a, string? b) => a is not null && b is not null && Plain(a) == Plain(b);
}
