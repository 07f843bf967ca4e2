using Provision.Configuration.Apply;
using Provision.Configuration.Plans;

namespace Provision.Cli.Printing;

internal static class ReportPrinter
{
    /// <summary>Prints the report and returns its exit code.</summary>
    public static int Print(InstallReport report, Redaction redaction, bool json)
    {
        if (json)
        {
            PrintJson(report, redaction);
            return report.ExitCode;
        }

        if (report.Recovery is { } recovery)
        {
            Console.Error.WriteLine($"finished the interrupted transaction {recovery.Transaction}: {recovery.Finished.Count} files put in place");
            foreach (var path in recovery.Kept)
            {
                Console.Error.WriteLine($"  {path} was changed by somebody meanwhile and is kept as it is");
            }
        }

        foreach (var message in report.Messages)
        {
            Console.Error.WriteLine($"{(report.ExitCode == 0 ? "note: " : "")}{redaction.Plain(message)}");
        }

        Console.Out.WriteLine(report.Outcome switch
        {
            InstallOutcome.NothingToDo => $"nothing to do{At(report)}",
            InstallOutcome.Installed => $"installed generation {report.Generation}{(report.Plan is { } plan ? $": {plan.Files.Count(file => file.NeedsWriting)} files, {report.Units.Count} units; {plan.Host} at {plan.Revision.Short}" : "")}",
            InstallOutcome.PutBack => $"a unit failed; the host is back at the files it had (generation {report.Generation})",
            _ => "refused: nothing was changed",
        });
        if (report.Owed.Count > 0 && report.ExitCode == 0)
        {
            Console.Out.WriteLine($"owed to units of this root: {report.Owed.Count} ({string.Join(", ", report.Owed.Take(3).Select(owed => $"{owed.Action.ToString().ToLowerInvariant()} {owed.Unit}"))}{(report.Owed.Count > 3 ? ", ..." : "")})");
        }

        return report.ExitCode;
    }

    private static string At(InstallReport report) => report.Plan is { } plan ? $": {plan.Host} is at {plan.Revision.Short} (generation {report.Generation})" : "";

    private static void PrintJson(InstallReport report, Redaction redaction) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("outcome", report.Outcome switch
        {
            InstallOutcome.NothingToDo => "nothing_to_do",
            InstallOutcome.Installed => "installed",
            InstallOutcome.PutBack => "put_back",
            _ => "refused",
        });
        writer.WriteNumber("exit", report.ExitCode);
        writer.WriteNumber("generation", report.Generation);
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
        writer.WriteEndObject();
    });
}
