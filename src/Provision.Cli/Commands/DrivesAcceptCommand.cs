using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage.Record;

namespace Provision.Cli.Commands;

/// <summary><c>provision drives accept</c>: records the observed drives as the expected ones, after confirmation.</summary>
internal static class DrivesAcceptCommand
{
    public static Command Create()
    {
        var host = new Argument<string?>("HOST")
        {
            Description = "The host (default: the one whose MACs the machine or bundle has)",
            Arity = ArgumentArity.ZeroOrOne
        };
        var input = new StorageInput();
        var yes = new Option<bool>("--yes") { Description = "Write without asking" };
        var command = new Command(
            "accept",
            "Shows what would change in the host's drive record and why, and writes it after confirmation. Sets that are not found keep their state; "
                + "sets of a new host become new.");
        command.Arguments.Add(host);
        input.AddTo(command);
        command.Options.Add(yes);
        command.SetAction(arguments => Accept(arguments, input, arguments.GetValue(host), arguments.GetValue(yes)));
        return command;
    }

    private static int Accept(ParseResult arguments, StorageInput input, string? name, bool yes)
    {
        var machine = ObservedMachineOfHost.Open(arguments, input, name, null);
        machine.PrintProblems();
        var acceptance = RecordAcceptance.Of(machine.Map, machine.Record, machine.Observed);
        if (acceptance.Refusals.Count > 0)
        {
            throw new UserErrorException(acceptance.Refusals);
        }

        var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
        if (json)
        {
            PrintJson(acceptance);
        }

        if (acceptance.Changes.Count == 0)
        {
            Console.Error.WriteLine($"the record of {machine.View.Host.Name} is as observed");
            return ExitCodes.Same;
        }

        if (!json)
        {
            Columns.Write(Console.Out, ["WHERE", "WAS", "IS", "BECAUSE"],
                Folded(acceptance.Changes).Select(change => (IReadOnlyList<string>)[change.Place, change.Was ?? "-", change.Is ?? "-", change.Why]));
        }

        var edit = acceptance.Record.Edit(InventoryFiles.ReadFrom(machine.Workspace.Folder));
        if (!edit.IsGood)
        {
            throw new UserErrorException(edit.Result.Diagnostics);
        }

        if (!Confirmation.Yes($"write {edit.Path}?", yes))
        {
            Console.Error.WriteLine("nothing was written");
            return ExitCodes.Trouble;
        }

        EditedFile.Write(machine.Workspace.Folder, edit);
        return ExitCodes.Same;
    }

    /// <summary>Folds volumes recorded for the first time, which are many and alike; changes are shown one by one.</summary>
    private static IEnumerable<RecordChange> Folded(IReadOnlyList<RecordChange> changes)
    {
        var fresh = changes.Where(change => change.Was is null && change.Place.StartsWith("volume ", StringComparison.Ordinal)).ToList();
        foreach (var change in changes.Where(change => !fresh.Contains(change)))
        {
            yield return change;
        }

        foreach (var run in NameRuns.Fold([.. fresh.Select(change => change.Place["volume ".Length..])]))
        {
            yield return new RecordChange("volume " + run, null, "UUIDs as found", "found");
        }
    }

    private static void PrintJson(RecordAcceptance acceptance) => Json.Print(writer =>
    {
        writer.WriteStartArray();
        Json.Items(writer, acceptance.Changes, change =>
        {
            writer.WriteString("place", change.Place);
            writer.WriteString("was", change.Was);
            writer.WriteString("is", change.Is);
            writer.WriteString("why", change.Why);
        });
        writer.WriteEndArray();
    });
}
