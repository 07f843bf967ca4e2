using System.Globalization;
using Provision.Configuration.Repository;
using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Remote;
using Provision.Inventory;

namespace Provision.FleetRuns.Execution;

/// <summary>A host answered with an error, or with something that cannot be understood.</summary>
internal sealed class HostAnswerException : Exception
{
    public HostAnswerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception from the end of what a command wrote.</summary>
    public static HostAnswerException Of(string what, CommandResult result)
    {
        var lines = (result.Error.Trim().Length > 0 ? result.Error : result.Text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var tail = string.Join("; ", lines[Math.Max(0, lines.Length - 3)..].Select(line => Printable.Of(line.Trim(), 300)));
        return new HostAnswerException($"{what} failed with exit code {result.ExitCode}{(tail.Length > 0 ? $": {tail}" : "")}");
    }
}

/// <summary>The commands of <c>provision</c> that a run needs on a host, on one connection.</summary>
/// <param name="host">The host. It refuses every command if it is another machine.</param>
/// <param name="connection">The connection.</param>
internal sealed class HostOperations(Host host, IHostConnection connection)
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    /// <summary>Brings the host's clone to a commit; sends what it lacks.</summary>
    public void Deliver(DeliveredCommit wanted, CommitBundles bundles)
    {
        var clone = Run(Short, ["repository", "show", wanted.Commit, "-o", "json"]) is { ExitCode: 0 } shown && CloneAnswer.Read(shown.Output) is { } known
            ? known
            : throw HostAnswerException.Of("provision repository show", Run(Short, ["repository", "show"]));
        var has = clone.Has && wanted.Pinned is null;
        var received = connection.Run(Provision(
                ["repository", "receive", wanted.Commit, .. wanted.Branch is { } branch ? (string[])["--branch", branch] : [],
                    .. wanted.Pinned is { } pinned ? (string[])["--pinned", $"{pinned.Branch}:{pinned.Commit}"] : []])
            .WithInput(has ? ReadOnlyMemory<byte>.Empty : bundles.For(wanted, clone.Head)).WithTimeout(Long));
        if (!received.Succeeded)
        {
            throw HostAnswerException.Of("taking the commit", received);
        }
    }

    /// <summary>Compares the host with its clone. The answer is also the saved plan for an install.</summary>
    public (PlanAnswer Plan, ReadOnlyMemory<byte> Saved) Diff()
    {
        var result = Run(Long, OfHost("diff"));
        return PlanAnswer.Read(result.Output) is { } plan ? (plan, result.Output) : throw HostAnswerException.Of("provision diff", result);
    }

    /// <summary>Returns the health of the host.</summary>
    public CheckAnswer Check()
    {
        var result = Run(Long, OfHost("check"));
        return CheckAnswer.Read(result.Output) ?? throw HostAnswerException.Of("provision check", result);
    }

    /// <summary>Installs a plan that <see cref="Diff"/> returned; it waits for its confirmation.</summary>
    public InstallAnswer Install(ReadOnlyMemory<byte> plan, TimeSpan confirm)
    {
        var result = connection.Run(Provision(
            [.. OfHost("install"), "--plan", "/dev/stdin", "--confirm", string.Create(CultureInfo.InvariantCulture, $"{(int)confirm.TotalSeconds}s")])
            .WithInput(plan).WithTimeout(Longest));
        return InstallAnswer.Read(result.Output) ?? throw HostAnswerException.Of("provision install", result);
    }

    /// <summary>Returns which generation waits for its confirmation.</summary>
    public WaitingAnswer Waiting()
    {
        var result = Run(Short, ["confirm", "-o", "json"]);
        return WaitingAnswer.Read(result.Output) ?? throw HostAnswerException.Of("provision confirm", result);
    }

    /// <summary>Confirms a generation; false if the host had rolled it back.</summary>
    public bool Confirm(int generation)
    {
        var result = Run(Short, ["confirm", string.Create(CultureInfo.InvariantCulture, $"{generation}"), "-o", "json"]);
        return result.ExitCode switch { 0 => true, 1 => false, _ => throw HostAnswerException.Of("provision confirm", result) };
    }

    /// <summary>Rolls back what waits for its confirmation.</summary>
    public InstallAnswer RollBackUnconfirmed() => RolledBack(Run(Longest, ["rollback", "--unconfirmed", "--host", host.Name, "-o", "json"]));

    /// <summary>Restores a generation.</summary>
    public InstallAnswer RollBack(int generation) => RolledBack(
        Run(Longest, ["rollback", string.Create(CultureInfo.InvariantCulture, $"{generation}"), "--host", host.Name, "-o", "json"]));

    /// <summary>Runs any command.</summary>
    public CommandResult Exec(IReadOnlyList<string> words, TimeSpan limit) => connection.Run(Command.Of(words[0], [.. words.Skip(1)]).WithTimeout(limit));

    private static InstallAnswer RolledBack(CommandResult result) =>
        InstallAnswer.Read(result.Output) ?? throw HostAnswerException.Of("provision rollback", result);

    private string[] OfHost(string verb) => [verb, "--host", host.Name, "--repo", HostClone.Path, "-o", "json"];

    private CommandResult Run(TimeSpan limit, IReadOnlyList<string> words) => connection.Run(Provision(words).WithTimeout(limit));

    private static Command Provision(IReadOnlyList<string> words) => Command.Of("provision", words);
}
