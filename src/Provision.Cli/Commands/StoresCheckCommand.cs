using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Stores.Placement;

namespace Provision.Cli.Commands;

/// <summary><c>provision stores check</c>: reports whether the placement obeys the rules, how good it is, and which losses it would not survive.</summary>
internal static class StoresCheckCommand
{
    public static Command Create()
    {
        var command = new Command(
            "check",
            "Checks where stores lie: the hard rules, how many stores a pair of hosts shares beside the least that is possible, what the death of a host " +
                "lays on others, " +
            "and whether free slots can absorb the loss of any one host. Exit code 0 no findings, 1 a rule is broken, a pair is more than one above its " +
                "bound or a loss is not absorbed, 2 error.\n\n" +
            "Example:\n  provision stores check");
        command.SetAction(arguments =>
        {
            var fleet = PlacedFleet.Of(Workspace.Load(arguments).Fleet);
            var (breaches, figures) = (PlacementRules.Check(fleet), PlacementFigures.Of(fleet));
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(json => PlacementJson.Write(json, breaches, figures));
            }
            else
            {
                PlacementPrinter.Print(Console.Out, breaches, figures);
            }

            return breaches.Count == 0 && figures.Lost.Count == 0 && figures.Groups.All(group => group.Pairs.All(pair => pair.Most <= pair.Bound + 1))
                ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }
}
