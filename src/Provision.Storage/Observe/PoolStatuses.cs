using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>What <c>zpool status</c> reports of the imported pools: as JSON from OpenZFS 2.3 on, else as its indented text.</summary>
internal static class PoolStatuses
{
    private const string Unknown = "the state of the drives of pools";

    // Headings of the classes of vdevs in the text, at the indentation of the pool's name.
    private static readonly string[] Classes = ["special", "dedup", "logs", "cache", "spares"];

    /// <summary>The reports by the pool's name.</summary>
    /// <param name="devices">The devices, to find the one of each leaf.</param>
    /// <param name="questions">Asks.</param>
    /// <param name="why">Why a pool has none.</param>
    public static IReadOnlyDictionary<string, PoolStatus> Find(IReadOnlyList<BlockDevice> devices, Questions questions, out string? why)
    {
        why = null;
        var leaves = new LeafDevices(devices, questions);
        if (questions.TryAsk("zpool", "status", "-j") is { } json && OfJson(questions.Parse(json.Output, "zpool status -j", Unknown),
            leaves) is { Count: > 0 } reports)
        {
            return reports;
        }

        if (questions.Ask(Unknown, "zpool", "status") is not { } answer)
        {
            why = questions.Why;
            return new Dictionary<string, PoolStatus>();
        }

        if (answer.ExitCode != 0)
        {
            questions.Failed("zpool status", answer, Unknown);
            why = questions.Why;
        }

        return OfText(answer.Output, questions.TryAsk("zpool", "status", "-g")?.Output, leaves);
    }

    /// <summary>Reads the text.</summary>
    /// <param name="text">Of <c>zpool status</c>.</param>
    /// <param name="guids">Of <c>zpool status -g</c>: the same lines with GUIDs for names; or null.</param>
    /// <param name="leaves">Finds devices.</param>
    internal static Dictionary<string, PoolStatus> OfText(string text, string? guids, LeafDevices leaves)
    {
        var found = new Dictionary<string, PoolStatus>(StringComparer.Ordinal);
        var guidParts = (guids ?? "").Split("  pool: ");
        foreach (var part in text.Split("  pool: ").Skip(1))
        {
            var name = part.Split('\n')[0].Trim();
            found[name] = OfPart(name, part, guidParts.FirstOrDefault(other => other.Split('\n')[0].Trim() == name), leaves);
        }

        return found;
    }

    private static PoolStatus OfPart(string name, string text, string? guids, LeafDevices leaves)
    {
        var scan = Value(text, "scan:") ?? "";
        var resilvering = scan.Contains("resilver in progress", StringComparison.Ordinal);
        var rows = Rows(text).ToList();
        var numbers = Rows(guids ?? "").Select(row => Number(row.Words[0])).ToList();
        var at = 0;
        var roots = new List<(string Class, IReadOnlyList<Vdev> Vdevs)>();
        while (at < rows.Count)
        {
            var head = rows[at];
            at++;
            roots.Add((head.Depth == 0 && Classes.Contains(head.Words[0]) ? head.Words[0] : name, Children(head.Depth)));
        }

        return new PoolStatus(
            Value(text, "state:") ?? "UNKNOWN",
            [.. roots.Where(root => root.Class is not ("spares" or "cache")).SelectMany(root => root.Vdevs)],
            [.. roots.Where(root => root.Class == "spares").SelectMany(root => root.Vdevs)],
            DataErrors(Value(text, "errors:")),
            resilvering,
            resilvering ? Percent(text) : null);

        List<Vdev> Children(int depth)
        {
            var children = new List<Vdev>();
            while (at < rows.Count && rows[at].Depth > depth)
            {
                var (row, guid) = (rows[at], numbers.Count == rows.Count ? numbers[at] : Number(rows[at].Words[0]));
                at++;
                var below = Children(row.Depth);
                var note = row.Words.Count > 5 ? string.Join(' ', row.Words.Skip(5)).Trim('(', ')') : null;
                children.Add(new Vdev(
                    row.Words[0], guid, below.Count > 0 ? null : leaves.Of(row.Words[0], guid), row.Words.Count > 1 ? row.Words[1] : "UNKNOWN",
                    new VdevErrors(Counter(row.Words.ElementAtOrDefault(2)), Counter(row.Words.ElementAtOrDefault(3)),
                        Counter(row.Words.ElementAtOrDefault(4))), note, below));
            }

            return children;
        }
    }

    /// <summary>The lines between the heading NAME STATE and the errors, with how deep they are indented.</summary>
    private static IEnumerable<(int Depth, List<string> Words)> Rows(string text)
    {
        var inTree = false;
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed.StartsWith("errors:", StringComparison.Ordinal))
            {
                yield break;
            }

            if (inTree && trimmed.Length > 0)
            {
                // Notes stand behind the counters; of a spare or a missing device there are none, so they are filled in.
                var words = trimmed.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
                if (words.Count > 2 && !char.IsAsciiDigit(words[2][0]))
                {
                    words.InsertRange(2, ["0", "0", "0"]);
                }

                var indent = line.Replace("\t", "", StringComparison.Ordinal);
                yield return (indent.Length - indent.TrimStart().Length, words);
            }

            inTree |= trimmed.StartsWith("NAME ", StringComparison.Ordinal) && trimmed.Contains(" STATE", StringComparison.Ordinal);
        }
    }

    /// <summary>Reads the JSON; empty if it is none of a version that is known.</summary>
    internal static Dictionary<string, PoolStatus> OfJson(Json json, LeafDevices leaves)
    {
        var found = new Dictionary<string, PoolStatus>(StringComparer.Ordinal);
        foreach (var (name, pool) in json["pools"].Members)
        {
            var scan = pool["scan_stats"];
            var resilvering = scan["function"].Text == "RESILVER" && scan["state"].Text is "SCANNING" or "DSS_SCANNING";
            var vdevs = pool["vdevs"].Members.SelectMany(root => root.Value["vdevs"].Members)
                .Concat(((string[])["special", "dedup", "logs"]).SelectMany(other => pool[other].Members))
                    .Select(member => OfJson(member.Name, member.Value, leaves)).ToList();
            if (pool["state"].Text is not { } state || pool["error_count"].Number is not { } errors || vdevs.Count == 0
                || vdevs.Exists(vdev => vdev.All.Any(part => part.State == "UNKNOWN")))
            {
                return []; // Of a shape that is not known: the text is.
            }

            found[name] = new PoolStatus(
                state, vdevs, [.. pool["spares"].Members.Select(member => OfJson(member.Name, member.Value, leaves))],
                Seen.Known(errors), resilvering, resilvering && double.TryParse(scan["percentage"].Text, CultureInfo.InvariantCulture, out var percent)
                    ? percent : null);
        }

        return found;
    }

    private static Vdev OfJson(string name, Json vdev, LeafDevices leaves)
    {
        var children = vdev["vdevs"].Members.Select(member => OfJson(member.Name, member.Value, leaves)).ToList();
        var guid = Number(vdev["guid"].Text);
        var state = vdev["state"].Text ?? "UNKNOWN";
        return new Vdev(
            name, guid, children.Count > 0 ? null : leaves.Of(vdev["path"].Text ?? name, guid), state == "HEALTHY" ? "ONLINE" : state,
            new VdevErrors(Counter(vdev["read_errors"].Text), Counter(vdev["write_errors"].Text), Counter(vdev["checksum_errors"].Text)),
            vdev["resilvering"].Exists || vdev["resilver_repaired"].Exists ? "resilvering" : vdev["aux"].Text ?? vdev["was"].Text, children);
    }

    private static Seen<long> DataErrors(string? line)
    {
        if (line?.StartsWith("No known data errors", StringComparison.Ordinal) == true)
        {
            return Seen.Known(0L);
        }

        var digits = line?.TakeWhile(char.IsAsciiDigit).Count() ?? 0;
        return digits > 0 && long.TryParse(line.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Seen.Known(number)
            : line?.StartsWith("Permanent errors", StringComparison.Ordinal) == true ? Seen.Known(1L)
            : Seen.Unseen<long>(line is null ? "zpool status: the answer is cut off before its errors" : $"zpool status: {line}");
    }

    private static string? Value(string text, string key) =>
        text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim();

    /// <summary>The number before "% done".</summary>
    private static double? Percent(string text)
    {
        var end = text.IndexOf("% done", StringComparison.Ordinal);
        var start = end;
        while (start > 0 && (char.IsAsciiDigit(text[start - 1]) || text[start - 1] == '.'))
        {
            start--;
        }

        return start < end && double.TryParse(text.AsSpan(start, end - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            ? percent : null;
    }

    /// <summary>46, or 1.2K as ZFS shortens it.</summary>
    private static long Counter(string? word)
    {
        word = string.IsNullOrEmpty(word) ? "0" : word;
        var unit = "KMGT".IndexOf(word[^1], StringComparison.Ordinal) + 1;
        return double.TryParse(unit > 0 ? word[..^1] : word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1e6
            ? (long)(number * Math.Pow(1000, unit))
            : 0;
    }

    private static ulong? Number(string? text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > uint.MaxValue ? number : null;
}

/// <summary>Finds the device of a leaf of a pool: by its GUID among the labels, else by its name or path.</summary>
internal sealed class LeafDevices(IReadOnlyList<BlockDevice> devices, Questions questions)
{
    private static readonly string[] Folders = ["/dev/disk/by-vdev/", "/dev/disk/by-id/", "/dev/disk/by-path/", "/dev/disk/by-partuuid/",
        "/dev/disk/by-partlabel/"];

    private readonly ILookup<ulong, BlockDevice> labels = devices.Where(device => device.Zfs is not null).ToLookup(device => device.Zfs!.VdevGuid);
    private readonly HashSet<string> names = [.. devices.Select(device => device.Name)];

    /// <summary>The kernel name, or null.</summary>
    public string? Of(string name, ulong? guid)
    {
        if (guid is { } known && labels[known].ToList() is [var labelled])
        {
            return labelled.Name;
        }

        var plain = name.StartsWith("/dev/", StringComparison.Ordinal) ? name["/dev/".Length..] : name;
        if (names.Contains(plain))
        {
            return plain;
        }

        return plain.Contains("..", StringComparison.Ordinal) ? null
            : (plain.Contains('/', StringComparison.Ordinal) ? ["/dev/" + plain] : Folders.Select(folder => folder + plain))
                .Select(path => questions.Reader.Resolve(path)?.Split('/')[^1]).FirstOrDefault(device => device is not null && names.Contains(device));
    }
}
