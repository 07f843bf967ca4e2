namespace Provision.Core;

/// <summary>A location in a text file.</summary>
/// <param name="Path">The file, as the user would type it (relative to the repository if it is in one).</param>
/// <param name="Line">1-based line; 0 if only the file is known.</param>
/// <param name="Column">1-based column in UTF-16 units, a tab counting as one; 0 if only the line is known.</param>
public readonly record struct Location(string Path, int Line, int Column) : IComparable<Location>
{
    /// <summary>Returns a location that names a whole file.</summary>
    public static Location OfFile(string path) => new(path, 0, 0);

    /// <summary>Orders by path (ordinal), then line, then column.</summary>
    public int CompareTo(Location other)
    {
        var byPath = string.CompareOrdinal(Path, other.Path);
        if (byPath != 0)
        {
            return byPath;
        }

        var byLine = Line.CompareTo(other.Line);
        return byLine != 0 ? byLine : Column.CompareTo(other.Column);
    }

    /// <summary>Returns <c>path:line:column</c> without the unknown parts.</summary>
    public override string ToString() =>
        Line == 0 ? Path : Column == 0 ? $"{Path}:{Line}" : $"{Path}:{Line}:{Column}";

    /// <inheritdoc cref="IComparable{T}.CompareTo"/>
    public static bool operator <(Location left, Location right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="IComparable{T}.CompareTo"/>
    public static bool operator >(Location left, Location right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="IComparable{T}.CompareTo"/>
    public static bool operator <=(Location left, Location right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="IComparable{T}.CompareTo"/>
    public static bool operator >=(Location left, Location right) => left.CompareTo(right) >= 0;
}
