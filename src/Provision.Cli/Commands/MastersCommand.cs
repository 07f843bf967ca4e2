using System.CommandLine;
using System.Globalization;
using System.Text;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Cli.Commands;

/// <summary><c>provision masters</c>: shows the master of each store according to the database.</summary>
internal static class MastersCommand
{
    public static Command Create()
    {
        var database = MastersDatabase.Option();
        database.Recursive = true;
        var command = new Command(
            "masters",
            "Lists who is master of each store, by the database itself, and which slots are fenced: those may have mail that no other slot has, and do not " +
                "start until they are merged.\n\n" +
            "  provision masters history store7     who moved it, when and why\n" +
            "  provision masters enroll             gives the inventory's new stores their first slot as master\n" +
            "  provision masters restore FILE       after the database was lost: the last export, with every epoch raised");
        command.Options.Add(database);
        command.Subcommands.Add(History(database));
        command.Subcommands.Add(Check(database));
        command.Subcommands.Add(Enroll(database));
        command.Subcommands.Add(Export(database));
        command.Subcommands.Add(Restore(database));
        command.Subcommands.Add(MastersServeCommand.Create(database));
        command.Subcommands.Add(MastersFollowCommand.Create());
        command.Subcommands.Add(MastersCertificateCommand.Create());
        command.SetAction(arguments =>
        {
            using var store = MastersDatabase.Open(Workspace.Load(arguments), arguments.GetValue(database));
            var now = store.Read();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Console.Out.Write(Encoding.UTF8.GetString(MastershipExport.ToBytes(now)));
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["STORE", "MASTER", "EPOCH", "MODE", "SINCE", "BY"], now.Stores.Values.OrderBy(row => row.Store, NaturalOrder.Instance)
                .Select(row => (IReadOnlyList<string>)
            [
                row.Store, row.Master, Number(row.Epoch), row.Mode == StoreMode.Up ? "up" : row.Target is null ? "moving" : $"moving to {row.Target}",
                    Time(row.Since), Printable.Of(row.By),
            ]));
            if (now.Fenced.Count > 0)
            {
                Console.Out.WriteLine();
                Columns.Write(Console.Out, ["FENCED", "STORE", "EPOCH", "SINCE", "BY", "REASON"],
                    now.Fenced.Values.OrderBy(row => row.Slot, NaturalOrder.Instance).Select(row => (IReadOnlyList<string>)
                [
                    row.Slot, row.Store, Number(row.Epoch), Time(row.At), Printable.Of(row.By), Printable.Of(row.Reason, 300),
                ]));
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static Command History(Option<string?> database)
    {
        var name = new Argument<string?>("STORE") { Description = "Only this store", Arity = ArgumentArity.ZeroOrOne };
        var most = new Option<int>("--last") { Description = "How many changes", HelpName = "N", DefaultValueFactory = _ => 50 }.Between(1, 100_000);
        var command = new Command("history", "Lists the last changes of masters, the newest first: who moved what, when and why.");
        command.Arguments.Add(name);
        command.Options.Add(most);
        command.SetAction(arguments =>
        {
            using var store = MastersDatabase.Open(Workspace.Load(arguments), arguments.GetValue(database));
            var events = store.History(arguments.GetValue(name), arguments.GetValue(most));
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(writer =>
                {
                    writer.WriteStartArray();
                    Json.Items(writer, events, one =>
                    {
                        writer.WriteNumber("serial", one.Serial);
                        writer.WriteString("at", one.At);
                        writer.WriteString("by", one.By);
                        writer.WriteString("store", one.Store);
                        writer.WriteString("what", one.What);
                        writer.WriteString("from", one.From);
                        writer.WriteString("to", one.To);
                        writer.WriteNumber("epoch", one.Epoch);
                        writer.WriteString("reason", one.Reason);
                    });
                    writer.WriteEndArray();
                });
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["SERIAL", "AT", "BY", "STORE", "WHAT", "FROM", "TO", "EPOCH", "REASON"], events.Select(one => (IReadOnlyList<string>)
            [
                Number(one.Serial), Time(one.At), Printable.Of(one.By), one.Store, one.What, one.From ?? "-", one.To ?? "-", Number(one.Epoch),
                    Printable.Of(one.Reason ?? "", 300),
            ]));
            return ExitCodes.Same;
        });
        return command;
    }

    private static Command Check(Option<string?> database)
    {
        var command = new Command(
            "check",
            "Checks the database: that it can be read, that the chain of its changes is whole, and, with PostgreSQL, that no change is confirmed before a " +
                "standby has it. Exit code 0: nothing found, 1: a change could be lost, 2: error.");
        command.SetAction(arguments =>
        {
            using var store = MastersDatabase.Open(Workspace.Load(arguments), arguments.GetValue(database));
            var now = store.Read();
            var links = store.Links(-1);
            var problems = new[] { MastershipLink.WhyBroken(now, links), store.Weakness() }.OfType<string>().ToList();
            problems.ForEach(problem => Console.Error.WriteLine($"provision: {problem}"));
            if (problems.Count == 0)
            {
                Console.Out.WriteLine($"{now.Stores.Count} stores at serial {now.Serial}, {links.Count} changes in the chain: nothing found");
            }

            return problems.Count == 0 ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    private static Command Enroll(Option<string?> database)
    {
        var fresh = new Option<bool>("--new") { Description = "Create the database, once in the life of a fleet; a lost one is restored instead" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask for confirmation" };
        var command = new Command("enroll",
            "Makes the first slot the master of every store that the database does not know. Shows what it would do, and asks for confirmation.");
        command.Options.Add(fresh);
        command.Options.Add(yes);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var store = MastersDatabase.Open(workspace, arguments.GetValue(database), arguments.GetValue(fresh));
            var known = store.Read();
            var missing = workspace.Fleet.Stores.Where(one => !known.Stores.ContainsKey(one.Name)).ToList();
            foreach (var gone in known.Stores.Keys.Where(one => workspace.Fleet.FindStore(one) is null).Order(NaturalOrder.Instance))
            {
                Console.Error.WriteLine($"provision: the database knows the store {gone}, and the inventory does not");
            }

            if (missing.Count == 0)
            {
                Console.Out.WriteLine($"all {workspace.Fleet.Stores.Count} stores are enrolled");
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["STORE", "MASTER"], missing.Select(one => (IReadOnlyList<string>)[one.Name, one.Slots[0]]));
            Confirmation.Ask(arguments.GetValue(yes), "enroll", $"{missing.Count} stores to enroll");
            var refused = 0;
            foreach (var one in missing)
            {
                if (store.Change(new MastershipChange.Enroll(one.Name, one.Slots[0], Session.Author, DateTimeOffset.UtcNow)).Refusal is { } refusal)
                {
                    refused++;
                    Console.Error.WriteLine($"provision: {refusal}");
                }
            }

            Console.Out.WriteLine($"{missing.Count - refused} stores enrolled");
            return refused == 0 ? ExitCodes.Same : ExitCodes.Trouble;
        });
        return command;
    }

    private static Command Export(Option<string?> database)
    {
        var to = new Option<string[]>("--to")
        {
            Description = "A directory, or ssh://user@host/directory (default: masters.exports of the inventory, for its " +
            "own database)",
            HelpName = "DEST"
        };
        var command = new Command("export",
            "Exports the masters now; every change is exported automatically. Keep at least one destination on another machine.");
        command.Options.Add(to);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var destinations = MastersDatabase.Destinations(
                workspace, arguments.GetValue(to) is { Length: > 0 } named ? named : MastersDatabase.ExportsOf(workspace, arguments.GetValue(database)));
            if (destinations.Count == 0)
            {
                throw new UserErrorException("nowhere to export to: name a destination with --to DEST, or in the inventory, masters: { exports: [...] }");
            }

            using var store = MastersDatabase.Open(workspace, arguments.GetValue(database));
            var now = store.Read();
            var failed = 0;
            foreach (var destination in destinations)
            {
                if (destination.Write(now) is { } why)
                {
                    failed++;
                    Console.Error.WriteLine($"provision: export to {destination.Name}: {why}");
                }
                else
                {
                    Console.Out.WriteLine($"{destination.Name}/{MastershipExport.FileName(now.Serial)}");
                }
            }

            return failed == 0 ? ExitCodes.Same : ExitCodes.Trouble;
        });
        return command;
    }

    private static Command Restore(Option<string?> database)
    {
        var file = new Argument<string>("FILE") { Description = "An export: the one with the highest serial" };
        var force = new Option<bool>("--force") { Description = "Replace what the database holds; its fences stay" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask for confirmation" };
        var signers = new Option<string>("--allowed-signers")
        {
            Description = "Who may sign exports (namespace provision-masters), in the format of ssh-keygen",
            HelpName = "FILE",
            DefaultValueFactory = _ => AllowedSigners.DefaultFile,
        };
        var unsigned = new Option<bool>("--unsigned") { Description = "Restore an export that is not signed by one of them: you know where it comes from" };
        var command = new Command(
            "restore",
            "Replaces the masters by an export, and creates a lost database. Every epoch and the serial are raised, so that earlier confirmations become " +
                "invalid; the history stays. Where signers of exports are allowed, an export that none of them signed is refused.");
        command.Arguments.Add(file);
        command.Options.Add(signers);
        command.Options.Add(unsigned);
        command.Options.Add(force);
        command.Options.Add(yes);
        command.SetAction(arguments =>
        {
            var path = arguments.GetValue(file)!;
            var problems = new DiagnosticBag();
            var content = File.ReadAllBytes(path);
            if (MastershipExport.Read(content, path, problems) is not { Snapshot: var exported })
            {
                throw new UserErrorException(problems);
            }

            CheckSignature(content, exported, path, arguments.GetValue(signers)!, arguments.GetValue(unsigned));
            var workspace = Workspace.Load(arguments);
            Console.Error.WriteLine($"{path}: {exported.Stores.Count} stores, {exported.Fenced.Count} fenced slots, serial {exported.Serial}; last change " +
                $"{(exported.Stores.Count == 0 ? "never" : Time(exported.Stores.Values.Max(row => row.Since)))}");
            Confirmation.Ask(arguments.GetValue(yes), "restore", $"{exported.Stores.Count} stores to restore");
            using var store = MastersDatabase.Open(workspace, arguments.GetValue(database), create: true);
            var (after, refusal) = store.Restore(exported, Session.Author, DateTimeOffset.UtcNow, arguments.GetValue(force));
            if (after is null)
            {
                throw new UserErrorException($"nothing was restored: {refusal}");
            }

            Console.Out.WriteLine($"{after.Stores.Count} stores restored; serial {after.Serial}");
            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Refuses an export that is not signed where it has to be.</summary>
    private static void CheckSignature(byte[] content, MastershipSnapshot exported, string path, string signersFile, bool unsigned)
    {
        var signers = File.Exists(signersFile) ? File.ReadAllText(signersFile) : null;
        if (!AllowedSigners.Has(signers, MastershipExport.SignatureNamespace))
        {
            Console.Error.WriteLine($"note: {signersFile} has no signer of exports: {path} is not verified (docs/masters.md)");
        }
        else if ((MastershipExport.Verify(content, exported, signers!, new SshSignatures(new ProcessRunner())).Problem
            ?? (Path.GetFileName(path) == MastershipExport.FileName(exported.Serial) ? null : $"it holds serial {exported.Serial}")) is { } problem)
        {
            if (!unsigned)
            {
                throw new UserErrorException($"{path} is not signed as such by a key in {signersFile} that may sign exports: {problem}. Nothing was " +
                    "restored; use another export, or --unsigned if you know where this one comes from");
            }

            Console.Error.WriteLine($"{path} is not verified: {problem}");
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
