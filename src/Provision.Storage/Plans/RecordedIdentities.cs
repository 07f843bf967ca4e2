using Provision.Inventory;

namespace Provision.Storage.Plans;

/// <summary>What a unit or pool is known by, in the fixed form of plans.</summary>
internal static class RecordedIdentities
{
    /// <summary><c>uuid X</c>, <c>wwn Y</c>, <c>table Z</c>, as far as they are recorded.</summary>
    public static IReadOnlyList<string> Of(DriveRecord? record, string unit) =>
        record?.Units.FirstOrDefault(known => known.Name == unit) is { } entry
            ? [.. new[] { ("uuid", entry.Uuid), ("wwn", entry.Wwn), ("table", entry.Table) }.Where(pair => pair.Item2 is not null)
                .Select(pair => $"{pair.Item1} {pair.Item2}")]
            : [];
}
