namespace Provision.Stores.Placement;

/// <summary>Formats lists of names for people.</summary>
internal static class Named
{
    private const int Shown = 6;

    /// <summary>Returns the names separated by commas; for many, the first ones and the total.</summary>
    public static string Of(IReadOnlyCollection<string> names, string thing) => names.Count switch
    {
        0 => $"no {thing}",
        <= Shown => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(Shown))} and {names.Count - Shown} more",
    };
}
