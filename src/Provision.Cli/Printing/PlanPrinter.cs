using Provision.Configuration.Checks;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.Units;

namespace Provision.Cli.Printing;

/// <summary>How the files of a plan are printed.</summary>
internal enum PlanForm
{
    /// <summary>With their changed lines.</summary>
    Hunks,

    /// <summary>One line a file.</summary>
    Stat,

    /// <summary>One line for a file and its like in other instances.</summary>
    Folded,
}

/// <summary>Prints a plan as text.</summary>
/// <param name="output">The destination.</param>
/// <param name="redaction">Masks secrets.</param>
internal sealed class PlanPrinter(TextWriter output, Redaction redaction)
{
    private const int NamedOthers = 4;

    /// <summary>Prints a whole plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="form">How its files are printed.</param>
    public void Print(ChangePlan plan, PlanForm form)
    {
        PrintFiles(plan, form);

        foreach (var package in plan.Packages)
        {
            var wanted = package.Wanted.Version is { } version ? $", should be {version}" : "";
            output.WriteLine($"{Ink.Yellow("package")}  {package.Wanted.Name}  " +
                $"{(package.Installed is null ? "is not installed" : $"is {package.Installed}")}{wanted}");
        }

        foreach (var unit in plan.Units)
        {
            output.WriteLine($"{Ink.Yellow("unit")}     {unit.Unit.Name}  {unit.Problem}");
        }

        foreach (var stale in plan.Stale)
        {
            output.WriteLine($"{Ink.Yellow("stale")}    {stale.Unit}  {Printable.Line(stale.Reason)}");
        }

        PrintOwed(plan);
        PrintEffects(plan);
        PrintChecks(plan);
        foreach (var problem in plan.Problems)
        {
            output.WriteLine(Ink.Red(problem.ToString()));
        }

        output.WriteLine(Summary(plan));
    }

    /// <summary>Returns the summary line with all counts.</summary>
    public static string Summary(ChangePlan plan)
    {
        var same = $"{Counted.Of(plan.Same.Count, "file")} up to date";
        var parts = plan.Files.GroupBy(file => file.Verdict).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}").ToList();
        var files = parts.Count == 0 ? same : $"{string.Join(", ", parts)}; {same}";
        var others = (plan.Packages.Count > 0 ? $"; {Counted.Of(plan.Packages.Count, "package")}" : "")
            + (plan.Units.Count > 0 ? $"; {Counted.Of(plan.Units.Count, "unit")}" : "") + (plan.Owed.Count > 0 ? $"; {plan.Owed.Count} owed" : "");
        return $"{plan.Host} at {plan.Revision.Short}: {files}{others}";
    }

    private void PrintFiles(ChangePlan plan, PlanForm form)
    {
        if (form == PlanForm.Folded)
        {
            // Instances share a template, so that a first install of forty of them can be read on one screen.
            foreach (var group in plan.Files.GroupBy(file =>
                (file.Verdict, Path: file.Instance is { } name ? file.Path.Replace(name, "*", StringComparison.Ordinal) : file.Path)))
            {
                PrintLine([.. group]);
            }

            return;
        }

        foreach (var folded in HunkFolding.Fold(plan.Files, redaction))
        {
            if (form == PlanForm.Hunks)
            {
                PrintHunks(folded);
                continue;
            }

            foreach (var file in folded.Others.Prepend(folded.First))
            {
                PrintLine([file]);
            }
        }
    }

    /// <summary>Prints one line for files that are alike.</summary>
    private void PrintLine(List<FileDifference> files)
    {
        var changes = files.SelectMany(file => file.Hunks).SelectMany(hunk => hunk.Changes).Select(line => line.Change).ToList();
        var reasons = files.SelectMany(file => file.Reasons).Distinct(StringComparer.Ordinal).Take(NamedOthers);
        output.WriteLine($"{Coloured(files[0].Verdict)} {files[0].Path}{(files.Count > 1 ? $" and {files.Count - 1} more" : "")}  " +
            $"+{changes.Count(change => change == LineChange.Added)} -{changes.Count(change => change == LineChange.Removed)}  " +
            Printable.Line(string.Join(", ", reasons)));
    }

    private static string Coloured(Verdict verdict)
    {
        var word = verdict.ToString().ToLowerInvariant().PadRight(8);
        return verdict switch
        {
            Verdict.New or Verdict.Update => Ink.Green(word),
            Verdict.Gone or Verdict.Conflict or Verdict.Unknown => Ink.Red(word),
            _ => Ink.Yellow(word),
        };
    }

    private void PrintHunks(FoldedDifference folded)
    {
        var file = folded.First;
        output.WriteLine($"{Coloured(file.Verdict)} {Ink.Bold(file.Path)}  {Printable.Line(string.Join(", ", file.Reasons))}");

        // Removed files are kept in the history; only manual additions to them would be new to the reader.
        foreach (var hunk in file.Verdict == Verdict.Gone && !file.Kept ? [] : folded.Hunks)
        {
            output.WriteLine(Ink.Cyan(hunk.Header));
            var alike = OnlyBlanksDiffer(hunk);
            foreach (var line in hunk.Lines)
            {
                var text = Printable.Line(line.Marked, line.Change != LineChange.Same && alike.Contains(WithoutBlanks(line.Text)));
                output.WriteLine(line.Change switch
                {
                    LineChange.Added => Ink.Green(text),
                    LineChange.Removed => Ink.Red(text),
                    _ => text,
                });
            }
        }

        if (folded.Others.Count > 0)
        {
            var names = folded.Others.Select(other => other.Instance ?? other.Path).ToList();
            output.WriteLine($"  ... and the same in {names.Count} more: " +
                $"{string.Join(", ", names.Take(NamedOthers))}{(names.Count > NamedOthers ? $" ... {names[^1]}" : "")}");
        }

        output.WriteLine();
    }

    /// <summary>Returns the texts, without their blanks, that a hunk removes and adds: what differs there are the blanks.</summary>
    private static HashSet<string> OnlyBlanksDiffer(Hunk hunk)
    {
        var removed = hunk.Lines.Where(line => line.Change == LineChange.Removed).Select(line => WithoutBlanks(line.Text)).ToHashSet(StringComparer.Ordinal);
        removed.IntersectWith(hunk.Lines.Where(line => line.Change == LineChange.Added).Select(line => WithoutBlanks(line.Text)));
        return removed;
    }

    private static string WithoutBlanks(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private void PrintEffects(ChangePlan plan)
    {
        // One line for the slots that share an action and the kind of file that requires it.
        foreach (var group in plan.Effects.GroupBy(effect => (effect.Action, effect.Order, effect.IsLast, Reason: KindOf(effect))))
        {
            var units = group.Select(effect => effect.Unit).ToList();
            output.WriteLine($"{Ink.Cyan(group.Key.Action.ToString().ToLowerInvariant().PadRight(8))} {Shortened(units)}  because of {group.Key.Reason}");
        }
    }

    /// <summary>Prints one line for each action and generation: a first install owes something to every unit.</summary>
    private void PrintOwed(ChangePlan plan)
    {
        foreach (var group in plan.Owed.GroupBy(owed => (Check: owed.Unit.StartsWith('/'), owed.Action, owed.Generation)))
        {
            var names = group.Select(owed => owed.Unit).ToList();
            var what = group.Key.Check ? "check of" : group.Key.Action.ToString().ToLowerInvariant();
            output.WriteLine($"{Ink.Yellow("owed")}     {what} {Shortened(names)}  since generation {group.Key.Generation}");
        }
    }

    /// <summary>Returns the first names of a list and its last, with their number.</summary>
    public static string Shortened(List<string> names) =>
        names.Count <= NamedOthers ? string.Join(", ", names) : $"{string.Join(", ", names.Take(NamedOthers - 1))} ... {names[^1]} ({names.Count} in all)";

    private static string KindOf(UnitEffect effect)
    {
        var at = effect.Unit.IndexOf('@', StringComparison.Ordinal);
        var dot = effect.Unit.LastIndexOf('.');
        return at > 0 && dot > at ? effect.Reason.Replace(effect.Unit[(at + 1)..dot], "*", StringComparison.Ordinal) : effect.Reason;
    }

    private void PrintChecks(ChangePlan plan)
    {
        foreach (var check in plan.Checks.Where(check => check.Outcome == CheckOutcome.Failed))
        {
            output.WriteLine($"{Ink.Red("check failed")}  {string.Join(' ', check.Check.Arguments)}  for {string.Join(", ", check.Paths.Take(NamedOthers))}");
            output.WriteLine("  " + Printable.Line(redaction.Printed(check.Output)).ReplaceLineEndings("\n  "));
        }

        var open = plan.Checks.Where(check => check.Outcome == CheckOutcome.Unchecked).ToList();
        if (open.Count > 0)
        {
            output.WriteLine($"{Ink.Yellow("unchecked")} {open.SelectMany(check => check.Paths).Distinct(StringComparer.Ordinal).Count()} files: " +
                $"{Shortened([.. open.Select(check => check.Output).Distinct(StringComparer.Ordinal)])}");
        }
    }
}
