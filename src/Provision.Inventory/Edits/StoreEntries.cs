using System.Text;

namespace Provision.Inventory;

/// <summary>The intended placement of a store.</summary>
/// <param name="Name">The store.</param>
/// <param name="Class">Its class.</param>
/// <param name="Slots">Names of its slots; the first is the preferred master.</param>
public sealed record NewStore(string Name, string Class, IReadOnlyList<string> Slots);

/// <summary>Edits stores' entries: slots are replaced in place, added after the last, or removed at the end; new stores follow the last.</summary>
public static class StoreEntries
{
    private const string NewFile = "hosts/stores.yaml";

    /// <summary>
    /// Sets the placement of stores; comments and order are preserved, and stores not named are left unchanged. Nothing is written to disk; the edit is refused
    /// if the changed stores are in several files, or if the inventory has errors before or after it.
    /// </summary>
    public static InventoryEdit Place(InventoryFiles files, IReadOnlyList<NewStore> stores)
    {
        var loaded = InventoryLoader.Load(files);
        if (loaded.Fleet is not { } fleet)
        {
            return InventoryEdit.Refused(loaded.Diagnostics);
        }

        var changes = new List<Change>();
        foreach (var store in stores)
        {
            if (fleet.FindStore(store.Name) is { } known)
            {
                for (var place = 0; place < Math.Max(known.Slots.Count, store.Slots.Count); place++)
                {
                    var (old, fresh) = (known.Slots.ElementAtOrDefault(place), store.Slots.ElementAtOrDefault(place));
                    if (old != fresh)
                    {
                        // Slots added or removed are anchored to the slot before them.
                        changes.Add(new Change(
                            known.At($"slots.{Math.Min(place, known.Slots.Count - 1)}"),
                            known.At($"slots.{Math.Max(place - 1, 0)}"),
                            old,
                            fresh,
                            place));
                    }
                }
            }
        }

        var added = stores.Where(store => fleet.FindStore(store.Name) is null).ToList();
        var paths = changes.Select(static change => change.At.Path)
            .Concat(added.Count == 0 ? [] : [PathOfNew(fleet)]).Distinct(StringComparer.Ordinal).ToList();
        if (paths.Count != 1)
        {
            return InventoryEdit.Refused(paths.Count == 0 ? [] :
                [Diagnostic.Error(
                    Location.OfFile(paths[0]),
                    $"the stores that change lie in {paths.Count} files: {string.Join(", ", paths)}",
                    "edit them by hand, or put all stores into one file")]);
        }

        var text = files.Find(paths[0]) is { } file ? Encoding.UTF8.GetString(file.Content.Span) : "";
        var source = new SourceText(paths[0], text);
        var after = new StringBuilder(text);

        // From the end, so that the positions of the remaining changes stay valid.
        if (added.Count > 0)
        {
            Append(after, source, fleet, added);
        }

        foreach (var change in changes.OrderByDescending(static change => (change.At, -change.Place)))
        {
            Make(change, after, text, source);
        }

        return InventoryEdit.Of(files, paths[0], text, after.ToString());
    }

    private static void Make(Change change, StringBuilder after, string text, SourceText source)
    {
        var (start, end) = Extent(change.At, text, source);
        var line = source.StartOfLine(change.At.Line);
        var dash = text[line..start].Trim() == "-" ? text[line..start] : null;
        switch (change)
        {
            case { Before: { } before, After: { } fresh }:
                start += text[start] is '"' or '\'' ? 1 : 0;
                after.Remove(start, before.Length).Insert(start, fresh);
                break;
            case { After: { } fresh } when dash is null:
                after.Insert(end, ", " + fresh);
                break;
            case { After: { } fresh }:
                var next = text.IndexOf('\n', end);
                after.Insert(next < 0 ? text.Length : next, $"\n{dash}{fresh}");
                break;
            default:
                start = dash is null ? Extent(change.Previous, text, source).End : line - 1;
                end = dash is null ? end : text.IndexOf('\n', end) is var last && last < 0 ? text.Length : last;
                after.Remove(start, end - start);
                break;
        }
    }

    /// <summary>Returns the extent of a slot's name in the text, including its quotes.</summary>
    private static (int Start, int End) Extent(Location at, string text, SourceText source)
    {
        var start = source.StartOfLine(at.Line) + at.Column - 1;
        return (start, text[start] is '"' or '\''
            ? text.IndexOf(text[start], start + 1) + 1
            : text.IndexOfAny([' ', ',', ']', '\n', '\r'], start) is var end && end < 0 ? text.Length : end);
    }

    /// <summary>
    /// A change to one position of a store's list: a replaced slot, one added after the last (<paramref name="Before"/> is null), or one removed
    /// (<paramref name="After"/> is null).
    /// </summary>
    private sealed record Change(Location At, Location Previous, string? Before, string? After, int Place);

    private static string PathOfNew(Fleet fleet) => fleet.Stores.Count == 0 ? NewFile : fleet.Stores[^1].Location.Path;

    private static void Append(StringBuilder text, SourceText source, Fleet fleet, List<NewStore> added)
    {
        var lines = string.Concat(added.Select(store =>
            $"{store.Name}: {{ class: {store.Class}, slots: [{string.Join(", ", store.Slots)}] }}\n{Indent(fleet)}")).TrimEnd(' ');
        if (fleet.Stores.Count == 0)
        {
            text.Append(text.Length == 0 || text[^1] == '\n' ? "" : "\n").Append("stores:\n").Append(Indent(fleet)).Append(lines);
            return;
        }

        // After the last line of the store that comes last in the file.
        var last = fleet.Stores.Where(store => store.Location.Path == source.Path).Max(static store =>
            Enumerable.Range(0, store.Slots.Count).Select(place => store.At($"slots.{place}").Line).Append(store.At("class").Line).Max());
        var at = last < source.LineCount ? source.StartOfLine(last + 1) : text.Length;
        text.Insert(at, (at == text.Length && text[^1] != '\n' ? "\n" : "") + Indent(fleet) + lines);
    }

    private static string Indent(Fleet fleet) => new(' ', fleet.Stores.Count == 0 ? 2 : fleet.Stores[^1].Location.Column - 1);
}
