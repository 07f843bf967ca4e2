using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Provision.Inventory;

/// <summary>
/// Reads one YAML document into a tree of positioned nodes. Dangerous or ambiguous YAML is rejected: tags, anchors and aliases, several documents, duplicate
/// keys, keys that are not text, excessive nesting.
/// </summary>
public sealed class YamlReader
{
    /// <summary>The maximum size of a file in bytes: ten times the stores of a thousand machines.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>The maximum nesting depth of lists and mappings; the format itself needs nine.</summary>
    public const int MaxDepth = 64;

    private const int IndexedFrom = 16;
    private readonly string path;
    private readonly DiagnosticBag found;
    private readonly Parser parser;

    // Elements of the lists and mappings that are still open; each removes its own from the end when it closes.
    private readonly List<YamlNode> openItems = [];
    private readonly List<YamlEntry> openEntries = [];

    private YamlReader(string path, string text, DiagnosticBag found)
    {
        this.path = path;
        this.found = found;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads the document's root; returns null if the file is empty or cannot be read (then an error is recorded).</summary>
    public static YamlNode? Read(InventoryFile file, DiagnosticBag found)
    {
        if (file.Content.Length > MaxBytes)
        {
            found.Error(Location.OfFile(file.Path), $"the file has {file.Content.Length:N0} bytes; at most {MaxBytes:N0} are read");
            return null;
        }

        var text = Utf8Text.Decode(file, found);
        if (text is null)
        {
            return null;
        }

        var reader = new YamlReader(file.Path, text, found);
        try
        {
            return reader.Document();
        }
        catch (RefusedException)
        {
            return null;
        }
        catch (YamlException error)
        {
            found.Error(reader.PlaceOf(error, text), "not YAML: " + Describe(error.Message));
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException
            or FormatException or OverflowException or NullReferenceException or KeyNotFoundException)
        {
            // The parser can leak this exception on malformed input (YamlDotNet#541) without a position: the last event is nearby.
            var near = reader.parser.Current is { } last ? reader.At(last.End) : Location.OfFile(file.Path);
            found.Error(near, "not YAML: this cannot be followed to its end", "a bracket, brace or quote may not be closed");
            return null;
        }
    }

    /// <summary>Returns the place of an error: the parser begins a wrong indent where the mapping begins, hundreds of lines above.</summary>
    private Location PlaceOf(YamlException error, string text)
    {
        if (error.Message.Contains("tab", StringComparison.Ordinal))
        {
            var line = text.Split('\n').Skip((int)error.Start.Line - 1).Select((content, index) => (content, index))
                .FirstOrDefault(one => one.content.TrimStart(' ').StartsWith('\t'), (content: "", index: -1));
            if (line.index >= 0)
            {
                return new Location(path, (int)error.Start.Line + line.index, line.content.IndexOf('\t') + 1);
            }
        }

        return At(error.Message.Contains("block", StringComparison.Ordinal) ? error.End : error.Start);
    }

    private YamlNode? Document()
    {
        Next();
        var first = Next();
        if (first is StreamEnd)
        {
            return null;
        }

        if (first is DocumentStart { Version: not null } or DocumentStart { Tags.Count: > 0, IsImplicit: false })
        {
            RefuseDirectives((DocumentStart)first);
        }

        var root = Node(Next(), 0);
        if (Next() is DocumentEnd && Next() is { } rest and not StreamEnd)
        {
            // An explicit "---" here starts a second document; without it the rest does not belong to the first value.
            throw Refuse(rest, rest is DocumentStart { IsImplicit: false }
                ? "a second document in one file; only one is read"
                : "this does not belong to the value above it; the document has ended");
        }

        return root is YamlScalar { IsNull: true } ? null : root;
    }

    private void RefuseDirectives(DocumentStart start)
    {
        foreach (var tag in start.Tags!)
        {
            if (tag.Handle is not ("!" or "!!"))
            {
                throw Refuse(start, "YAML tags are refused");
            }
        }
    }

    private YamlNode Node(ParsingEvent current, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Refuse(current, $"lists and mappings nest deeper than {MaxDepth} levels");
        }

        if (current is AnchorAlias alias)
        {
            throw Refuse(current, $"the alias \"*{alias.Value}\": YAML aliases are refused", "write the value out");
        }

        if (current is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            throw Refuse(current, $"the anchor \"&{anchored.Anchor.Value}\": YAML anchors are refused", "write the value out where it is needed");
        }

        if (current is NodeEvent { Tag.IsEmpty: false } tagged)
        {
            throw Refuse(current, $"the tag \"{tagged.Tag}\": YAML tags are refused");
        }

        return current switch
        {
            Scalar scalar => new YamlScalar(At(scalar.Start), scalar.Value, scalar.Style != ScalarStyle.Plain),
            SequenceStart => Sequence(current, depth),
            MappingStart => Mapping(current, depth),
            _ => throw Refuse(current, "a value was expected here"),
        };
    }

    private YamlSequence Sequence(ParsingEvent start, int depth)
    {
        var first = openItems.Count;
        for (var current = Next(); current is not SequenceEnd; current = Next())
        {
            openItems.Add(Node(current, depth + 1));
        }

        return new YamlSequence(At(start.Start), TakeFrom(openItems, first));
    }

    private YamlMapping Mapping(ParsingEvent start, int depth)
    {
        var first = openEntries.Count;
        Dictionary<string, Location>? places = null;
        for (var current = Next(); current is not MappingEnd; current = Next())
        {
            if (Node(current, depth + 1) is not YamlScalar key)
            {
                throw Refuse(current, "a list or mapping as a key");
            }

            var value = Node(Next(), depth + 1);
            if (PlaceOf(key.Text, first, ref places) is { } place)
            {
                found.Add(Diagnostic.Error(key.Location, $"the key \"{key.Text}\" stands twice in one mapping") with
                {
                    Related = [new RelatedLocation(place, "first here")],
                });
            }
            else
            {
                openEntries.Add(new YamlEntry(key.Text, key.Location, value));
                places?.Add(key.Text, key.Location);
            }
        }

        return new YamlMapping(At(start.Start), TakeFrom(openEntries, first));
    }

    /// <summary>
    /// Returns the location of an earlier occurrence of a key in the mapping that began at <paramref name="first"/>; large mappings get an index.
    /// </summary>
    private Location? PlaceOf(string key, int first, ref Dictionary<string, Location>? places)
    {
        if (places is null && openEntries.Count - first >= IndexedFrom)
        {
            places = new Dictionary<string, Location>(StringComparer.Ordinal);
            for (var i = first; i < openEntries.Count; i++)
            {
                places.Add(openEntries[i].Key, openEntries[i].KeyLocation);
            }
        }

        if (places is not null)
        {
            return places.TryGetValue(key, out var place) ? place : null;
        }

        for (var i = first; i < openEntries.Count; i++)
        {
            if (openEntries[i].Key == key)
            {
                return openEntries[i].KeyLocation;
            }
        }

        return null;
    }

    private static T[] TakeFrom<T>(List<T> open, int first)
    {
        var taken = new T[open.Count - first];
        open.CopyTo(first, taken, 0, taken.Length);
        open.RemoveRange(first, taken.Length);
        return taken;
    }

    private ParsingEvent Next() =>
        parser.MoveNext() ? parser.Current! : throw new InvalidOperationException("the file ends too early");

    private RefusedException Refuse(ParsingEvent where, string message, string? hint = null)
    {
        found.Error(At(where.Start), message, hint);
        return new RefusedException();
    }

    private Location At(Mark mark) => new(path, (int)mark.Line, (int)mark.Column);

    private static string Describe(string message)
    {
        message = message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return message.Length == 0 ? "malformed" : char.ToLowerInvariant(message[0]) + message[1..];
    }

    /// <summary>Aborts reading one file after its error was recorded.</summary>
#pragma warning disable RCS1194 // It is thrown and caught in this file alone.
    private sealed class RefusedException : Exception;
#pragma warning restore RCS1194
}
