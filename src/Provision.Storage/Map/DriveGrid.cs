using System.Globalization;
using System.Text;
using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>Colours of a grid; each adds to text that says the same by letters.</summary>
/// <param name="Problem">For what differs.</param>
/// <param name="Warning">For what needs a look.</param>
/// <param name="Good">For what is well.</param>
/// <param name="Bold">For headings.</param>
public sealed record GridInk(Func<string, string> Problem, Func<string, string> Warning, Func<string, string> Good, Func<string, string> Bold)
{
    /// <summary>No colours.</summary>
    public static GridInk Plain { get; } = new(static text => text, static text => text, static text => text, static text => text);
}

/// <summary>Draws a machine's panels as a person in front of them sees them, in at most 100 columns.</summary>
public sealed class DriveGrid
{
    private const int Columns = 100;
    private const int WidestCell = 18;
    private readonly DriveMap map;
    private readonly GridInk ink;
    private readonly StringBuilder text = new();

    private DriveGrid(DriveMap map, GridInk ink)
    {
        this.map = map;
        this.ink = ink;
    }

    /// <summary>Panels, sets, strangers and findings.</summary>
    public static string Of(DriveMap map, GridInk ink) => new DriveGrid(map, ink).Draw();

    private string Draw()
    {
        var chassis = map.Layout.Chassis;
        text.Append(CultureInfo.InvariantCulture,
            $"{ink.Bold(map.Layout.Host.Name)}  {chassis.Name}, {chassis.RackUnits}U, observed {map.Machine.Taken.UtcDateTime:yyyy-MM-dd HH:mm} UTC\n");
        foreach (var panel in chassis.Panels)
        {
            Panel(panel);
        }

        Legend();
        Sets();
        Findings();
        return text.ToString();
    }

    private void Panel(Panel panel)
    {
        var columns = panel.Grid.Max(row => row.Count);
        var width = Math.Min(WidestCell, ((Columns - 1) / columns) - 1);
        text.Append('\n').Append(ink.Bold(panel.Name)).Append(CultureInfo.InvariantCulture, $"  {panel.Bays.Count()} bays on {panel.Controller}\n");
        for (var row = 0; row < panel.Grid.Count; row++)
        {
            Rule(row == 0 ? "┌┬┐" : "├┼┤", columns, width);
            var cells = panel.Grid[row].Select(label => Cell(panel.Name, label, width)).ToList();
            for (var line = 0; line < cells[0].Count; line++)
            {
                text.Append('│').AppendJoin('│', cells.Select(cell => cell[line])).Append("│\n");
            }
        }

        Rule("└┴┘", columns, width);
    }

    private void Rule(string corners, int columns, int width) =>
        text.Append(corners[0]).AppendJoin(corners[1], Enumerable.Repeat(new string('─', width), columns)).Append(corners[2]).Append('\n');

    private List<string> Cell(string panel, int label, int width)
    {
        var wide = width >= 12;
        if (label == 0 || map.Find(new Bay(panel, label)) is not { } bay)
        {
            return [.. Enumerable.Repeat(new string('░', width), wide ? 4 : 3)];
        }

        var mark = BayMark.Of(bay);
        var number = label.ToString(CultureInfo.InvariantCulture);
        var set = bay.Set?.Layout.Key ?? "";
        if (!wide)
        {
            return [Fit(number), Paint(mark, Fit(mark.Letter == "o" ? "ok" : mark.Letter + mark.Sign)), Fit(set)];
        }

        var state = mark.Sign.Length == 0 ? mark.Word : $"{mark.Sign} {mark.Word}";
        var head = $" {number}{(bay.Encryption == VolumeEncryption.Self ? " E" : "")}";
        var device = Printable.Of(bay.Drive?.Device ?? "", 12);
        var what = BayMark.DriveWord(bay);
        return
        [
            head + Paint(mark, state.PadLeft(width - head.Length - 1)) + " ",
            Fit($" {what}{device.PadLeft(Math.Max(1 + device.Length, width - what.Length - 2))}"),
            Fit(bay.Set is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {set} {bay.Index}")),
            Fit(" " + Tail(BayMark.SerialWord(bay), width - 2)),
        ];

        string Fit(string content) => content.Length > width ? content[..width] : content.PadRight(width);
    }

    /// <summary>The end of a serial number tells drives of one model apart.</summary>
    private static string Tail(string serial, int width) => serial.Length > width ? ".." + serial[^(width - 2)..] : serial;

    private string Paint(BayMark mark, string padded) => mark.Severity switch
    {
        FindingSeverity.Problem => ink.Problem(padded),
        FindingSeverity.Warning or FindingSeverity.Unknown => ink.Warning(padded),
        null when mark.Word == "ok" => ink.Good(padded),
        _ => padded,
    };

    private void Legend()
    {
        var marks = map.Bays.Select(BayMark.Of).Distinct().OrderByDescending(mark => mark.Severity)
            .Select(mark => $"{(mark.Letter == "o" ? "ok" : mark.Letter)} {(mark.Word == "ok" ? "as recorded" : mark.Word)}");
        text.Append(map.IsUnseen ? "\n!! differs, ? could not be seen, ! look at it; " : "\n!! differs, ! look at it; ").AppendJoin(", ", marks);
        if (map.Bays.Any(bay => bay.Encryption == VolumeEncryption.Self))
        {
            text.Append("; E encrypts itself");
        }

        text.Append('\n');
    }

    private void Sets()
    {
        text.Append('\n');
        var rows = map.Sets.Select(set => (
            set,
            Cells: new[] { set.Layout.Key, set.Layout.Name, set.Layout.Level.Word(), BayText.Of(set.Layout.Bays), set.Word, Survives(set) })).ToList();
        var widths = Enumerable.Range(0, 5).Select(column => rows.Max(row => row.Cells[column].Length)).ToList();
        foreach (var (set, cells) in rows)
        {
            var padded = cells.Select((cell, column) => column < 5 ? cell.PadRight(widths[column]) : cell).ToList();
            padded[4] = set.Severity switch
            {
                FindingSeverity.Problem => ink.Problem(padded[4]),
                FindingSeverity.Unknown =>
                ink.Warning(padded[4]),
                _ => padded[4]
            };
            text.Append(string.Join("  ", padded).TrimEnd()).Append('\n');
        }

        text.Append('\n');
    }

    private string Survives(SetState set) =>
        set.Outlook + (set.Redundancy == 0 && set.Outlook.Length > 0 && map.Bays.FirstOrDefault(bay => bay.Set == set)?.Masters.Count is > 0 and var masters
            ? string.Create(CultureInfo.InvariantCulture, $", with {masters} masters") : "");

    private void Findings()
    {
        foreach (var finding in map.Findings.Where(finding => finding.Severity > FindingSeverity.Note).OrderByDescending(finding => finding.Severity))
        {
            var sign = finding.Severity switch
            {
                FindingSeverity.Problem => ink.Problem("!!"),
                FindingSeverity.Unknown =>
                ink.Warning("? "),
                _ => ink.Warning("! ")
            };
            var line = $"{Printable.Of(finding.Place)}: {finding.Sentence} [{finding.Code}]";
            text.Append(sign).Append(' ').Append(line).Append('\n');
            if (finding.Command is { } command)
            {
                text.Append("     -> ").Append(Printable.Of(command, 200)).Append('\n');
            }
        }

        var notes = map.Findings.Count(finding => finding.Severity == FindingSeverity.Note);
        if (notes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"   {notes} {(notes == 1 ? "note" : "notes")}, in --format table\n");
        }
    }
}
