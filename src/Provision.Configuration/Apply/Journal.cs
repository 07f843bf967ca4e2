using Provision.Configuration.State;

namespace Provision.Configuration.Apply;

/// <summary>One file of a transaction.</summary>
/// <param name="Path">Path from <c>/</c>.</param>
/// <param name="Before">What the path held; null where it held nothing.</param>
/// <param name="After">What it shall hold; null where it shall be removed.</param>
public sealed record FileChange(string Path, FileImage? Before, FileImage? After);

/// <summary>
/// A transaction that has begun to change files. Every content in it, old and new, is already durable in a pack, so
/// whoever finds this record can finish the transaction alone.
/// </summary>
public sealed record Journal
{
    /// <summary>Names the staging folders of this transaction.</summary>
    public required string Transaction { get; init; }

    /// <summary>The changes, in the order they are made.</summary>
    public required IReadOnlyList<FileChange> Changes { get; init; }

    /// <summary>The state to record when all changes are made; what is owed to units is in it.</summary>
    public required HostState NextState { get; init; }

    /// <summary>The history entry to record with it.</summary>
    public required Generation Generation { get; init; }
}
