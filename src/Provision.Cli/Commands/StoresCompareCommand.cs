using System.CommandLine;
using Provision.Inventory;
using Provision.Stores.Failover;
using Provision.Stores.Instances;

namespace Provision.Cli.Commands;

/// <summary><c>provision stores compare</c>: compares the contents of the replicas with the master's.</summary>
internal static class StoresCompareCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("STORE") { Description = "Names of stores (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var database = MastersDatabase.Option();
        var command = new Command(
            "compare",
            "Compares every mailbox of a store's master with its replicas in full: UID, MODSEQ, flags, size and GUID of every message. Differences are " +
                "checked again a few times, because mail arrives " +
            "meanwhile. Exit code 0 all are equal, 1 one differs, 2 error.");
        command.Arguments.Add(names);
        command.Options.Add(database);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var masters = MastersDatabase.Open(workspace, arguments.GetValue(database));
            var now = masters.Read();
            var digests = new RemoteDigests(SlotSession.Shell(workspace));
            var exit = ExitCodes.Same;
            var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
            var found = new List<(string Store, string? Replica, StoreComparison? Comparison, string? Unseen)>();
            foreach (var store in StoresCommand.Select(workspace.Fleet, arguments.GetValue(names)!))
            {
                if (!now.Stores.TryGetValue(store.Name, out var row) || workspace.Fleet.FindSlot(row.Master) is not { } master)
                {
                    const string unknown = "the database has no master for it (provision masters enroll)";
                    found.Add((store.Name, null, null, unknown));
                    Console.Error.WriteLine($"{store.Name}: {unknown}");
                    exit = ExitCodes.Trouble;
                    continue;
                }

                var replicas = store.Slots.Where(slot => slot != row.Master && !now.Fenced.ContainsKey(slot)).Select(slot => workspace.Fleet.FindSlot(slot)!)
                    .ToList();
                foreach (var (replica, result, why) in digests.CompareEach(master, replicas))
                {
                    found.Add((store.Name, replica.Name, result, why));
                    if (result is not { } comparison)
                    {
                        Console.Error.WriteLine($"{store.Name}: {replica.Name} cannot be compared: {why}");
                        exit = ExitCodes.Trouble;
                        continue;
                    }

                    exit = comparison.IsEqual ? exit : Math.Max(exit, ExitCodes.Differs);
                    if (json)
                    {
                        continue;
                    }

                    Console.Out.WriteLine($"{store.Name}: {comparison.Replica} {(comparison.IsEqual ? "equals" : "DIFFERS FROM")} {comparison.Master}, " +
                        $"{comparison.Mailboxes} mailboxes");
                    foreach (var line in comparison.Lines())
                    {
                        Console.Out.WriteLine(Printable.Of(line, 500));
                    }
                }
            }

            if (json)
            {
                PrintJson(found);
            }

            return exit;
        });
        return command;
    }

    private static void PrintJson(List<(string Store, string? Replica, StoreComparison? Comparison, string? Unseen)> found) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        Json.Array(writer, "comparisons", found, one =>
        {
            writer.WriteString("store", one.Store);
            writer.WriteString("replica", one.Replica);
            writer.WriteString("unseen", one.Comparison is null ? one.Unseen : null);
            if (one.Comparison is { } comparison)
            {
                writer.WriteString("master", comparison.Master);
                writer.WriteNumber("mailboxes", comparison.Mailboxes);
                writer.WriteBoolean("equal", comparison.IsEqual);
                Json.Array(writer, "differences", comparison.Differences, difference =>
                {
                    writer.WriteString("mailbox", difference.Name);
                    Json.Strings(writer, "what", difference.What);
                });
            }
        });
        writer.WriteEndObject();
    });
}
