using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Execution;

namespace Provision.Cli.Printing;

/// <summary>Prints what many hosts answered, the same answer once.</summary>
internal static class FleetPrinter
{
    public static void Plans(IReadOnlyList<HostAnswer<PlanAnswer>> answers, HostsDescription description, OutputForm form, bool stat)
    {
        var plans = answers.Select(answer => answer.Answer).OfType<PlanAnswer>().ToList();
        var folded = AnswerFolding.Files(plans);
        if (form == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                Json.Array(writer, "hosts", answers, answer =>
                {
                    writer.WriteString("host", answer.Host);
                    writer.WriteString("problem", answer.Problem);
                    writer.WriteString("plan_hash", answer.Answer?.Hash);
                    writer.WriteNumber("exit", answer.Answer?.Exit ?? ExitCodes.Trouble);
                    Json.Strings(writer, "actions", answer.Answer?.Actions ?? []);
                    Json.Strings(writer, "packages", answer.Answer?.Packages ?? []);
                    Json.Strings(writer, "problems", answer.Answer?.Problems ?? []);
                });
                Json.Array(writer, "changes", folded, change =>
                {
                    writer.WriteString("path", change.File.Path);
                    writer.WriteString("verdict", change.File.Verdict);
                    writer.WriteString("description", description.Of(change.Hosts));
                    Json.Strings(writer, "hosts", change.Hosts);
                    Json.Strings(writer, "reasons", change.File.Reasons);
                    Json.Strings(writer, "diff", change.File.Lines);
                });
                writer.WriteEndObject();
            });
            return;
        }

        foreach (var change in folded)
        {
            Console.Out.WriteLine($"{change.File.Verdict,-8} {change.File.Path} on {description.Of(change.Hosts)}");
            foreach (var line in stat ? [] : change.File.Reasons.Concat(change.File.Lines))
            {
                Console.Out.WriteLine($"  {line}");
            }
        }

        Folded(plans.Where(plan => plan.Actions.Any(IsAction)).Select(plan => (plan.Host, string.Join(", ", plan.Actions.Where(IsAction)))), description);
        Folded(plans.Where(plan => plan.Packages.Count > 0).Select(plan => (plan.Host, $"packages {string.Join(", ", plan.Packages)}")), description);
        Folded(plans.SelectMany(plan => plan.Problems.Select(problem => (plan.Host, problem))), description);
        Folded(answers.Where(answer => answer.Problem is not null).Select(answer => (answer.Host, $"no answer: {answer.Problem}")), description);
        Console.Out.WriteLine($"{Counted.Of(plans.Count(plan => plan.Exit == 0), "host")} up to date, {plans.Count(plan => plan.Exit == 1)} differ, "
            + $"{answers.Count - plans.Count(plan => plan.Exit < 2)} could not be compared");
    }

    public static void Health(IReadOnlyList<HostAnswer<CheckAnswer>> answers, HostsDescription description, OutputForm form)
    {
        if (form == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartArray();
                Json.Items(writer, answers, answer =>
                {
                    writer.WriteString("host", answer.Host);
                    writer.WriteString("problem", answer.Problem);
                    writer.WriteNumber("state", answer.Answer?.State ?? ExitCodes.Unknown);
                    writer.WriteString("line", answer.Answer?.Line);
                });
                writer.WriteEndArray();
            });
            return;
        }

        Folded(answers.Select(answer => (answer.Host, answer.Answer?.Line ?? $"no answer: {answer.Problem}")), description);
    }

    public static void Outputs(IReadOnlyList<HostAnswer<CommandResult>> answers, HostsDescription description, OutputForm form)
    {
        if (form == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartArray();
                Json.Items(writer, answers, answer =>
                {
                    writer.WriteString("host", answer.Host);
                    writer.WriteString("problem", answer.Problem);
                    if (answer.Answer is { } result)
                    {
                        writer.WriteNumber("exit", result.ExitCode);
                        writer.WriteString("output", result.Text);
                        writer.WriteString("error", result.Error);
                    }
                });
                writer.WriteEndArray();
            });
            return;
        }

        foreach (var (text, hosts) in AnswerFolding.Lines(answers.Select(answer => (answer.Host, answer.Answer is { } result
            ? $"{(result.Succeeded ? "" : $"exit code {result.ExitCode}\n")}{result.Text}{result.Error}".TrimEnd('\n')
            : $"no answer: {answer.Problem}"))))
        {
            Console.Out.WriteLine($"{description.Of([.. hosts])}:");
            foreach (var line in text.Split('\n'))
            {
                Console.Out.WriteLine($"  {Printable.Line(line)}");
            }
        }
    }

    private static void Folded(IEnumerable<(string Host, string Line)> lines, HostsDescription description)
    {
        foreach (var (line, hosts) in AnswerFolding.Lines(lines))
        {
            Console.Out.WriteLine($"{description.Of([.. hosts])}: {line}");
        }
    }

    private static bool IsAction(string action) => !action.StartsWith("none ", StringComparison.Ordinal);
}
