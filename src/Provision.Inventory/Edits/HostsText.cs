using System.Text;

namespace Provision.Inventory;

/// <summary>The text of one file below <c>hosts/</c>, with the extent of each host's entry.</summary>
internal sealed class HostsText
{
    private readonly YamlMapping root;
    private readonly YamlMapping? hosts;
    private readonly SourceText source;
    private readonly string newLine;

    private HostsText(string path, string text, YamlMapping root)
    {
        source = new SourceText(path, text);
        this.root = root;
        hosts = root.Entry("hosts")?.Value as YamlMapping;
        newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
    }

    public string Path => source.Path;

    public string Text => source.Text;

    /// <summary>The site of the file's hosts, or null.</summary>
    public string? Site => (root.Entry("site")?.Value as YamlScalar)?.Text;

    /// <summary>True if the hosts are written between braces, where lines cannot be added.</summary>
    public bool IsFlow => hosts is { Entries.Count: > 0 } && Text[OffsetOf(hosts.Location)] == '{';

    /// <summary>Opens a file that has already been read without errors.</summary>
    public static HostsText Of(InventoryFile file)
    {
        var found = new DiagnosticBag();
        var tree = YamlReader.Read(file, found) as YamlMapping ?? YamlMapping.Empty;
        return new HostsText(file.Path, Utf8Text.Decode(file, found) ?? "", tree);
    }

    /// <summary>Returns the text with a host's entry inserted in name order.</summary>
    /// <param name="name">The host's name.</param>
    /// <param name="lines">The lines below the name, without indentation.</param>
    /// <param name="isRetired">Selects retired hosts; they are kept apart, so new hosts are not placed beside them.</param>
    public string WithHost(string name, IReadOnlyList<string> lines, Func<string, bool> isRetired)
    {
        if (hosts is null || hosts.Entries.Count == 0)
        {
            return WithFirstHost(name, lines);
        }

        var column = hosts.Entries[0].KeyLocation.Column - 1;
        var step = hosts.Entries[0].Value is YamlMapping { Entries: [var first, ..] } && first.KeyLocation.Line > hosts.Entries[0].KeyLocation.Line
            ? first.KeyLocation.Column - 1 - column
            : 2;
        var block = Block(name, lines, column, step);
        var spaced = IsSpaced();
        var (neighbour, after) = Neighbour(name, isRetired);
        if (after)
        {
            var line = LastLineOf(neighbour) + 1;
            return InsertedBefore(line, spaced ? newLine + block : block);
        }

        return InsertedBefore(FirstLineOf(neighbour), spaced ? block + newLine : block);
    }

    /// <summary>Returns the text with a host's status changed; the line is added if it is missing.</summary>
    public string WithStatus(string name, string status)
    {
        var host = hosts?.Entry(name)?.Value as YamlMapping ?? throw new ArgumentException($"{Path} has no host {name}", nameof(name));
        if (host.Entry("status")?.Value is YamlScalar scalar)
        {
            var start = OffsetOf(scalar.Location);
            var length = scalar.Text.Length + (scalar.IsQuoted ? 2 : 0);
            return Text[..start] + status + Text[(start + length)..];
        }

        var first = OffsetOf(host.Entries[0].KeyLocation);
        return Text[OffsetOf(host.Location)] == '{'
            ? Text[..first] + $"status: {status}, " + Text[first..]
            : Text[..first] + $"status: {status}" + newLine + new string(' ', host.Entries[0].KeyLocation.Column - 1) + Text[first..];
    }

    private string WithFirstHost(string name, IReadOnlyList<string> lines)
    {
        var block = Block(name, lines, 2, 2);
        if (root.Entry("hosts") is not { } entry)
        {
            var gap = Text.Length == 0 || Text.EndsWith('\n') ? "" : newLine;
            return Text + gap + "hosts:" + newLine + block;
        }

        // "hosts: {}" or "hosts:" with nothing below it: remove the rest of the line, but keep a comment.
        var line = entry.KeyLocation.Line;
        var start = source.StartOfLine(line);
        var text = source.LineAt(line);
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        var replaced = "hosts:" + (comment < 0 ? "" : text[comment..]) + newLine + block;
        var end = line < source.LineCount ? source.StartOfLine(line + 1) : Text.Length;
        return Text[..start] + replaced + Text[end..];
    }

    private string Block(string name, IReadOnlyList<string> lines, int column, int step)
    {
        var block = new StringBuilder();
        block.Append(' ', column).Append(name).Append(':').Append(newLine);
        foreach (var line in lines)
        {
            block.Append(' ', column + step).Append(line).Append(newLine);
        }

        return block.ToString();
    }

    /// <summary>Returns the entry beside which to insert, and whether to insert after it: hosts of one kind (store33, store34) are kept together.</summary>
    private (int Index, bool After) Neighbour(string name, Func<string, bool> isRetired)
    {
        var kind = Kind(name);
        var sameKind = Nearest(candidate => Kind(candidate).SequenceEqual(kind) && !isRetired(candidate));
        return sameKind ?? Nearest(candidate => !isRetired(candidate)) ?? Nearest(static _ => true)!.Value;

        (int, bool)? Nearest(Func<string, bool> counts)
        {
            (int Index, bool)? smallest = null;
            (int Index, bool)? below = null;
            for (var i = 0; i < hosts!.Entries.Count; i++)
            {
                var candidate = hosts.Entries[i].Key;
                if (!counts(candidate))
                {
                    continue;
                }

                if (NaturalOrder.Instance.Compare(candidate, name) < 0)
                {
                    below = below is { } best && NaturalOrder.Instance.Compare(hosts.Entries[best.Index].Key, candidate) > 0 ? below : (i, true);
                }
                else if (smallest is not { } other || NaturalOrder.Instance.Compare(hosts.Entries[other.Index].Key, candidate) > 0)
                {
                    smallest = (i, false);
                }
            }

            return below ?? smallest;
        }

        static string Kind(string host) => HostName.PrefixOf(host);
    }

    /// <summary>Returns the first line of an entry, including the comments directly above it.</summary>
    private int FirstLineOf(int index)
    {
        var line = hosts!.Entries[index].KeyLocation.Line;
        while (line > 1 && source.LineAt(line - 1).AsSpan().TrimStart().StartsWith("#"))
        {
            line--;
        }

        return line;
    }

    /// <summary>Returns the last line of an entry, without the blank lines and comments that precede the next one.</summary>
    private int LastLineOf(int index)
    {
        var column = hosts!.Entries[index].KeyLocation.Column - 1;
        var line = LineAfter(index) - 1;
        while (line > hosts.Entries[index].KeyLocation.Line)
        {
            var text = source.LineAt(line).AsSpan();
            var indent = text.Length - text.TrimStart().Length;
            if (!text.Trim().IsEmpty && !(text[indent] == '#' && indent <= column))
            {
                break;
            }

            line--;
        }

        return line;
    }

    /// <summary>Returns the line of the next key after an entry, or the line after the last one.</summary>
    private int LineAfter(int index)
    {
        if (index + 1 < hosts!.Entries.Count)
        {
            return hosts.Entries[index + 1].KeyLocation.Line;
        }

        var own = hosts.Entries[index].KeyLocation.Line;
        foreach (var entry in root.Entries)
        {
            if (entry.KeyLocation.Line > own)
            {
                return entry.KeyLocation.Line;
            }
        }

        for (var line = own + 1; line <= source.LineCount; line++)
        {
            if (source.LineAt(line).StartsWith("...", StringComparison.Ordinal))
            {
                return line;
            }
        }

        return source.LineCount + 1;
    }

    /// <summary>Returns true if blank lines separate the hosts.</summary>
    private bool IsSpaced()
    {
        var spaced = 0;
        for (var i = 0; i + 1 < hosts!.Entries.Count; i++)
        {
            spaced += source.LineAt(LastLineOf(i) + 1).AsSpan().Trim().IsEmpty ? 1 : -1;
        }

        return spaced > 0;
    }

    private string InsertedBefore(int line, string block)
    {
        if (line <= source.LineCount)
        {
            var start = source.StartOfLine(line);
            return Text[..start] + block + Text[start..];
        }

        return Text + (Text.EndsWith('\n') ? "" : newLine) + block;
    }

    private int OffsetOf(Location location) => source.StartOfLine(location.Line) + location.Column - 1;
}
