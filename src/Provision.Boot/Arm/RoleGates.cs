using Provision.Boot.Jobs;
using Provision.Inventory;

namespace Provision.Boot.Arm;

/// <summary>What came of a gate's command on one host.</summary>
/// <param name="ExitCode">Its exit code; null if it could not be run, or the host did not answer.</param>
/// <param name="Output">What it printed, or why it could not be run.</param>
public sealed record GateRun(int? ExitCode, string Output);

/// <summary>The answers of the gates that are commands.</summary>
/// <param name="Answers">One line for each command that ran, for people and for the job.</param>
/// <param name="Objections">What does not hold, or could not be seen; an engineer may pass these with a reason.</param>
public sealed record RoleGateAnswers(IReadOnlyList<string> Answers, IReadOnlyList<Diagnostic> Objections);

/// <summary>Checks the gates that roles describe as commands. Pure but for the runs that are handed in.</summary>
public static class RoleGates
{
    /// <summary>Runs the gates of a host's roles and judges the answers; what could not be seen never counts as held.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="host">The host that is to be reinstalled.</param>
    /// <param name="roles">Its roles.</param>
    /// <param name="run">Runs a command on a host.</param>
    public static RoleGateAnswers Ask(Fleet fleet, Host host, IReadOnlyList<ArmRole> roles, Func<Host, IReadOnlyList<string>, GateRun> run)
    {
        ArgumentNullException.ThrowIfNull(roles);
        var answers = new List<string>();
        var objections = new List<Diagnostic>();
        foreach (var (role, gate) in roles.Where(role => role.Gate is { Kind: GateKind.Command }).Select(role => (role.Name, Gate: role.Gate!)))
        {
            var targets = TargetsOf(fleet, host, role, gate);
            var command = gate.Run.Select(word => word.Replace("{host}", host.Name, StringComparison.Ordinal)).ToList();
            var runs = targets.Select(target => (Target: target, Run: run(target, command))).ToList();
            answers.AddRange(runs.Select(one => $"{role}: {gate.Name} on {one.Target.Name}: {(Holds(gate, one.Run) ? "yes" : Reason(gate, one.Run))}"));
            var held = runs.Count(one => Holds(gate, one.Run));
            var needed = gate.On == GateTarget.Host ? 1 : gate.Need;
            if (held < needed)
            {
                objections.Add(Diagnostic.Error(
                    host.Location,
                    targets.Count == 0
                        ? $"the gate {gate.Name} of role {role} asks other hosts of the " +
                            $"role{(gate.On == GateTarget.SitePeers ? $" at site {host.Site}" : "")}, and none is in service"
                        : $"the gate {gate.Name} of role {role} holds on {held} of {needed} {(needed == 1 ? "host" : "hosts")}: "
                            + string.Join("; ", runs.Where(one => !Holds(gate, one.Run)).Select(one => $"{one.Target.Name}: {Reason(gate, one.Run)}")),
                    $"its command: {string.Join(' ', command)}"));
            }
        }

        return new RoleGateAnswers(answers, objections);
    }

    private static IReadOnlyList<Host> TargetsOf(Fleet fleet, Host host, string role, ReinstallGate gate) => gate.On == GateTarget.Host
        ? [host]
        : [.. fleet.Hosts.Where(other => other.Name != host.Name && other.Status == HostStatus.Active && fleet.RolesOf(other).Has(role)
            && (gate.On == GateTarget.Peers || other.Site == host.Site))];

    private static bool Holds(ReinstallGate gate, GateRun run) => run.ExitCode == 0 && (!gate.PrintsNothing || run.Output.Trim().Length == 0);

    private static string Reason(ReinstallGate gate, GateRun run)
    {
        var lines = run.Output.Trim().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = lines.Length == 0 ? "" : Printable.Of(lines[^1].Trim());
        return run.ExitCode is not { } code ? $"unknown, {last}"
            : code == 0 && gate.PrintsNothing ? $"no, it printed {lines.Length} {(lines.Length == 1 ? "line" : "lines")}"
            : $"no, exit code {code}{(last.Length > 0 ? $", {last}" : "")}";
    }
}
