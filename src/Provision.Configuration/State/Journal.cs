namespace Provision.Configuration.State;

/// <summary>One file of a transaction.</summary>
/// <param name="Path">Path from <c>/</c>.</param>
/// <param name="Before">The previous file; null if there was none.</param>
/// <param name="After">The new file; null if it is to be removed.</param>
public sealed record FileChange(string Path, FileImage? Before, FileImage? After);

/// <summary>A transaction that has begun to change files. All its contents, old and new, are already durable in a pack, so any later run can complete it from
/// this record alone.</summary>
public sealed record Journal
{
    /// <summary>Name of the transaction's staging directories.</summary>
    public required string Transaction { get; init; }

    /// <summary>The changes, in order.</summary>
    public required IReadOnlyList<FileChange> Changes { get; init; }

    /// <summary>The host record to write when all changes are made, including the actions owed to units.</summary>
    public required HostState NextState { get; init; }

    /// <summary>The history entry to write with it.</summary>
    public required Generation Generation { get; init; }
}
