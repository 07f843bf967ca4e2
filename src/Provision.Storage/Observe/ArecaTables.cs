using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>A row of <c>cli64 disk info</c>.</summary>
/// <param name="Number">The tool's own number of the drive, for <c>drv=N</c>.</param>
/// <param name="Enclosure">Enclosure.</param>
/// <param name="Slot">Slot, from 1.</param>
/// <param name="Model">Model; null for an empty slot.</param>
/// <param name="Bytes">Size, as exact as the tool reports it.</param>
/// <param name="Usage">The RAID set's name, or Free, HotSpare, Failed, N.A.</param>
internal sealed record ArecaRow(int Number, int Enclosure, int Slot, string? Model, long Bytes, string Usage);

/// <summary>The answer of <c>cli64 disk info drv=N</c>; null for what it does not report.</summary>
internal sealed record ArecaDetails(string? Model, string? Serial, string? State, long MediaErrors, long Timeouts, bool? Rotates, int? Celsius);

/// <summary>
/// The tables that Areca's tool prints, in all their spellings: aligned or with blanks collapsed, slots as <c>Slot#1</c>, <c>Slot 01</c>,
/// <c>Slot00</c> or <c>SLOT 001</c>, counted from 1 or from 0, names with blanks in them.
/// </summary>
internal static class ArecaTables
{
    /// <summary>Rows of <c>disk info</c>; lines with numbers in front that are no such rows are strange.</summary>
    public static IReadOnlyList<ArecaRow> Drives(string text, out List<string> strange)
    {
        strange = [];
        var rows = new List<ArecaRow>();
        var (enclosures, right) = (false, -1);
        foreach (var line in Lines(text))
        {
            var words = Words(line);
            if (words.Count > 2 && words.FindIndex(word => word.Text == "Capacity") is >= 0 and var head)
            {
                // Aligned tables end their capacities where the heading ends; in those with collapsed blanks nothing is aligned.
                (enclosures, right) = (words[1].Text.StartsWith("Enc", StringComparison.Ordinal),
                    line.Contains("  ", StringComparison.Ordinal) ? words[head].End : -1);
            }
            else if (enclosures && IsPort(words))
            {
                // A port of the expander or backplane itself (EXTP 01) without anything at it: no bay, and no drive.
            }
            else if (DriveOf(line, words, right) is { } row)
            {
                rows.Add(row);
            }
            else if (words.Count > 1 && words[0].Text.All(char.IsAsciiDigit))
            {
                strange.Add(line.Trim());
            }
        }

        // An enclosure with a slot 0 counts from 0; the tool lists every slot, empty ones too.
        var fromZero = rows.Where(row => row.Slot == 0).Select(row => row.Enclosure).ToHashSet();
        return [.. rows.Select(row => fromZero.Contains(row.Enclosure) ? row with { Slot = row.Slot + 1 } : row)];
    }

    /// <summary>What a usage means: <c>HotSpare[Global]</c>, <c>Pass Through</c>, <c>Failed</c>; any other word is the name of a RAID set.</summary>
    public static ArecaUse UseOf(string usage)
    {
        var word = string.Concat(usage.Split('[', '(')[0].Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return word switch
        {
            "HOTSPARE" or "GLOBALHOTSPARE" or "DEDICATEDHOTSPARE" or "HOTSPAREGLOBAL" or "ENCLOSUREHOTSPARE" => ArecaUse.HotSpare,
            "FAILED" or "FAIL" or "OFFLINE" or "MISSING" or "INCOMPATIBLE" or "UNUSABLE" => ArecaUse.Failed,
            "JBOD" or "PASSTHROUGH" or "PASSTHRU" => ArecaUse.PassThrough,
            "FREE" or "NA" or "" => ArecaUse.Free,
            _ => ArecaUse.Member,
        };
    }

    /// <summary>Rows of <c>vsf info</c>.</summary>
    /// <param name="text">The table.</param>
    /// <param name="controller">The controller it is of.</param>
    /// <param name="sets">Names of RAID sets, from the drives: where blanks are collapsed only they tell where one name ends and the next begins.</param>
    /// <param name="strange">Lines that look like rows and are none.</param>
    public static IReadOnlyList<ArecaVolume> Volumes(string text, int controller, IReadOnlyCollection<string> sets, out List<string> strange)
    {
        strange = [];
        var volumes = new List<ArecaVolume>();
        var raidColumn = -1;
        foreach (var line in Lines(text))
        {
            if (line.Contains("Raid Name", StringComparison.Ordinal))
            {
                raidColumn = line.Contains("  ", StringComparison.Ordinal) ? line.IndexOf("Raid Name", StringComparison.Ordinal) : -1;
                continue;
            }

            var words = Words(line);
            if (VolumeOf(line, words, controller, raidColumn, sets) is { } volume)
            {
                volumes.Add(volume);
            }
            else if (words.Count > 1 && words[0].Text.All(char.IsAsciiDigit))
            {
                strange.Add(line.Trim());
            }
        }

        return volumes;
    }

    /// <summary>The tool's answer about one drive.</summary>
    public static ArecaDetails Details(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Lines(text))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[(colon + 1)..].Trim() is { Length: > 0 } value && value is not ("N.A." or "NA"))
            {
                values.TryAdd(line[..colon].Trim(), value);
            }
        }

        var rotation = values.GetValueOrDefault("Rotation Speed");
        return new ArecaDetails(
            values.GetValueOrDefault("Model Name"), values.GetValueOrDefault("Serial Number"), values.GetValueOrDefault("Device State"),
            Leading(values.GetValueOrDefault("Media Error Count")) ?? 0, Leading(values.GetValueOrDefault("Timeout Count")) ?? 0,
            rotation is null ? null : Leading(rotation) is { } turns ? turns > 1
                : rotation.Contains("SSD", StringComparison.OrdinalIgnoreCase) || rotation.Contains("Solid", StringComparison.OrdinalIgnoreCase) ? false : null,
            (int?)Leading(values.GetValueOrDefault("Device Temperature") ?? values.GetValueOrDefault("Device Temperature(C)")));
    }

    /// <summary>The state of a volume set in our words.</summary>
    public static SetHealth HealthOf(string state)
    {
        var word = state.Split('(')[0].Trim().ToUpperInvariant();
        return word switch
        {
            "NORMAL" => SetHealth.Normal,
            "DEGRADED" or "NEED REBUILD" => SetHealth.Degraded,
            "REBUILDING" => SetHealth.Rebuilding,
            "INITIALIZING" or "CHECKING" or "MIGRATING" or "NEED INIT" or "FOREGROUND INIT" or "BACKGROUND INIT" => SetHealth.Busy,
            "FAILED" or "INCOMPLETE" or "OFFLINE" => SetHealth.Failed,
            _ => SetHealth.Unknown,
        };
    }

    /// <summary><c>9 02 Slot 01 WDC WD2003FYYS-02W0B0 2000.4GB i33d1spool</c>; controllers without enclosures have a channel in the place of both.</summary>
    private static ArecaRow? DriveOf(string line, List<Word> words, int right)
    {
        // Names of sets and models may end in a size too: the one below the heading, else the one that is written as the tool writes sizes.
        var capacity = words.FindIndex(word => word.End == right && BytesOf(word.Text) is not null) is >= 0 and var aligned ? aligned
            : words.FindLastIndex(word => word.Text.Contains('.', StringComparison.Ordinal) && BytesOf(word.Text) is not null) is >= 0 and var exact ? exact
            : words.FindLastIndex(word => BytesOf(word.Text) is not null);
        if (capacity < 2 || NumberOf(words[0].Text) is not { } number || NumberOf(words[1].Text) is not { } place)
        {
            return null;
        }

        var (enclosure, slot, model) = (1, place, 2);
        if (words[2].Text.StartsWith("slot", StringComparison.OrdinalIgnoreCase))
        {
            var digits = words[2].Text["slot".Length..].TrimStart('#');
            model = digits.Length > 0 ? 3 : 4;
            if (model > capacity || NumberOf(digits.Length > 0 ? digits : words[3].Text.TrimStart('#')) is not { } numbered)
            {
                return null;
            }

            (enclosure, slot) = (place, numbered);
        }

        var name = model < capacity ? line[words[model].Start..words[capacity].Start].Trim() : "";
        var usage = line[words[capacity].End..].Trim();
        usage = usage.EndsWith("<<", StringComparison.Ordinal) ? usage[..^2].TrimEnd() : usage;
        return new ArecaRow(number, enclosure, slot, name is "N.A." or "" ? null : name, BytesOf(words[capacity].Text)!.Value,
            usage.Length == 0 ? "N.A." : usage);
    }

    /// <summary><c>33 02 EXTP 01 N.A. 0.0GB N.A.</c>: behind the enclosure stands neither a slot nor a drive.</summary>
    private static bool IsPort(List<Word> words) =>
        words.Count > 4 && NumberOf(words[0].Text) is not null && NumberOf(words[1].Text) is not null && words[2].Text.All(char.IsAsciiLetterUpper)
        && !words[2].Text.StartsWith("SLOT", StringComparison.Ordinal) && words.Exists(word => word.Text == "N.A.")
            && words.Exists(word => BytesOf(word.Text) == 0);

    /// <summary><c>1 i33d1spool i33d1spool Raid6 20000.0GB 00/00/00 Normal</c></summary>
    private static ArecaVolume? VolumeOf(string line, List<Word> words, int controller, int raidColumn, IReadOnlyCollection<string> sets)
    {
        var address = words.FindLastIndex(word => word.Text.Split('/') is { Length: 3 } parts && parts.All(part => NumberOf(part) is not null));
        if (address < 4 || address == words.Count - 1 || NumberOf(words[0].Text) is null || BytesOf(words[address - 1].Text) is not { } bytes)
        {
            return null;
        }

        var level = words[address - 2];
        var names = line[words[1].Start..level.Start].TrimEnd();
        var state = line[words[address].End..].Trim();
        if (names.Length == 0)
        {
            return null;
        }

        var (name, set) = Split(names, raidColumn - words[1].Start, sets);
        return new ArecaVolume(controller, name, set, level.Text, bytes, HealthOf(state), state, words[address].Text);
    }

    /// <summary>A volume's name and its set's: by the column, by the names known, by the width of the gap, or at the last blank.</summary>
    private static (string Name, string Set) Split(string names, int column, IReadOnlyCollection<string> sets)
    {
        if (column > 0 && column < names.Length && names[column - 1] == ' ' && names[column] != ' ')
        {
            return (names[..column].Trim(), names[column..]);
        }

        var gap = names.LastIndexOf("  ", StringComparison.Ordinal);
        var known = sets.Where(set => names.EndsWith(" " + set, StringComparison.Ordinal)).MaxBy(set => set.Length);
        var cut = known is not null ? names.Length - known.Length
            : gap >= 0 ? gap + 2
            : names.LastIndexOf(" Raid Set ", StringComparison.Ordinal) is > 0 and var raidSet ? raidSet + 1
            : names.LastIndexOf(' ') + 1;
        return (names[..cut].Trim(), names[cut..]);
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(line => line.Replace('\t', ' ').TrimEnd('\r', ' ')).Where(line => line.Length is > 0 and < 1000);

    private static List<Word> Words(string line)
    {
        var words = new List<Word>();
        for (var start = 0; start < line.Length; start++)
        {
            if (line[start] != ' ')
            {
                var end = line.IndexOf(' ', start) is > 0 and var blank ? blank : line.Length;
                words.Add(new Word(line[start..end], start, end));
                start = end;
            }
        }

        return words;
    }

    /// <summary>Bytes of <c>2000.4GB</c>; null for another word.</summary>
    private static long? BytesOf(string word)
    {
        var unit = word.Length < 3 ? 0 : word[^2..] switch { "MB" => 1e6, "GB" => 1e9, "TB" => 1e12, _ => 0 };
        return unit > 0 && double.TryParse(word.AsSpan(0, word.Length - 2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * unit < 1e18
            ? (long)Math.Round(value * unit)
            : null;
    }

    private static int? NumberOf(string word) =>
        word.Length is > 0 and <= 4 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The number that a text begins with; null if it begins with none.</summary>
    private static long? Leading(string? text)
    {
        var digits = (text ?? "").TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and < 10 ? long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }

    private readonly record struct Word(string Text, int Start, int End);
}
