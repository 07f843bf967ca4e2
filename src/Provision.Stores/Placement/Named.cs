namespace Provision.Stores.Placement;

/// <summary>Writes lists of names as people read them.</summary>
internal static class Named
{
    private const int Shown = 6;

    /// <summary>The names between commas; of many the first and how many there are.</summary>
    public static string Of(IReadOnlyCollection<string> names, string thing) => names.Count switch
    {
        0 => $"no {thing}",
        <= Shown => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(Shown))} and {names.Count - Shown} more",
    };
}
