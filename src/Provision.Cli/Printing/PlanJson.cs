using System.Text.Json;
using Provision.Configuration.Checks;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;

namespace Provision.Cli.Printing;

/// <summary>Writes a plan as JSON, which is also the format of a saved plan. Contains no secret.</summary>
internal static class PlanJson
{
    /// <summary>Returns the plan as indented JSON.</summary>
    public static byte[] Of(ChangePlan plan, Redaction redaction) => Json.Bytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("host", plan.Host);
        writer.WriteString("commit", plan.Revision.Id);
        writer.WriteBoolean("dirty", plan.Revision.Dirty);
        writer.WriteBoolean("pushed", plan.Revision.Pushed);
        writer.WriteNumber("masters_serial", plan.MastersSerial);
        writer.WriteString("plan_hash", plan.Hash);
        writer.WriteNumber("exit", plan.ExitCode);
        writer.WriteNumber("same", plan.Same.Count);
        Json.Array(writer, "files", plan.Files, file => WriteFile(writer, file, redaction));
        Json.Array(writer, "packages", plan.Packages, package =>
        {
            writer.WriteString("name", package.Wanted.Name);
            writer.WriteString("wanted", package.Wanted.Version);
            writer.WriteString("installed", package.Installed);
        });
        Json.Array(writer, "units", plan.Units, unit =>
        {
            writer.WriteString("unit", unit.Unit.Name);
            writer.WriteString("problem", unit.Problem);
        });
        Json.Array(writer, "actions", plan.Effects, effect =>
        {
            writer.WriteString("unit", effect.Unit);
            writer.WriteString("action", effect.Action.ToString().ToLowerInvariant());
            writer.WriteString("reason", effect.Reason);
        });
        Json.Array(writer, "stale", plan.Stale, stale =>
        {
            writer.WriteString("unit", stale.Unit);
            writer.WriteString("reason", stale.Reason);
        });
        Json.Array(writer, "owed", plan.Owed, owed =>
        {
            writer.WriteString("unit", owed.Unit);
            writer.WriteString("action", owed.Action.ToString().ToLowerInvariant());
            writer.WriteNumber("generation", owed.Generation);
            writer.WriteString("reason", owed.Reason);
        });
        Json.Array(writer, "checks", plan.Checks, check => WriteCheck(writer, check, redaction));
        Json.Strings(writer, "problems", plan.Problems.Select(problem => problem.ToString()));
        writer.WriteEndObject();
    });

    /// <summary>Writes the members of a checker's result.</summary>
    public static void WriteCheck(Utf8JsonWriter writer, CheckResult check, Redaction redaction)
    {
        Json.Strings(writer, "command", check.Check.Arguments);
        Json.Strings(writer, "paths", check.Paths);
        writer.WriteString("outcome", check.Outcome.ToString().ToLowerInvariant());
        writer.WriteString("output", redaction.Printed(check.Output));
    }

    private static void WriteFile(Utf8JsonWriter writer, FileDifference file, Redaction redaction)
    {
        writer.WriteString("path", file.Path);
        writer.WriteString("verdict", file.Verdict.ToString().ToLowerInvariant());
        writer.WriteBoolean("kept", file.Kept);
        Json.Strings(writer, "reasons", file.Reasons.Select(reason => Printable.Line(reason)));
        writer.WriteString("config", file.Config);
        writer.WriteString("instance", file.Instance);
        Json.Strings(writer, "units", file.Units);
        Json.Strings(writer, "diff", redaction.Shown(file).SelectMany(hunk => hunk.Lines.Select(line => Printable.Line(line.Marked)).Prepend(hunk.Header)));
    }
}
