using Provision.Configuration.Repository;
using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Remote;
using Provision.FleetRuns.Waves;
using Provision.Inventory;

namespace Provision.FleetRuns.Execution;

/// <summary>What one host answered.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Answer">The answer; null if there is none.</param>
/// <param name="Problem">Why there is none; null if there is one.</param>
public sealed record HostAnswer<T>(string Host, T? Answer, string? Problem)
    where T : class;

/// <summary>Asks many hosts at once, without changing their configuration.</summary>
/// <param name="connector">Opens connections to hosts.</param>
/// <param name="jobs">Hosts at a time.</param>
/// <param name="ended">Called after each host, with its name and the problem, if there is one.</param>
public sealed class FleetQuestions(IHostConnector connector, int jobs, Action<string, string?> ended)
{
    /// <summary>Sends a commit and compares every host with it.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="repository">Directory of the repository; its head is the commit.</param>
    /// <param name="commands">Runs git.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="branch">Its branch; null for a detached head.</param>
    public IReadOnlyList<HostAnswer<PlanAnswer>> Diff(
        IReadOnlyList<Host> hosts, string repository, ICommandRunner commands, string commit, string? branch)
    {
        var bundles = new CommitBundles(new Git(commands, repository));
        return Ask(hosts, (host, there) =>
        {
            var own = host.Branch is { } name && name != branch ? name : null;
            var pinned = own is null ? null : new PinnedBranch(own, GitRevision.CommitOf(repository, own, commands)
                ?? throw new HostAnswerException($"it is pinned to the branch {own}, which is not here"));
            there.Deliver(new DeliveredCommit(commit, branch, pinned), bundles);
            return there.Diff().Plan;
        });
    }

    /// <summary>Asks every host for its health.</summary>
    public IReadOnlyList<HostAnswer<CheckAnswer>> Check(IReadOnlyList<Host> hosts) => Ask(hosts, (_, there) => there.Check());

    /// <summary>Runs a command on every host.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="words">Program and arguments; they arrive unchanged.</param>
    /// <param name="limit">Time limit on each host.</param>
    public IReadOnlyList<HostAnswer<CommandResult>> Exec(IReadOnlyList<Host> hosts, IReadOnlyList<string> words, TimeSpan limit) =>
        Ask(hosts, (_, there) => there.Exec(words, limit));

    private List<HostAnswer<T>> Ask<T>(IReadOnlyList<Host> hosts, Func<Host, HostOperations, T> question)
        where T : class
    {
        var byName = hosts.ToDictionary(host => host.Name, StringComparer.Ordinal);
        var answers = new Dictionary<string, HostAnswer<T>>(StringComparer.Ordinal);
        WaveRunner.Run([.. byName.Keys], new WaveSchedule(null, jobs), name => One(byName[name], question), answer =>
        {
            answers[answer.Host] = answer;
            ended(answer.Host, answer.Problem);
            return true;
        });
        return [.. hosts.Select(host => answers[host.Name])];
    }

    private HostAnswer<T> One<T>(Host host, Func<Host, HostOperations, T> question)
        where T : class
    {
        try
        {
            using var connection = connector.Connect(host);
            return new HostAnswer<T>(host.Name, question(host, new HostOperations(host, connection)), null);
        }
        catch (Exception e) when (e is HostUnreachableException or HostAnswerException or CommandFailedException)
        {
            return new HostAnswer<T>(host.Name, null, Printable.Of(e.Message, 600));
        }
    }
}
