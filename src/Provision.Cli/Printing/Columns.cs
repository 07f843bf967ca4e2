namespace Provision.Cli.Printing;

/// <summary>Prints rows in aligned columns, two blanks apart, readable for people and awk alike.</summary>
internal static class Columns
{
    /// <summary>Writes a heading and rows; the last column is not padded.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string> heading, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.ToList();
        var widths = heading.Select((name, column) => all.Select(row => row[column].Length).Append(name.Length).Max()).ToList();
        output.WriteLine(Ink.Bold(Line(heading, widths)));
        foreach (var row in all)
        {
            output.WriteLine(Line(row, widths));
        }
    }

    private static string Line(IReadOnlyList<string> row, List<int> widths) =>
        string.Join("  ", row.Select((cell, column) => column == row.Count - 1 ? cell : cell.PadRight(widths[column]))).TrimEnd();
}
