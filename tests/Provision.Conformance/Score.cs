namespace Provision.Conformance;

/// <summary>How many of how many.</summary>
internal sealed class Score
{
    internal int Passed { get; set; }

    internal int All { get; set; }
}

/// <summary>What is measured, and what must be reached.</summary>
internal static class Marks
{
    internal static readonly string[] Names = ["outputs", "error phase", "error position"];

    internal static readonly (int Tier, int Mark, double Share)[] Required = [(1, 0, 0.99), (2, 0, 0.95), (1, 1, 0.98), (2, 1, 0.98), (3, 1, 0.98)];
}
