using System.CommandLine;
using Provision.Boot.Jobs;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Record;

namespace Provision.Cli.Commands;

/// <summary><c>provision host discovered</c> and <c>host adopt</c>: machines that booted from the network and are not in the inventory.</summary>
internal static class HostAdoptCommand
{
    public static Command CreateDiscovered()
    {
        var id = new Argument<string?>("ID") { Description = "One machine, with its controllers and disks (default: a list)", Arity = ArgumentArity.ZeroOrOne };
        var remove = new Option<string?>("--remove") { Description = "Forget this machine; it is listed again if it still reports itself", HelpName = "ID" };
        var state = NetbootCommand.State();
        var command = new Command(
            "discovered",
            "Lists machines that booted from the network and are not in the inventory. They inspected themselves, touched nothing, and wait for \"host " +
                "adopt\". " +
            "A machine that has not reported for a week is forgotten.");
        command.Arguments.Add(id);
        command.Options.Add(remove);
        command.Options.Add(state);
        command.SetAction(arguments =>
        {
            var discovered = NetbootCommand.Folder(arguments, state).Discovered;
            var machines = discovered.List();
            if (arguments.GetValue(remove) is { } unwanted)
            {
                discovered.Remove(Find(machines, unwanted).Id);
                return ExitCodes.Same;
            }

            if (arguments.GetValue(id) is { } one)
            {
                machines = [Find(machines, one)];
            }

            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(machines);
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["ID", "SEEN", "FROM", "MACS", "PRODUCT", "SERIAL", "UUID"], machines.Select(machine => (IReadOnlyList<string>)
            [
                machine.Id, machine.At.ToString("u"), machine.Source, string.Join(",", machine.Report.Macs), Printable.Of(machine.Report.Product ?? "-"),
                    Printable.Of(machine.Report.Serial ?? "-"), machine.Report.DmiUuid ?? "-",
            ]));
            foreach (var line in arguments.GetValue(id) is null ? [] : machines[0].Report.Summary)
            {
                Console.Out.WriteLine("  " + Printable.Of(line, 200));
            }

            return ExitCodes.Same;
        });
        return command;
    }

    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The machine, as \"host discovered\" lists it" };
        var name = new Option<string>("--name") { Description = "The new host's name", HelpName = "NAME", Required = true };
        var chassis = new Option<string>("--chassis") { Description = "The hardware generation", HelpName = "NAME", Required = true };
        var site = new Option<string?>("--site") { Description = "The site (default: the only one)", HelpName = "NAME" };
        var roles = new Option<string[]>(
            "--role")
        { Description = "A role; give one for each", HelpName = "NAME", Required = true, AllowMultipleArgumentsPerToken = true };
        var state = NetbootCommand.State();
        var dryRun = HostCommand.DryRun();
        var command = new Command(
            "adopt",
            "Makes a discovered machine a host: writes its inventory entry with its MACs, and its drive record from what it observed in its bays. " +
            "The whole inventory is validated with both, and both changes are shown.");
        command.Arguments.Add(id);
        foreach (var option in new Option[] { name, chassis, site, roles, state, dryRun })
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var discovered = NetbootCommand.Folder(arguments, state).Discovered;
            var machine = Find(discovered.List(), arguments.GetValue(id)!);
            var host = new NewHost(arguments.GetValue(name)!, machine.Report.Macs, arguments.GetValue(chassis), arguments.GetValue(site),
                arguments.GetValue(roles)!);
            var folder = Workspace.FindFolder(arguments);
            var files = InventoryFiles.ReadFrom(folder);
            var entry = Good(HostEntry.Add(files, host));
            var record = Good(Record(entry.Result.Fleet!, host.Name, Look(discovered.BundleOf(machine.Id)!)).Edit(entry.On(files)));
            HostCommand.Show(entry);
            HostCommand.Show(record);
            if (arguments.GetValue(dryRun))
            {
                Console.Error.WriteLine("nothing was written (--dry-run)");
                return ExitCodes.Same;
            }

            EditedFile.Write(folder, entry);
            EditedFile.Write(folder, record);
            discovered.Remove(machine.Id);
            return ExitCodes.Same;
        });
        return command;
    }

    private static DiscoveredMachine Find(IReadOnlyList<DiscoveredMachine> machines, string id) =>
        machines.FirstOrDefault(machine => machine.Id == id)
        ?? throw new UserErrorException(
            [Diagnostic.Error(Location.OfFile("ID"), $"no discovered machine is \"{id}\"", NearestName.Hint(id, machines.Select(machine => machine.Id)))]);

    private static InventoryEdit Good(InventoryEdit edit) => edit.IsGood ? edit : throw new UserErrorException(edit.Result.Diagnostics);

    /// <summary>Reads what the machine observed. The bundle is untrusted and, like every bundle, read within limits.</summary>
    private static ObservedStorage Look(byte[] bundle)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bundle);
            return StorageObserver.Observe(StorageInput.ReadBundle(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static DriveRecordText Record(Fleet fleet, string name, ObservedStorage observed)
    {
        var view = HostView.Of(fleet, fleet.FindHost(name)!, Masters.Default);
        var acceptance = RecordAcceptance.Of(DriveMap.Of(view.Layout!, view, null, observed), null, observed);
        return acceptance.Refusals.Count == 0 ? acceptance.Record : throw new UserErrorException(acceptance.Refusals);
    }

    private static void PrintJson(IReadOnlyList<DiscoveredMachine> machines) => Json.Print(writer =>
    {
        writer.WriteStartArray();
        Json.Items(writer, machines, machine =>
        {
            writer.WriteString("id", machine.Id);
            writer.WriteString("seen", machine.At);
            writer.WriteString("from", machine.Source);
            writer.WriteString("dmi_uuid", machine.Report.DmiUuid);
            writer.WriteString("product", machine.Report.Product);
            writer.WriteString("serial", machine.Report.Serial);
            Json.Strings(writer, "macs", machine.Report.Macs);
            Json.Strings(writer, "summary", machine.Report.Summary);
        });
        writer.WriteEndArray();
    });
}
