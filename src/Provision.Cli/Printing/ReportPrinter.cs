using Provision.Configuration.Apply;
using Provision.Configuration.Plans;
using Provision.Configuration.Units;

namespace Provision.Cli.Printing;

internal static class ReportPrinter
{
    /// <summary>Prints the report and returns its exit code.</summary>
    /// <param name="report">The report.</param>
    /// <param name="redaction">Masks secrets.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="back">The command that goes back from an install that succeeded; null for none.</param>
    public static int Print(InstallReport report, Redaction redaction, bool json, string? back = null)
    {
        back = report.Outcome == InstallOutcome.Installed ? back : null;
        if (json)
        {
            PrintJson(report, redaction, back);
            return report.ExitCode;
        }

        PrintRecovery(report);
        foreach (var message in report.Messages)
        {
            Console.Error.WriteLine($"{(report.ExitCode == 0 ? "note: " : "")}{Printable.Line(redaction.Plain(message))}");
        }

        Console.Out.WriteLine(report.Outcome switch
        {
            InstallOutcome.NothingToDo => $"nothing to do{At(report)}",
            InstallOutcome.Installed => $"installed generation {report.Generation}" + (report.Plan is { } plan
                ? $": {Counted.Of(plan.Files.Count(file => file.NeedsWriting), "file")}, {Counted.Of(report.Units.Count, "unit")}; " +
                    $"{plan.Host} at {plan.Revision.Short}"
                : ""),
            InstallOutcome.TakenBack => $"rolled back: the host is at the files it had (generation {report.Generation})",
            InstallOutcome.PutBack => (report.Units.Any(unit => unit.Problem is not null) ? "a unit failed; " : "")
                + $"the host is back at the files it had (generation {report.Generation})",
            _ => report.Recovery is null ? "refused: nothing was changed" : "refused: nothing else was changed",
        });
        PrintUnits(report.Units);
        if (report.Owed.Count > 0 && report.ExitCode == 0)
        {
            var first = report.Owed.Take(3).Select(owed => $"{owed.Action.ToString().ToLowerInvariant()} {owed.Unit}");
            Console.Out.WriteLine(
                $"owed to units of this root: {report.Owed.Count} ({string.Join(", ", first)}{(report.Owed.Count > 3 ? ", ..." : "")})");
        }

        if (report.Confirm is { } time)
        {
            Console.Out.WriteLine($"not confirmed yet: \"provision confirm {report.Generation}\" within {time.TotalSeconds:0} s, from a new connection, "
                + "otherwise it is rolled back");
        }
        else if (back is not null)
        {
            Console.Out.WriteLine($"to go back: {back}");
        }

        return report.ExitCode;
    }

    /// <summary>Prints which interrupted run was completed first, if there was one.</summary>
    public static void PrintRecovery(InstallReport report)
    {
        if (report.Recovery is { } recovery)
        {
            Console.Error.WriteLine($"completed the interrupted transaction {recovery.Transaction}: " +
                $"{Counted.Of(recovery.Finished.Count, "file")} put in place");
            var written = report.Outcome is InstallOutcome.Installed or InstallOutcome.PutBack
                ? report.Plan?.Files.Where(file => file.NeedsWriting).Select(file => file.Path).ToHashSet(StringComparer.Ordinal) ?? []
                : [];
            foreach (var path in recovery.Kept)
            {
                Console.Error.WriteLine($"  {path} was changed on the machine meanwhile" +
                    $"{(written.Contains(path) ? ": this run replaced it, \"provision rollback\" brings it back" : " and is kept")}");
            }
        }
    }

    private static string At(InstallReport report) =>
        report.Plan is { } plan ? $": {plan.Host} is at {plan.Revision.Short} (generation {report.Generation})" : "";

    /// <summary>Prints what was done to each unit, one line an action.</summary>
    private static void PrintUnits(IReadOnlyList<UnitOutcome> units)
    {
        foreach (var group in units.GroupBy(unit => (unit.Verb, Failed: unit.Problem is not null)))
        {
            Console.Out.WriteLine($"  {group.Key.Verb}{(group.Key.Failed ? " FAILED" : "")}: " +
                PlanPrinter.Shortened([.. group.Select(unit => unit.Effect.Unit)]));
        }
    }

    private static void PrintJson(InstallReport report, Redaction redaction, string? back) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("outcome", report.Outcome switch
        {
            InstallOutcome.NothingToDo => "nothing_to_do",
            InstallOutcome.Installed => "installed",
            InstallOutcome.PutBack => "put_back",
            InstallOutcome.TakenBack => "taken_back",
            _ => "refused",
        });
        writer.WriteNumber("exit", report.ExitCode);
        writer.WriteNumber("generation", report.Generation);
        if (report.Confirm is { } time)
        {
            writer.WriteNumber("confirm_seconds", (int)time.TotalSeconds);
        }

        writer.WriteString("commit", report.Plan?.Revision.Id);
        Json.Strings(writer, "messages", report.Messages.Select(redaction.Plain));
        Json.Strings(writer, "files", report.Plan?.Files.Where(file => file.NeedsWriting).Select(file => file.Path) ?? []);
        Json.Array(writer, "units", report.Units, unit =>
        {
            writer.WriteString("unit", unit.Effect.Unit);
            writer.WriteString("done", unit.Verb);
            writer.WriteString("problem", unit.Problem is null ? null : redaction.Plain(unit.Problem));
        });
        Json.Array(writer, "owed", report.Owed, owed =>
        {
            writer.WriteString("unit", owed.Unit);
            writer.WriteString("action", owed.Action.ToString().ToLowerInvariant());
            writer.WriteNumber("generation", owed.Generation);
        });
        writer.WriteString("back", back);
        writer.WriteEndObject();
    });
}
