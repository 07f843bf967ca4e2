using Provision.Boot.Installer.Target;
using Provision.Boot.Jobs;
using Provision.Storage.Guard;
using Provision.Storage.Plans;

namespace Provision.Boot.Installer.Plan;

/// <summary>The plan that this machine gives, held against the one that was armed (docs/design.md, rule 4).</summary>
internal static class PlanCheck
{
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(5);

    public static void Compare(InstallRun run)
    {
        var told = "";
        while (true)
        {
            var plan = ReinstallPlanner.Of(run.Layout, run.Fleet.FindDrives(run.Order.Host), run.Observed, run.Order.OsDiskSerials);
            run.Plan = plan;
            if (plan.Hash == run.Order.PlanHash || !run.Holds(Safeguard.PlanHash))
            {
                break;
            }

            if (!run.Channel.CanApprove)
            {
                throw new InstallException(Differences(run.Order, plan)) { Differs = true };
            }

            if (told != plan.Hash)
            {
                told = plan.Hash;
                Differences(run.Order, plan).ToList().ForEach(line => run.Say(line, isError: true));
                run.Channel.Report(new InstallReport { Outcome = InstallOutcome.Differs, FoundHash = plan.Hash, Problems = Differences(run.Order, plan) });
                run.Say($"waiting for an engineer: provision netboot approve {run.Order.Host} --hash {plan.Hash[..12]}, or disarm");
            }

            run.CheckDeadline();
            run.Machine.Wait(BetweenQuestions);
            Ask(run);
        }

        run.Target = TargetDisks.Find(run);
        run.Guard = new DiskGuard(run.Machine.Commands, run.Machine.Reader, run.Target.Allowed, command => run.Say($"  {command}"));
        run.Say($"the plan is {run.Plan!.Hash[..12]}; target: {string.Join(", ", run.Target.Disks.Select(disk => $"/dev/{disk.Name} ({disk.Identity})"))}");
    }

    /// <summary>Asks for the order again. What was approved was approved of this machine as it is now, so it is looked at anew.</summary>
    private static void Ask(InstallRun run)
    {
        var before = run.Order;
        JobClaim.Take(run);
        OrderCheck.Fresh(run.Order, before.Number);
        if (run.Order.PlanHash != before.PlanHash)
        {
            Probe.Again(run);
        }
    }

    private static IReadOnlyList<string> Differences(OrderDocument order, StoragePlan plan) =>
    [
        $"this machine's plan is {plan.Hash}, and {order.Host} was armed for {order.PlanHash}: nothing is written",
        .. plan.Actions.Select(action =>
            $"  {action.Word} {action.Target}: {action.Reason}{(action.Identities.Count == 0 ? "" : $" [{string.Join("; ", action.Identities)}]")}"),
    ];
}
