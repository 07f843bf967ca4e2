using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Stores.Placement;

namespace Provision.Cli.Commands;

/// <summary><c>provision stores plan</c>: plans the steps that add stores, empty a host, fill a host, or spread pairs.</summary>
internal static class StoresPlanCommand
{
    public static Command Create()
    {
        var add = new Option<int>("--add-store") { Description = "Make so many new stores", HelpName = "N" }.Between(0, 100_000);
        var @class = new Option<string?>("--class") { Description = "Slot class of the new stores (default: the only one)", HelpName = "NAME" };
        var home = new Option<string?>(
            "--home")
        {
            Description = "Site of two of three copies of the new stores (default: the one with most slots of the class in use)",
            HelpName = "SITE"
        };
        var evacuate = new Option<string[]>("--evacuate") { Description = "Move every store off this host; may be given more than once", HelpName = "HOST" };
        var hosts = new Option<string[]>(
            "--add-host")
        { Description = "Give this host its even share, also one of status new; may be given more than once", HelpName = "HOST" };
        var write = new Option<bool>("--write") { Description = "Write the placement that the plan ends with into the inventory, keeping comments and order" };
        var masters = GlobalOptions.Masters();
        var command = new Command(
            "plan",
            "Plans a change of where stores lie, as steps: add a replica, wait until it is in sync, drop the old one. No step breaks a hard rule or takes a " +
                "copy away before the new one is there; " +
            "moves are as few as possible. Without options it spreads pairs of hosts that share too many stores. The same inventory gives the same plan. " +
            "Exit code 0 the plan is shown or nothing has to be done, 1 refused (with the rule and the hosts), 2 error.\n\n" +
            "Examples:\n" +
            "  provision stores plan --add-store 10 --class tera\n" +
            "  provision stores plan --evacuate imap33\n" +
            "  provision stores plan --add-host imap37 -o json");
        command.Options.Add(add);
        command.Options.Add(@class);
        command.Options.Add(home);
        command.Options.Add(evacuate);
        command.Options.Add(hosts);
        command.Options.Add(masters);
        command.Options.Add(write);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var request = new PlanRequest
            {
                AddStores = arguments.GetValue(add),
                Class = arguments.GetValue(@class),
                Home = arguments.GetValue(home),
                AddHosts = [.. arguments.GetValue(hosts)!.Distinct()],
                Evacuate = [.. arguments.GetValue(evacuate)!.Distinct()],
            };
            RequireKnown(workspace.Fleet, request);
            var plan = StorePlanner.Of(PlacedFleet.Of(workspace.Fleet), request, workspace.ShownMasters(arguments.GetValue(masters)));
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(json => PlacementJson.Write(json, plan));
            }
            else
            {
                PlacementPrinter.Print(Console.Out, plan);
            }

            if (plan.Refusals.Count > 0)
            {
                return ExitCodes.Differs;
            }

            if (arguments.GetValue(write) && plan.Steps.Count > 0)
            {
                var path = EditedFile.Place(workspace, plan.Changed);
                Console.Error.WriteLine($"written to {path}; commit and push it");
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static void RequireKnown(Fleet fleet, PlanRequest request)
    {
        var problems = new DiagnosticBag();
        foreach (var (option, name) in request.AddHosts.Select(host => ("--add-host", host)).Concat(request.Evacuate.Select(host => ("--evacuate", host)))
            .Where(host => fleet.FindHost(host.Item2) is null))
        {
            problems.Error(Location.OfFile(option), $"the inventory has no host \"{name}\"", NearestName.Hint(name, fleet.Hosts.Select(known => known.Name))
                ?? "write it first: provision host add");
        }

        if (request.Home is { } home && fleet.FindSite(home) is null)
        {
            problems.Error(Location.OfFile("--home"), $"there is no site \"{home}\"", NearestName.Hint(home, fleet.Sites.Select(known => known.Name)));
        }

        if (problems.HasErrors)
        {
            throw new UserErrorException(problems);
        }
    }
}
