using System.CommandLine;
using System.Text;
using Provision.Cli.Printing;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision host add</c>, <c>retire</c>, <c>discovered</c> and <c>adopt</c>: edit the inventory and preserve its comments and order.</summary>
internal static class HostCommand
{
    public static Command Create()
    {
        var command = new Command(
            "host",
            "Adds hosts to the inventory, imports running machines, adopts those that booted from the network, prepares them, keeps keys, retires.");
        command.Subcommands.Add(CreateAdd());
        command.Subcommands.Add(CreateRetire());
        command.Subcommands.Add(HostAdoptCommand.CreateDiscovered());
        command.Subcommands.Add(HostAdoptCommand.Create());
        command.Subcommands.Add(HostIdentityCommand.Create());
        command.Subcommands.Add(HostImportCommand.Create());
        command.Subcommands.Add(HostBootstrapCommand.Create());
        return command;
    }

    private static Command CreateAdd()
    {
        var name = new Argument<string>("NAME") { Description = "The new host's name" };
        var macs = new Option<string[]>("--mac")
        {
            Description = "A MAC address; one for each NIC",
            HelpName = "MAC",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var chassis = new Option<string?>("--chassis") { Description = "The hardware generation", HelpName = "NAME" };
        var site = new Option<string?>("--site") { Description = "The site (default: the only one)", HelpName = "NAME" };
        var roles = new Option<string[]>("--role")
        {
            Description = "A role; give one for each",
            HelpName = "NAME",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var dryRun = DryRun();
        var command = new Command(
            "add",
            "Writes a host into its site's file, keeping comments and order, with a free address and a free slot network; " +
            "checks the whole inventory with it and shows the change.");
        command.Arguments.Add(name);
        command.Options.Add(macs);
        command.Options.Add(chassis);
        command.Options.Add(site);
        command.Options.Add(roles);
        command.Options.Add(dryRun);
        command.SetAction(arguments => Apply(
            arguments,
            files => HostEntry.Add(files, new NewHost(
                arguments.GetValue(name)!, arguments.GetValue(macs)!, arguments.GetValue(chassis), arguments.GetValue(site), arguments.GetValue(roles)!)),
            arguments.GetValue(dryRun)));
        return command;
    }

    private static Command CreateRetire()
    {
        var name = new Argument<string>("NAME") { Description = "The host's name" };
        var dryRun = DryRun();
        var command = new Command(
            "retire",
            "Marks a host as retired: its name, MACs and addresses stay taken, and it has no desired state any more. Refused while stores use its slots.");
        command.Arguments.Add(name);
        command.Options.Add(dryRun);
        command.SetAction(arguments => Apply(arguments, files => HostEntry.Retire(files, arguments.GetValue(name)!), arguments.GetValue(dryRun)));
        return command;
    }

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Show the change and write nothing" };

    private static int Apply(ParseResult arguments, Func<InventoryFiles, InventoryEdit> edit, bool dryRun)
    {
        var folder = Workspace.FindFolder(arguments);
        var result = edit(InventoryFiles.ReadFrom(folder));
        if (!result.IsGood)
        {
            throw new UserErrorException(result.Result.Diagnostics);
        }

        var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
        if (!json)
        {
            Show(result);
        }

        if (!dryRun)
        {
            EditedFile.Write(folder, result);
        }
        else
        {
            Console.Error.WriteLine("nothing was written (--dry-run)");
        }

        if (json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("path", result.Path);
                writer.WriteBoolean("written", !dryRun);
                Json.Strings(
                    writer, "diff",
                    UnifiedDiff.Hunks(result.Before, result.After).SelectMany(hunk => hunk.Lines.Select(line => line.Marked).Prepend(hunk.Header)));
                writer.WriteEndObject();
            });
        }

        return ExitCodes.Same;
    }

    public static void Show(InventoryEdit edit)
    {
        var shown = new StringBuilder($"--- {edit.Path}\n+++ {edit.Path}\n");
        UnifiedDiff.Write(shown, UnifiedDiff.Hunks(edit.Before, edit.After));
        Console.Out.Write(shown);
    }
}
