using System.Globalization;
using System.Text;
using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>
/// The drive map as one SVG file: panels as the chassis looks, each bay's findings as its tooltip, findings below.
/// Follows the light or dark scheme of whoever shows it; every state is shown by words and by the shape of the border, not by colour alone.
/// </summary>
public sealed class DriveSvg
{
    private const int Margin = 20;
    private const int Width = 1000;

    // Colours are written out twice and not kept in variables, which many programs that show SVG do not know.
    private const string Style = """
          <style>
            text { fill: #1c1f24; font: 12px ui-sans-serif, system-ui, sans-serif; }
            .h { font-size: 18px; font-weight: 600; } .p { font-weight: 600; } .n { font-weight: 700; }
            .s, .m { fill: #5b6470; } .m { font: 11px ui-monospace, monospace; }
            .ground { fill: #ffffff; } .bay { fill: #f4f5f7; stroke: #b6bec9; } .void { fill: none; stroke: #b6bec9; stroke-dasharray: 4 3; }
            .panel { fill: none; stroke: #b6bec9; stroke-width: 2; } .gap { fill: none; stroke: #b6bec9; stroke-dasharray: 1 4; }
            .problem { fill: #fdeceb; stroke: #b3261e; stroke-width: 3; } .warning { fill: #fff4dc; stroke: #8a5a00; stroke-width: 2; stroke-dasharray: 8 3; }
            .tproblem { fill: #b3261e; font-weight: 700; } .twarning { fill: #8a5a00; font-weight: 700; } .tgood { fill: #0b6b3a; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e8ebef; } .s, .m { fill: #a3adb9; } .ground { fill: #14171b; } .bay { fill: #20252b; stroke: #4a545f; }
              .void, .panel, .gap { stroke: #4a545f; }
              .problem { fill: #3a1f1e; stroke: #ff8a80; } .warning { fill: #382d17; stroke: #ffce73; }
              .tproblem { fill: #ff8a80; } .twarning { fill: #ffce73; } .tgood { fill: #7fd8a4; }
            }
          </style>

        """;

    private static readonly string[] Stripes = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f"];
    private readonly DriveMap map;
    private readonly StringBuilder body = new();
    private int y = Margin;

    private DriveSvg(DriveMap map) => this.map = map;

    /// <summary>The file's text.</summary>
    public static string Of(DriveMap map) => new DriveSvg(map).Draw();

    private string Draw()
    {
        var name = map.Layout.Host.Name;
        var chassis = map.Layout.Chassis;
        y += 18;
        Text(Margin, y, "h", $"{name}  {chassis.Name}, {chassis.RackUnits}U");
        y += 18;
        Text(Margin, y, "s", string.Create(CultureInfo.InvariantCulture, $"observed {map.Machine.Taken.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
        y += 10;
        foreach (var panel in chassis.Panels)
        {
            Panel(panel);
        }

        Sets();
        Findings();
        var problems = map.Findings.Count(finding => finding.Severity == FindingSeverity.Problem);
        var unseen = map.Findings.Count(finding => finding.Severity == FindingSeverity.Unknown);
        var summary = $"Drive map of {name}: {map.Bays.Count} bays, {map.Bays.Count(bay => bay.Drive is not null)} drives, "
            + $"{(problems == 0 ? unseen == 0 ? "no differences" : "no known differences" : problems == 1 ? "1 difference" : $"{problems} differences")} "
                + $"from the drive record"
            + $"{(unseen == 0 ? "" : unseen == 1 ? ", 1 thing that could not be seen" : $", {unseen} things that could not be seen")}.";
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y + Margin}" role="img" aria-labelledby="title desc">
              <title id="title">{Escape(name)} drive map</title>
              <desc id="desc">{Escape(summary)}</desc>
            {Style}  <rect class="ground" width="{Width}" height="{y + Margin}"/>
            {body}</svg>

            """;
    }

    private void Panel(Panel panel)
    {
        var columns = panel.Grid.Max(row => row.Count);
        var narrow = columns > 8;
        var cellWidth = Math.Min(160, (Width - (2 * Margin)) / columns);
        var cellHeight = narrow ? 130 : 72;
        y += 26;
        Text(Margin, y, "p", string.Create(CultureInfo.InvariantCulture, $"{panel.Name}, {panel.Bays.Count()} bays on {panel.Controller}"));
        y += 10;
        Line($"<rect class=\"panel\" x=\"{Margin - 4}\" y=\"{y - 4}\" width=\"{(cellWidth * columns) + 8}\" height=\"{(cellHeight * panel.Grid.Count) + 8}\" "
            + $"rx=\"5\"/>");
        foreach (var row in panel.Grid)
        {
            for (var column = 0; column < row.Count; column++)
            {
                Cell(map.Find(new Bay(panel.Name, row[column])), Margin + (column * cellWidth), cellWidth, cellHeight, narrow);
            }

            y += cellHeight;
        }
    }

    private void Cell(BayState? bay, int x, int width, int height, bool narrow)
    {
        var box = $"x=\"{x + 2}\" y=\"{y + 2}\" width=\"{width - 4}\" height=\"{height - 4}\" rx=\"3\"";
        if (bay is null)
        {
            Line($"<rect class=\"gap\" {box}/>");
            return;
        }

        var mark = BayMark.Of(bay);
        var kind = mark.Severity switch
        {
            FindingSeverity.Problem => "problem",
            FindingSeverity.Warning or FindingSeverity.Unknown => "warning",
            _ => bay.Drive is null ? "void" : "bay",
        };
        Line("<g>");
        Line($"  <title>{Escape(Tooltip(bay, mark))}</title>");
        Line($"  <rect class=\"{kind}\" {box}/>");
        if (bay.Set is { } set)
        {
            var stripe = Stripes[map.Layout.Sets.ToList().IndexOf(set.Layout) % Stripes.Length];
            Line($"  <rect fill=\"{stripe}\" x=\"{x + 6}\" y=\"{y + height - 9}\" width=\"{width - 12}\" height=\"4\"/>");
        }

        var label = bay.Bay.Number.ToString(CultureInfo.InvariantCulture);
        var state = mark.Sign.Length == 0 ? mark.Word : $"{mark.Sign} {mark.Word}";
        var tone = mark.Severity is null && mark.Word == "ok" ? "tgood" : mark.Severity > FindingSeverity.Note ? "t" + kind : "s";
        if (narrow)
        {
            Text(x + 7, y + 20, "n", label);
            Line($"  <text class=\"{tone}\" transform=\"translate({x + (width / 2) - 3},{y + height - 14}) rotate(-90)\">{Escape(state)}</text>");
            Line($"  <text class=\"m\" transform=\"translate({x + (width / 2) + 13},{y + height - 14}) "
                + $"rotate(-90)\">{Escape($"{bay.Set?.Layout.Key} {Cut(BayMark.SerialWord(bay), 12)}")}</text>");
        }
        else
        {
            var space = (width - 14) / 7;
            Text(x + 8, y + 18, "n", label + (bay.Encryption == VolumeEncryption.Self ? " E" : ""));
            Line($"  <text class=\"{tone}\" x=\"{x + width - 8}\" y=\"{y + 18}\" text-anchor=\"end\">{Escape(state)}</text>");
            Text(x + 8, y + 33, "", BayMark.DriveWord(bay));
            Line($"  <text class=\"s\" x=\"{x + width - 8}\" y=\"{y + 33}\" text-anchor=\"end\">{Escape(bay.Drive?.Device ?? "")}</text>");
            Text(x + 8, y + 47, "s", bay.Set is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{bay.Set.Layout.Key} {bay.Index}"));
            Text(x + 8, y + 60, "m", Cut(BayMark.SerialWord(bay), space));
        }

        Line("</g>");
    }

    private static string Tooltip(BayState bay, BayMark mark)
    {
        var lines = new List<string> { $"{bay.Bay}: {mark.Word}" };
        if (bay.Drive is { } drive)
        {
            lines.Add($"{drive.Model} {drive.Serial} {drive.Wwn}".Trim());
        }

        if (bay.Unseen is { } why)
        {
            lines.Add($"what is in it could not be seen: {why}");
        }

        lines.AddRange(bay.Findings.Select(finding => finding.Sentence));
        if (bay.Set is { } set)
        {
            var outlook = bay.SetSurvives switch { true => "it survives", false => "it does not survive", null => "it is not known whether it survives" };
            lines.Add($"set {set.Layout.Name}, {set.Word}; {outlook} the loss of this drive");
        }

        if (bay.Masters.Count > 0)
        {
            lines.Add($"masters: {string.Join(" ", NameRuns.Fold(bay.Masters))}");
        }

        return string.Join("\n", lines.Select(line => Printable.Of(line, 300)));
    }

    private void Sets()
    {
        y += 30;
        for (var i = 0; i < map.Sets.Count; i++, y += 17)
        {
            var set = map.Sets[i];
            Line($"<rect fill=\"{Stripes[i % Stripes.Length]}\" x=\"{Margin}\" y=\"{y - 8}\" width=\"14\" height=\"8\"/>");
            Text(Margin + 22, y, "", $"{set.Layout.Key}: {set.Layout.Name}, {set.Layout.Level.Word()}, {BayText.Of(set.Layout.Bays)}, {set.Word}");
        }
    }

    private void Findings()
    {
        foreach (var finding in map.Findings.Where(finding => finding.Severity > FindingSeverity.Note).OrderByDescending(finding => finding.Severity))
        {
            y += 17;
            var problem = finding.Severity == FindingSeverity.Problem;
            Text(Margin, y, problem ? "tproblem" : "twarning",
                $"{(problem ? "!!" : finding.Severity == FindingSeverity.Unknown ? "?" : "!")} "
                + $"{Cut(Printable.Of($"{finding.Place}: {finding.Sentence}", 300), 150)}");
        }
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : most < 4 ? text[..Math.Max(0, most)] : text[..(most - 2)] + "..";

    private void Text(int x, int baseline, string kind, string content)
    {
        if (content.Length > 0)
        {
            Line($"<text{(kind.Length == 0 ? "" : $" class=\"{kind}\"")} x=\"{x}\" y=\"{baseline}\">{Escape(content)}</text>");
        }
    }

    private void Line(string markup) => body.Append("  ").Append(markup).Append('\n');

    private static string Escape(string text) => string.Concat(text.Select(c => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\n' => "\n",
        >= ' ' and <= '~' => c.ToString(),
        _ => "?",
    }));
}
