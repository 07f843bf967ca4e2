using System.CommandLine;
using Provision.Inventory;
using Provision.Stores.Failover;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot merge</c>: returns a fenced slot to service.</summary>
internal static class SlotMergeCommand
{
    public static Command Create()
    {
        var host = new Argument<string>("HOST") { Description = "The slot's host" };
        var slot = new Argument<string>("SLOT") { Description = "A fenced slot" };
        var loss = new Option<string?>(
            "--accept-loss")
        {
            Description = "Merge although one of its mailboxes is not on the master; the reason is kept in the history",
            HelpName = "REASON"
        };
        var yes = StorageOptions.Yes();
        var database = MastersDatabase.Option();
        var command = new Command(
            "merge",
            "Copies what only a fenced slot has to the store's master and replicas, compares, and starts the slot as a replica. A slot is fenced if another " +
                "took over from it by force; " +
            "until it is merged it does not start, and its host is not reinstalled. Run it where the database of masters is, with the slot's host up.");
        command.Arguments.Add(host);
        command.Arguments.Add(slot);
        command.Options.Add(loss);
        command.Options.Add(yes);
        command.Options.Add(database);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var known = workspace.FindHost(arguments.GetValue(host), null!);
            var name = arguments.GetValue(slot)!;
            var found = workspace.Fleet.SlotsOf(known).FirstOrDefault(one => one.Name == name)
                ?? throw new UserErrorException(
                    [Diagnostic.Error(Location.OfFile("SLOT"), $"{known.Name} has no slot \"{name}\"",
                    NearestName.Hint(name, workspace.Fleet.SlotsOf(known).Select(one => one.Name)))]);
            using var masters = MastersDatabase.Open(workspace, arguments.GetValue(database));
            if (!Confirmation.Yes($"bring what only {name} has to the rest of its store, and start it as a replica?", arguments.GetValue(yes)))
            {
                return ExitCodes.Trouble;
            }

            var shell = SlotSession.Shell(workspace);
            var tools = new FailoverTools(workspace.Fleet, masters, new RemoteInstances(shell), Session.Author, TimeProvider.System, (store, line) =>
                Console.Error.WriteLine($"{store}: {line}"));
            new InstanceMerge(tools, shell, new RemoteDigests(shell).OnlyOnFirst).Run(found, arguments.GetValue(loss));
            Console.Out.WriteLine($"{name} is merged, and a replica again");
            return ExitCodes.Same;
        });
        return command;
    }
}
