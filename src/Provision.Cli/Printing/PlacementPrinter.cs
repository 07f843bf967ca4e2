using Provision.Inventory;
using Provision.Stores.Placement;

namespace Provision.Cli.Printing;

/// <summary>Prints placements as text: what is wrong, the figures with their bounds, the steps of a plan.</summary>
internal static class PlacementPrinter
{
    /// <summary>Prints the result of a check.</summary>
    public static void Print(TextWriter to, IReadOnlyList<StoreBreach> breaches, PlacementFigures figures)
    {
        Columns.Write(to, ["CLASS", "FIGURE", "MOST", "BOUND", "WHERE"],
            figures.Groups.SelectMany(group => RowsOf(group)
            .Select(row => (IReadOnlyList<string>)[Classes(group), row.Figure, row.Value, row.Bound, row.Where])));
        to.WriteLine(breaches.Count == 0 ? "every store keeps the hard rules" : $"{breaches.Count} breaches of hard rules:");
        foreach (var breach in breaches)
        {
            to.WriteLine(Ink.Red($"broken ({breach.Rule}): {breach.Message}"));
        }

        to.WriteLine(figures.Lost.Count == 0 ? "the loss of any one host can be absorbed" : $"the loss of {figures.Lost.Count} hosts cannot be absorbed:");
        foreach (var why in LostHost.Summary(figures.Lost))
        {
            to.WriteLine(Ink.Red("not absorbed: " + why));
        }
    }

    /// <summary>Prints a plan: refusals or steps, then the figures before and after.</summary>
    public static void Print(TextWriter to, StorePlan plan)
    {
        foreach (var refusal in plan.Refusals)
        {
            Console.Error.WriteLine(refusal);
        }

        if (plan.Refusals.Count > 0)
        {
            return;
        }

        if (plan.Steps.Count == 0)
        {
            to.WriteLine("nothing has to be moved");
            return;
        }

        var width = $"{plan.Steps.Count}".Length;
        foreach (var (i, step) in plan.Steps.Index())
        {
            to.WriteLine($"{(i + 1).ToString().PadLeft(width)}  {step.Word,-18}  {step.Store,-9}  {string.Join(' ', step.Slots)}");
        }

        to.WriteLine();
        Columns.Write(to, ["CLASS", "FIGURE", "BEFORE", "AFTER", "BOUND"], plan.FiguresAfter.Groups.Zip(plan.FiguresBefore.Groups).SelectMany(groups =>
            RowsOf(groups.First).Select(row =>
                (IReadOnlyList<string>)[Classes(groups.First), row.Figure, RowsOf(groups.Second).FirstOrDefault(old => old.Figure == row.Figure).Value ?? "0",
                row.Value, row.Bound])));
        foreach (var bound in plan.Bounds)
        {
            to.WriteLine($"at least {bound.Moves} moves: {bound.Why}");
        }

        foreach (var warning in plan.Warnings)
        {
            to.WriteLine(Ink.Yellow("warning: " + warning));
        }

        var created = plan.Steps.Count(step => step.Kind == StepKind.Create);
        to.WriteLine($"{plan.Moves} moves, {created} new stores, {plan.Steps.Count} steps; plan {plan.Hash[..12]}");
    }

    private static string Classes(GroupFigures group) => string.Join("+", group.Classes);

    private static IEnumerable<(string Figure, string Value, string Bound, string Where)> RowsOf(GroupFigures group)
    {
        foreach (var pair in group.Pairs)
        {
            yield return ("pairs " + pair.Between, $"{pair.Most}", $"{pair.Bound}", pair.HostA is null ? "" : $"{pair.HostA} and {pair.HostB}");
        }

        var failover = group.Failover;
        yield return ("masters taken over", $"{failover.Most}", $"{failover.Bound}", failover.From is null ? "" : $"{failover.To} from {failover.From}");
        yield return ("failover skew", $"{failover.Skew:0.00}", "", failover.SkewFrom is null ? "" : $"{failover.SkewTo} when {failover.SkewFrom} dies");
    }
}
