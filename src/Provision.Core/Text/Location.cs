namespace Provision.Core;

/// <summary>A place in a text file, as people and editors name it.</summary>
/// <param name="Path">The file, as the user would type it (relative to the repository where it is in one).</param>
/// <param name="Line">1-based line; 0 when only the file is known.</param>
/// <param name="Column">1-based column in UTF-16 units, a tab counting one; 0 when only the line is known.</param>
public readonly record struct Location(string Path, int Line, int Column) : IComparable<Location>
{
    /// <summary>A location that names a whole file.</summary>
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

    /// <summary><c>path:line:column</c>, leaving out what is not known.</summary>
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
