using Provision.Boot.Arm;
using Provision.Inventory;

namespace Provision.Boot.Tests;

/// <summary>Gates that are commands: what holds, what does not, and what could not be seen.</summary>
public class RoleGateTests
{
    private static readonly Fleet Fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;

    private static readonly ReinstallGate Peers = new("pair-serving", GateKind.Command) { Run = ["serves", "{host}"], On = GateTarget.SitePeers };

    private static readonly ReinstallGate Queue = new("drained", GateKind.Command) { Run = ["postqueue", "-j"], PrintsNothing = true };

    [Fact]
    public void A_peer_that_serves_is_enough_and_is_asked_about_the_host()
    {
        var asked = new List<string>();
        var answers = Ask("web1", "web", Peers, (host, command) =>
        {
            asked.Add($"{host.Name}: {string.Join(' ', command)}");
            return new GateRun(0, "");
        });
        Assert.Empty(answers.Objections);
        Assert.NotEmpty(asked);
        Assert.All(asked, line => Assert.EndsWith(": serves web1", line, StringComparison.Ordinal));
        Assert.DoesNotContain(asked, line => line.StartsWith("web1:", StringComparison.Ordinal));
        Assert.Equal(asked.Count, answers.Answers.Count);
    }

    [Fact]
    public void Only_hosts_of_the_role_at_the_site_that_are_in_service_are_asked()
    {
        var site = Fleet.FindHost("web1")!.Site;
        Ask("web1", "web", Peers, (host, _) =>
        {
            Assert.Equal((site, HostStatus.Active, true), (host.Site, host.Status, Fleet.RolesOf(host).Has("web")));
            return new GateRun(0, "");
        });
    }

    [Theory]
    [InlineData(1, "no, exit code 1, inactive")]
    [InlineData(null, "unknown, web2 does not answer")]
    public void A_peer_that_does_not_serve_or_does_not_answer_is_an_objection(int? exitCode, string reason)
    {
        var answers = Ask("web1", "web", Peers, (_, _) => new GateRun(exitCode, exitCode is null ? "web2 does not answer" : "inactive\n"));
        Assert.Contains("the gate pair-serving of role web holds on 0 of 1 host", Assert.Single(answers.Objections).Message, StringComparison.Ordinal);
        Assert.Contains(reason, answers.Objections[0].Message, StringComparison.Ordinal);
        Assert.All(answers.Answers, line => Assert.Contains(reason, line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "", true)]
    [InlineData(0, "\n", true)]
    [InlineData(0, "{\"queue_name\": \"deferred\"}\n", false)]
    [InlineData(69, "", false)]
    public void A_queue_must_be_seen_to_be_empty(int exitCode, string output, bool holds) =>
        Assert.Equal(holds, Ask("mx1", "mx", Queue, (host, _) =>
        {
            Assert.Equal("mx1", host.Name);
            return new GateRun(exitCode, output);
        }).Objections.Count == 0);

    [Fact]
    public void Without_a_peer_nothing_can_take_over()
    {
        var alone = Fleet.Hosts.First(host => host.Status == HostStatus.Active);
        var answers = RoleGates.Ask(Fleet, alone, [new ArmRole("no-such-role", DataClass.Primary, Peers)], (_, _) =>
            throw new InvalidOperationException("nobody is there to be asked"));
        Assert.Contains("none is in service", Assert.Single(answers.Objections).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_one_peer_can_be_asked_for()
    {
        var answered = 0;
        var answers = Ask("web1", "web", Peers with { On = GateTarget.Peers, Need = 2 }, (_, _) => new GateRun(answered++ == 0 ? 0 : 1, ""));
        Assert.Contains("holds on 1 of 2 hosts", Assert.Single(answers.Objections).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_role_of_the_sample_that_asks_for_something_has_a_gate_that_is_checked() =>
        Assert.All(Fleet.Roles.Where(role => role.Gate.Kind == GateKind.Command), role => Assert.NotEmpty(role.Gate.Run));

    private static RoleGateAnswers Ask(string host, string role, ReinstallGate gate, Func<Host, IReadOnlyList<string>, GateRun> run) =>
        RoleGates.Ask(Fleet, Fleet.FindHost(host)!, [new ArmRole(role, DataClass.Cache, gate)], run);
}
