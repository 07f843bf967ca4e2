namespace Provision.Storage.Map;

/// <summary>Whether one thing is another, and if not, every reason why not; or why that could not be seen.</summary>
/// <param name="Reasons">Why not, with what was expected beside what was found; empty for a match.</param>
public readonly record struct Match(IReadOnlyList<string> Reasons)
{
    /// <summary>It is.</summary>
    public static Match Yes { get; } = new([]);

    /// <summary>True for a match.</summary>
    public bool IsMatch => Reasons.Count == 0;

    /// <summary>True if it could not be seen; the reasons say why.</summary>
    public bool IsUnseen { get; private init; }

    /// <summary>It could not be seen whether it is.</summary>
    public static Match Unseen(string why) => new([why]) { IsUnseen = true };

    /// <summary>It is not.</summary>
    public static Match No(params IReadOnlyList<string> reasons) => new(reasons);

    /// <summary>The reasons in one line.</summary>
    public override string ToString() => string.Join("; ", Reasons);
}
