namespace Provision.Cli.Printing;

/// <summary>The JSON form of a health report.</summary>
internal static class HealthJson
{
    public static void Print(HealthReport report) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("state", report.ExitCode);
        writer.WriteString("line", report.FirstLine);
        Json.Strings(writer, "checks", report.Checks);
        Json.Array(writer, "findings", report.Findings, finding =>
        {
            writer.WriteString("check", finding.Check);
            writer.WriteString("level", finding.Level.ToString().ToLowerInvariant());
            writer.WriteString("sentence", finding.Sentence);
            writer.WriteString("command", finding.Command);
        });
        writer.WriteEndObject();
    });
}
