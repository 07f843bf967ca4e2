using System.Globalization;
using System.Text;

namespace Provision.FleetRuns.Runs;

/// <summary>The report of a run, in Markdown: what was changed where and why, what failed, what was rolled back, when, by whom.</summary>
public static class RunReport
{
    private const int MostHosts = 200;

    /// <summary>Returns the report.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isAtWork">Whether a process is at work on it.</param>
    /// <param name="describe">Describes some of its hosts in few words.</param>
    public static string Of(FleetRun run, bool isAtWork, Func<IReadOnlyCollection<string>, string> describe)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(describe);
        var text = new StringBuilder();
        var order = run.Order;
        text.Append(CultureInfo.InvariantCulture, $"# Run {run.Id}: {Cell(order.Selector)}\n\n{Sentence(run, isAtWork)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- Commit: `{order.Commit}`\n- Started: {Time(run.Started)} by {Cell(order.By)}\n");
        text.Append(CultureInfo.InvariantCulture, $"- Ended: {(run.Ended is { } ended ? $"{Time(ended)} ({Duration(ended - run.Started)})" : "not yet")}\n");
        text.Append(CultureInfo.InvariantCulture, $"- Waves: {run.Hosts.Select(host => host.Wave).Distinct().Count()}, "
            + $"at most {order.WaveFailures} failed hosts in a wave and {order.RunFailures} in the run; "
            + $"confirmation within {order.Confirm.TotalSeconds:0} s\n");
        Section(text, "Why", order.Subjects.Select(subject => $"- {Cell(subject)}\n"));
        Section(text, "Result", Enum.GetValues<HostProgress>()
            .Select(progress => (progress, Hosts: run.Hosts.Where(host => host.Progress == progress).Select(host => host.Host).ToList()))
            .Where(group => group.Hosts.Count > 0)
            .Select(group => $"- {Word(group.progress)}: {group.Hosts.Count} ({describe(group.Hosts)})\n"));
        Section(text, "What went wrong", run.Hosts.Where(host => host.HasFailed || host.Progress == HostProgress.Refused).Select(host =>
            $"### {host.Host} (wave {host.Wave}): {Word(host.Progress)}\n\n{Block(host.Message)}\n"));
        Section(text, "Timeline", run.Hosts.Where(host => host.Started is not null).OrderBy(host => host.Started).Take(MostHosts)
            .Select(host => $"| {Clock(host.Started)} | {Clock(host.Ended)} | {host.Wave} | {host.Host} | {Word(host.Progress)} | "
                + $"{(host.Generation is { } generation ? generation.ToString(CultureInfo.InvariantCulture) : "")} | "
                + $"{host.PlanHash?[..Math.Min(12, host.PlanHash.Length)]} | "
                + $"{Cell(host.Message.Split('\n')[0])} |\n")
            .Prepend("| from | to | wave | host | result | generation | plan | what |\n|---|---|---|---|---|---|---|---|\n"));
        if (run.Hosts.Count(host => host.Started is not null) is > MostHosts and var visited)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{visited - MostHosts} more hosts are not listed.\n");
        }

        return text.ToString();
    }

    /// <summary>The word for how far a run got with a host.</summary>
    public static string Word(HostProgress progress) => progress switch
    {
        HostProgress.Waiting => "not visited",
        HostProgress.Running => "at work",
        HostProgress.Same => "up to date",
        HostProgress.Installed => "installed",
        HostProgress.Refused => "refused",
        HostProgress.RolledBack => "rolled back",
        HostProgress.Unreachable => "unreachable",
        HostProgress.Undone => "taken back",
        _ => "FAILED",
    };

    /// <summary>How a run stands, as a sentence.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isAtWork">Whether a process is at work on it.</param>
    public static string Sentence(FleetRun run, bool isAtWork)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Status switch
        {
            RunStatus.Done => run.Hosts.Any(host => host.HasFailed) ? "Every host was visited; some failed."
                : run.Hosts.Any(host => host.Progress == HostProgress.Refused) ? "Every host was visited; some refused." : "Every host was visited.",
            RunStatus.Stopped => $"Stopped: {run.Why}.",
            RunStatus.RolledBack => "Rolled back.",
            _ => isAtWork ? "At work." : $"Cut off: no process is at work on it. \"provision fleet resume {run.Id}\" continues it.",
        };
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> parts)
    {
        var all = parts.ToList();
        if (all.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n").AppendJoin("", all);
        }
    }

    /// <summary>Hosts' words as a block, in which nothing is Markdown.</summary>
    private static string Block(string message) => string.Concat(message.Split('\n').Select(line => $"    {Printable.Line(line)}\n"));

    private static string Cell(string text) =>
        string.Concat(Printable.Of(text, 300).Select(c => c is '|' or '<' or '`' or '*' or '[' or '_' ? $"\\{c}" : $"{c}"));

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Clock(DateTimeOffset? time) => time?.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    private static string Duration(TimeSpan time) => time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0} minutes" : $"{time.TotalSeconds:0} seconds";
}
