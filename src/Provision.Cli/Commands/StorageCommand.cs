using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Machine;
using Provision.Storage;
using Provision.Storage.Create;
using Provision.Storage.Guard;
using Provision.Storage.Keys;
using Provision.Storage.Plans;
using Provision.Storage.Unlock;
using Provision.Text;
using Command = System.CommandLine.Command;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage</c>: what disks should be, what they are, and the guarded ways to change that.</summary>
internal static class StorageCommand
{
    public static Command Create()
    {
        var command = new Command(
            "storage",
            "Shows, compares and changes a host's disks.\n\n" +
            "Nothing here makes anything by itself: a set is created only where the drive record calls it new, on blank drives, for serials that are named; " +
            "what is missing is never made anew.");
        command.Subcommands.Add(StorageShowCommand.Create());
        command.Subcommands.Add(CreateDiff());
        command.Subcommands.Add(CreatePlan());
        command.Subcommands.Add(CreateCreate());
        command.Subcommands.Add(CreateReplace());
        command.Subcommands.Add(CreateWipe());
        command.Subcommands.Add(CreateUnlock());
        command.Subcommands.Add(CreateRehearse());
        return command;
    }

    private static Argument<string?> Host() => new("HOST") { Description = "The host (default: the one whose MACs this machine has)", Arity = ArgumentArity.ZeroOrOne };

    private static Option<bool> Yes() => new("--yes") { Description = "Do it without asking" };

    private static Option<string> EscrowFolder() => new("--escrow")
    {
        Description = "Folder for recovery keys and header backups, encrypted to the operators; not on this machine's operating system disk",
        HelpName = "DIR",
        Required = true,
    };

    private static Command CreateDiff()
    {
        var host = Host();
        var input = new StorageInput();
        var all = new Option<bool>("--all") { Description = "Show what is as it should be, too" };
        var command = new Command("diff", "Compares the disks with the layout and the drive record, and says why each thing that does not match does not. Exit code 0 same, 1 differs, 2 trouble.");
        command.Arguments.Add(host);
        input.AddTo(command);
        command.Options.Add(all);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), input);
            var plan = StorageComparison.Of(work.Layout, work.Record, work.Observed);
            Show(arguments, plan, arguments.GetValue(all));
            return plan.IsSame ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    private static Command CreatePlan()
    {
        var host = Host();
        var dead = new Option<bool>("--dead") { Description = "From the drive record alone, without a look at the machine" };
        var serials = new Option<string[]>("--os-disk-serial") { Description = "Serial of a system disk that was replaced", HelpName = "SERIAL", AllowMultipleArgumentsPerToken = true };
        var input = new StorageInput();
        var command = new Command(
            "plan",
            "Shows what a reinstall would wipe and what it protects, with the plan's hash. From the record of a dead host and from a look at a machine that is as recorded the hash is the same. " +
            "Exit code 0 it could be armed, 1 something speaks against it, 2 trouble.");
        command.Arguments.Add(host);
        command.Options.Add(dead);
        command.Options.Add(serials);
        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), arguments.GetValue(dead) ? null : input);
            var plan = ReinstallPlanner.Of(work.Layout, work.Record, arguments.GetValue(dead) ? null : work.Observed, arguments.GetValue(serials) ?? []);
            Show(arguments, plan, all: true);
            return plan.Refusals.Any() ? ExitCodes.Differs : ExitCodes.Same;
        });
        return command;
    }

    private static Command CreateCreate()
    {
        var host = Host();
        var set = new Option<string>("--set") { Description = "Key of the set or pool, as in the chassis", HelpName = "NAME", Required = true };
        var serials = new Option<string[]>("--serial") { Description = "Serials of exactly its drives", HelpName = "SERIAL", Required = true, AllowMultipleArgumentsPerToken = true };
        var escrow = EscrowFolder();
        var recipients = new Option<string?>("--recipients") { Description = "age recipients of the operators (default: hosts/secrets/operators.txt)", HelpName = "FILE" };
        var noTang = new Option<bool>("--no-tang") { Description = "Bind to no Tang server: the volumes then open with their recovery keys only" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and do nothing" };
        var script = new Option<bool>("--script") { Description = "Print the commands that would be run, and do nothing" };
        var yes = Yes();
        var input = new StorageInput();
        var command = new Command(
            "create",
            "Creates a set (array, partitions, LUKS, file systems) or a pool on drives that are blank and named. UUIDs are chosen and journalled first; " +
            "killed anywhere and run again it goes on where it was.");
        command.Arguments.Add(host);
        foreach (Option option in new Option[] { set, serials, escrow, recipients, noTang, dryRun, script, yes })
        {
            command.Options.Add(option);
        }

        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), input);
            var target = arguments.GetValue(set)!;
            var journal = work.IsLive ? CreateJournal.Read(work.Files, target) : null;
            var plan = CreatePlanner.Plan(work.Layout, work.Record, work.Observed, target, arguments.GetValue(serials)!, journal, work.Sequences);
            Show(arguments, plan.Plan, all: true);
            if (plan.Plan.Refusals.Any())
            {
                Console.Error.WriteLine("refused; nothing was written");
                return ExitCodes.Trouble;
            }

            if (plan.Journal.Finished)
            {
                work.RequireThisMachine();
                work.Write(RecordUpdate.AfterCreate(work.Record, plan, plan.Journal, work.Observed));
                return ExitCodes.Same;
            }

            if (plan.ControllerScript.Count > 0)
            {
                Console.Out.WriteLine("\nThe controller makes this set. Run these by hand, then run the same command again:");
                plan.ControllerScript.ToList().ForEach(line => Console.Out.WriteLine("  " + line));
                return ExitCodes.Differs;
            }

            if (arguments.GetValue(script))
            {
                CreateScript.Lines(plan, arguments.GetValue(noTang) ? null : TangServers.Of(work.View.Settings, new DiagnosticBag())).ToList().ForEach(Console.Out.WriteLine);
            }

            if (arguments.GetValue(dryRun) || arguments.GetValue(script))
            {
                return ExitCodes.Differs;
            }

            work.RequireThisMachine();
            var operators = arguments.GetValue(recipients) ?? Path.Combine(work.Workspace.Folder, "hosts", "secrets", "operators.txt");
            if (!File.Exists(operators))
            {
                throw new UserErrorException($"there is no {operators}: it lists the operators' age recipients, who alone can read the recovery keys");
            }

            var tang = arguments.GetValue(noTang) ? null : Tang(work, plan);
            StorageWork.Confirm(plan.Plan, arguments.GetValue(yes), work.HostName);
            var means = new CreateMeans(new Escrow(work.Machine, Path.GetFullPath(arguments.GetValue(escrow)!), work.HostName), operators, tang, Console.Error.WriteLine);
            var finished = new SetMaker(work.Machine, plan, means).Make();
            work.Write(RecordUpdate.AfterCreate(work.Record, plan, finished, work.Machine.Observe()));
            Console.Error.WriteLine("its recovery keys must be rehearsed before it is put into service: provision storage rehearse");
            return ExitCodes.Same;
        });
        return command;
    }

    private static TangServers? Tang(StorageWork work, CreatePlan plan)
    {
        if (plan.Volumes.All(volume => volume.Encryption is not (VolumeEncryption.Luks or VolumeEncryption.Zfs)))
        {
            return null;
        }

        var problems = new DiagnosticBag();
        var tang = TangServers.Of(work.View.Settings, problems);
        if (problems.HasErrors)
        {
            throw new UserErrorException(problems);
        }

        return tang.AreEnough
            ? tang
            : throw new UserErrorException(
                $"{work.HostName} has {tang.Servers.Count} Tang servers of which {tang.Threshold} must answer: the loss of one must leave its volumes able to open, so at least two are needed and fewer must answer " +
                "(setting storage.tang; --no-tang for volumes that open with their recovery keys only)");
    }

    private static Command CreateReplace()
    {
        var host = Host();
        var bay = new Option<string>("--bay") { Description = "The bay, such as rear/4", HelpName = "BAY", Required = true };
        var serial = new Option<string>("--serial") { Description = "Serial of the new drive", HelpName = "SERIAL", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and do nothing" };
        var yes = Yes();
        var input = new StorageInput();
        var command = new Command("replace", "Puts a new, blank drive into the place of a lost one: its set is rebuilt on it, and the drive record gets it.");
        command.Arguments.Add(host);
        foreach (Option option in new Option[] { bay, serial, dryRun, yes })
        {
            command.Options.Add(option);
        }

        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), input);
            var place = BayOf(work.Layout, arguments.GetValue(bay)!);
            var begun = work.IsLive ? CreateJournal.Read(work.Files, DriveReplacement.JournalOf(place)) : null;
            var plan = DriveReplacement.Plan(work.Layout, work.Record, work.Observed, place, arguments.GetValue(serial)!, begun, work.Sequences);
            Show(arguments, plan.Plan, all: true);
            if (plan.Plan.Refusals.Any())
            {
                Console.Error.WriteLine("refused; nothing was written");
                return ExitCodes.Trouble;
            }

            if (arguments.GetValue(dryRun))
            {
                return ExitCodes.Differs;
            }

            work.RequireThisMachine();
            StorageWork.Confirm(plan.Plan, arguments.GetValue(yes), arguments.GetValue(serial)!);
            DriveReplacement.Run(work.Machine, plan, Console.Error.WriteLine);
            work.Write(RecordUpdate.AfterReplace(work.HostName, work.Record, plan));
            return ExitCodes.Same;
        });
        return command;
    }

    private static Command CreateWipe()
    {
        var host = Host();
        var bay = new Option<string>("--bay") { Description = "The bay, such as rear/4", HelpName = "BAY", Required = true };
        var serial = new Option<string>("--serial") { Description = "Serial of the drive in it", HelpName = "SERIAL", Required = true };
        var again = new Option<string?>("--serial-again") { Description = "The serial once more, where nobody can be asked", HelpName = "SERIAL" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and do nothing" };
        var input = new StorageInput();
        var command = new Command("wipe", "Removes every signature of a recycled drive, so that it is blank for create or replace. Refused for a drive that any set of the record uses; the serial is asked for a second time.");
        command.Arguments.Add(host);
        foreach (Option option in new Option[] { bay, serial, again, dryRun })
        {
            command.Options.Add(option);
        }

        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), input);
            var plan = DriveWipe.Plan(work.Layout, work.Record, work.Observed, BayOf(work.Layout, arguments.GetValue(bay)!), arguments.GetValue(serial)!, work.Sequences);
            Show(arguments, plan.Plan, all: true);
            if (plan.Allowed is null)
            {
                Console.Error.WriteLine("refused; nothing was written");
                return ExitCodes.Trouble;
            }

            if (arguments.GetValue(dryRun))
            {
                return ExitCodes.Differs;
            }

            work.RequireThisMachine();
            if (arguments.GetValue(again) is { } second && second != arguments.GetValue(serial))
            {
                throw new UserErrorException($"nothing was done: --serial-again is {second}");
            }

            StorageWork.Confirm(plan.Plan, arguments.GetValue(again) is not null, arguments.GetValue(serial)!);
            DriveWipe.Run(plan, new DiskGuard(work.Machine.Commands, work.Machine.Look, plan.Allowed, command => Console.Error.WriteLine($"  {command}")));
            return ExitCodes.Same;
        });
        return command;
    }

    private static Command CreateUnlock()
    {
        var host = Host();
        var escrow = new Option<string?>("--recovery") { Description = "Open with the recovery keys of this escrow folder instead of the Tang servers", HelpName = "DIR" };
        var identity = GlobalOptions.Identity();
        var input = new StorageInput();
        var command = new Command(
            "unlock",
            "Assembles, opens and mounts every data volume by label, each layer held against the drive record; repairs nothing. Says exactly what is missing, and does not wait for it. " +
            "Exit code 0 all in service, 1 something is missing, 2 trouble.");
        command.Arguments.Add(host);
        command.Options.Add(escrow);
        command.Options.Add(identity);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), input);
            work.RequireThisMachine();
            if (work.Record is not { } record)
            {
                throw new UserErrorException([Diagnostic.Error(work.View.Host.Location, $"{work.HostName} has no drive record, so nothing says which disks are its own", "provision drives accept")]);
            }

            var keys = arguments.GetValue(escrow) is { } folder ? new Escrow(work.Machine, Path.GetFullPath(folder), work.HostName) : null;
            var results = new VolumeUnlock(work.Machine, work.Layout, record, keys is null ? null : label => keys.ReadKey(label, arguments.GetValue(identity)!), Console.Error.WriteLine).Run();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(json =>
                {
                    json.WriteStartArray();
                    foreach (var result in results)
                    {
                        json.WriteStartObject();
                        json.WriteString("volume", result.Volume);
                        json.WriteString("mount", result.Mount);
                        json.WriteString("missing", result.Missing);
                        json.WriteString("warning", result.Warning);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                });
            }
            else
            {
                foreach (var result in results.Where(result => result.Missing is not null || result.Warning is not null))
                {
                    Console.Out.WriteLine(result.Missing is not null ? $"missing  {result.Volume}: {result.Missing}" : $"warning  {result.Volume}: {result.Warning}");
                }

                Console.Out.WriteLine($"{work.HostName}: {results.Count(result => result.Missing is null)} of {results.Count} volumes in service");
            }

            return results.All(result => result.Missing is null) ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    private static Command CreateRehearse()
    {
        var host = Host();
        var escrow = EscrowFolder();
        var identity = GlobalOptions.Identity();
        var input = new StorageInput();
        var command = new Command(
            "rehearse",
            "Opens each volume with the recovery key and the header backup of the escrow, as on the day when nothing else is left, and notes the day in the drive record. Nothing is mounted or stays open.");
        command.Arguments.Add(host);
        command.Options.Add(escrow);
        command.Options.Add(identity);
        command.SetAction(arguments =>
        {
            using var work = StorageWork.Open(arguments, arguments.GetValue(host), input);
            work.RequireThisMachine();
            if (work.Record is not { } record)
            {
                throw new UserErrorException($"{work.HostName} has no drive record: there is nothing to rehearse");
            }

            var keys = new Escrow(work.Machine, Path.GetFullPath(arguments.GetValue(escrow)!), work.HostName);
            var results = Rehearsal.Run(work.Machine, work.Layout, record, keys, arguments.GetValue(identity)!, Console.Error.WriteLine);
            foreach (var result in results.Where(result => result.Problem is not null))
            {
                Console.Out.WriteLine($"{result.Name}: {result.Problem}");
            }

            var opened = results.Where(result => result.Problem is null).Select(result => result.Name).ToHashSet(StringComparer.Ordinal);
            Console.Out.WriteLine($"{work.HostName}: {opened.Count} of {results.Count} opened with what the escrow holds");
            if (opened.Count > 0)
            {
                var volumes = work.Layout.Volumes.Where(volume => opened.Contains(volume.Label) || (volume.Encryption == VolumeEncryption.Zfs && opened.Contains(volume.Lun))).Select(volume => volume.Label);
                work.Write(RecordUpdate.AfterRehearsal(work.HostName, record, volumes, DateOnly.FromDateTime(DateTime.UtcNow)));
            }

            return results.All(result => result.Problem is null) ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    private static Bay BayOf(Layout layout, string text)
    {
        var bays = layout.Chassis.Panels.SelectMany(panel => panel.Bays).ToList();
        var found = bays.Where(bay => bay.ToString() == text).ToList();
        return found.Count == 1 ? found[0] : throw new UserErrorException([Diagnostic.Error(Location.OfFile("--bay"), $"the chassis {layout.Chassis.Name} has no bay \"{text}\"", NearestName.Hint(text, bays.Select(bay => bay.ToString())))]);
    }

    private static void Show(ParseResult arguments, StoragePlan plan, bool all)
    {
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            Json.Print(json => StoragePlanPrinter.WriteJson(json, plan));
        }
        else
        {
            StoragePlanPrinter.Print(Console.Out, plan, all);
        }
    }
}
