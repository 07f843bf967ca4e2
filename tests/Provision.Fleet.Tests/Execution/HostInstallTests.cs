using System.Text;
using Provision.FleetRuns.Execution;
using Provision.FleetRuns.Remote;
using Provision.FleetRuns.Runs;

namespace Provision.Fleet.Tests.Execution;

/// <summary>The visit of one host, with connections that die at every command: what is recorded is what the host did.</summary>
public class HostInstallTests
{
    private static readonly string Commit = new('a', 40);
    private static readonly Host Target = TestFleet.Hosts[0];

    public static TheoryData<int, bool> Deaths
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (var at = 0; at < 9; at++)
            {
                data.Add(at, false);
                data.Add(at, true);
            }

            return data;
        }
    }

    [Fact]
    public void A_host_that_differs_is_installed_checked_and_confirmed_by_a_new_connection()
    {
        var host = new FakeHost();
        var visit = Visit(host);
        Assert.Equal((HostProgress.Installed, 5), (visit.Progress, visit.Generation!.Value));
        Assert.Equal("confirm show diff install | check confirm", host.Story);
        Assert.True(host is { Generation: 5, Waiting: null });
    }

    /// <summary>A connection dies before or after one of its commands takes effect, once.</summary>
    [Theory]
    [MemberData(nameof(Deaths))]
    public void A_connection_that_dies_never_makes_a_false_report(int at, bool afterwards)
    {
        var host = new FakeHost { DiesAt = at, DiesAfterwards = afterwards };
        var visit = Visit(host);
        Assert.Null(host.Waiting);
        switch (visit.Progress)
        {
            case HostProgress.Installed:
                Assert.Equal(5, host.Generation);
                break;
            case HostProgress.Unreachable:
                Assert.Equal(4, host.Generation);
                break;
            default:
                Assert.Fail($"{visit.Progress}: {visit.Message}");
                break;
        }
    }

    [Fact]
    public void A_host_that_gets_worse_is_rolled_back_and_not_reported_as_installed()
    {
        var host = new FakeHost { After = """{"state":2,"line":"x","findings":[{"check":"ports","level":"critical","sentence":"port 25 is closed"}]}""" };
        var visit = Visit(host);
        Assert.Equal(HostProgress.RolledBack, visit.Progress);
        Assert.Contains("port 25 is closed", visit.Message, StringComparison.Ordinal);
        Assert.True(host is { Generation: 6, Waiting: null, Undone: true });
    }

    [Fact]
    public void What_was_critical_before_does_not_prevent_the_install()
    {
        const string sick = """{"state":2,"line":"x","findings":[{"check":"ports","level":"critical","sentence":"port 25 is closed"}]}""";
        Assert.Equal(HostProgress.Installed, Visit(new FakeHost { Before = sick, After = sick }).Progress);
    }

    [Fact]
    public void A_host_that_rolled_back_before_the_confirmation_is_not_installed()
    {
        var host = new FakeHost { RollsBackBeforeConfirmation = true };
        Assert.Equal(HostProgress.RolledBack, Visit(host).Progress);
    }

    [Theory]
    [InlineData("drift", false, HostProgress.Refused)]
    [InlineData("conflict", false, HostProgress.Refused)]
    [InlineData("drift", true, HostProgress.Installed)]
    [InlineData("update", false, HostProgress.Installed)]
    public void Files_that_were_changed_there_are_overwritten_only_if_that_is_wanted(string verdict, bool overwrite, HostProgress expected) =>
        Assert.Equal(expected, Visit(new FakeHost { Verdict = verdict }, overwrite).Progress);

    [Fact]
    public void Another_commit_or_another_install_that_waits_is_refused()
    {
        Assert.Equal(HostProgress.Refused, Visit(new FakeHost { ComparesWith = new string('b', 40) }).Progress);
        var waiting = new FakeHost { Waiting = 4, WaitingCommit = "bbbbbbbbbbbb" };
        Assert.Equal(HostProgress.Refused, Visit(waiting).Progress);
        Assert.Equal(4, waiting.Waiting);
    }

    [Fact]
    public void What_waits_of_this_run_is_confirmed_after_a_resume()
    {
        var host = new FakeHost { Waiting = 4, WaitingCommit = Commit[..12] };
        var visit = Visit(host);
        Assert.Equal((HostProgress.Installed, 4), (visit.Progress, visit.Generation!.Value));
        Assert.Null(host.Waiting);
    }

    [Fact]
    public void An_answer_that_is_none_changes_nothing()
    {
        var host = new FakeHost { Garbage = true };
        Assert.Equal(HostProgress.Refused, Visit(host).Progress);
        Assert.Equal(4, host.Generation);
    }

    private static RunHost Visit(FakeHost host, bool overwrite = false)
    {
        var order = new RunOrder("*", Commit, "ann@x", 0, 0, 1, TimeSpan.Zero, TimeSpan.FromSeconds(30), overwrite, []);
        return new HostInstall(host, new CommitBundles(new Git(host, "/nowhere")), order, TimeProvider.System).Run(
            Target, new DeliveredCommit(Commit, "main", null), new RunHost(Target.Name, 1, HostProgress.Running), _ => { });
    }

    /// <summary>A host as far as its answers go. It has the commit already, so nothing is bundled.</summary>
    private sealed class FakeHost : IHostConnector, ICommandRunner
    {
        private const string Healthy = """{"state":0,"line":"OK","findings":[]}""";
        private readonly StringBuilder story = new();
        private int commands;

        public int Generation { get; private set; } = 4;

        public int? Waiting { get; set; }

        public string WaitingCommit { get; set; } = Commit[..12];

        public bool Undone { get; private set; }

        public int DiesAt { get; init; } = -1;

        public bool DiesAfterwards { get; init; }

        public string Before { get; init; } = Healthy;

        public string After { get; init; } = Healthy;

        public string Verdict { get; init; } = "update";

        public string ComparesWith { get; init; } = Commit;

        public bool RollsBackBeforeConfirmation { get; init; }

        public bool Garbage { get; init; }

        /// <summary>The main commands, with a bar where a new connection began.</summary>
        public string Story => string.Join(' ', story.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word == "|"));

        public IHostConnection Connect(Host host)
        {
            story.Append(" |");
            return new Connection(this);
        }

        CommandResult ICommandRunner.Run(Command command, CancellationToken cancellation) => throw new InvalidOperationException("nothing is bundled");

        private CommandResult Run(Command command)
        {
            var dies = commands++ == DiesAt;
            if (dies && !DiesAfterwards)
            {
                throw new HostUnreachableException("the connection died");
            }

            var (exit, text) = Garbage ? (0, "Welcome!") : Answer(command.Arguments);
            return dies ? throw new HostUnreachableException("the connection died")
                : new CommandResult(command, exit, Encoding.UTF8.GetBytes(text), "");
        }

        private (int Exit, string Text) Answer(IReadOnlyList<string> words)
        {
            var verb = words[0] == "repository" ? words[1] : words[0];
            if (verb is not ("receive" or "check") || Generation > 4)
            {
                story.Append(' ').Append(verb);
            }

            switch (verb)
            {
                case "show":
                    return (0, $$"""{"directory":"/x","head":"{{Commit}}","has":true}""");
                case "receive":
                    return (0, "");
                case "check":
                    return (0, Generation == 4 ? Before : After);
                case "diff":
                    return (1, $$"""
                        {"host":"{{Target.Name}}","commit":"{{ComparesWith}}","plan_hash":"p","exit":1,"actions":[],"packages":[],"problems":[],
                        "files":[{"path":"/etc/a","verdict":"{{Verdict}}","reasons":[],"diff":[]}]}
                        """);
                case "install":
                    (Generation, Waiting) = (Generation + 1, Generation + 1);
                    return (0, $$"""{"outcome":"installed","exit":0,"generation":{{Generation}},"messages":[]}""");
                case "rollback":
                    Back();
                    return (0, $$"""{"outcome":"taken_back","exit":0,"generation":{{Generation}},"messages":[]}""");
                case "confirm" when words[1] == "-o":
                    return (0, Waiting is { } waiting
                        ? $$"""{"host_generation":{{Generation}},"generation":{{waiting}},"commit":"{{WaitingCommit}}","finished":true,"confirm_seconds":9}"""
                        : $$"""{"host_generation":{{Generation}}}""");
                default:
                    if (RollsBackBeforeConfirmation && !Undone)
                    {
                        Back();
                    }

                    Waiting = null;
                    return (Undone ? 1 : 0, "{}");
            }
        }

        private void Back() => (Generation, Waiting, Undone) = (Generation + 1, null, true);

        private sealed class Connection(FakeHost host) : IHostConnection
        {
            public CommandResult Run(Command command) => host.Run(command);

            public void Dispose()
            {
            }
        }
    }
}
