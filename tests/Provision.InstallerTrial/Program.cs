using Provision.Boot.Installer;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Jobs;
using Provision.Inventory;
using Provision.Storage;
using Provision.Storage.Create;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Trial;

// Installs a user-mode Linux guest with the code of `provision installer run`. Its disks have no serials and it has no network card, so
// identities are laid over at the door, as in Provision.StorageTrial.
//
//   trial install ORDER ARTEFACTS REPORT [mac=00:00:...] [rules] [without:SAFEGUARD] DISK=BAY...
//   trial plan REPOSITORY HOST DISK=BAY...
//   trial boot-loader ROOT [renew] DISK=BAY...
//   trial replace REPOSITORY HOST BAY SERIAL ROOT DISK=BAY...
var places = LaidOver.Places(args[1..].Where(word => word.Contains('=') && !word.StartsWith("mac=", StringComparison.Ordinal) && !word.StartsWith('/')));
var mac = args.FirstOrDefault(word => word.StartsWith("mac=", StringComparison.Ordinal))?["mac=".Length..];
var without = args.Where(word => word.StartsWith("without:", StringComparison.Ordinal)).Select(word => word["without:".Length..]).ToList();
using var files = RootedFiles.Open("/");
var commands = new ProcessRunner();
var storage = new StorageMachine(commands, files, new UncachedReader(commands, files), Observe);
if (args[0] == "plan")
{
    var fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(args[1])).Fleet!;
    var host = fleet.FindHost(args[2])!;
    Console.WriteLine(ReinstallPlanner.Of(Layout.Of(host, fleet.FindChassis(host.Chassis!)!), fleet.FindDrives(host.Name), Observe(), []).Hash);
    return 0;
}

if (args[0] == "boot-loader")
{
    using var system = RootedFiles.Open(args[1]);
    var renewal = new LoaderRenewal(new InstallMachine(storage, TimeProvider.System), system, args[1], line => Console.WriteLine("> " + line));
    var states = args.Contains("renew") ? renewal.Renew(Console.WriteLine) : renewal.Observe();
    states.ToList().ForEach(state =>
        Console.WriteLine($"LOADER {state.Node} {(state.Differences.Count == 0 ? "up to date" : string.Join("; ", state.Differences))}"));
    return 0;
}

if (args[0] == "replace")
{
    return Replace(args[1], args[2], args[3], args[4], args[5]);
}

IJobChannel local = new LocalJobChannel(args[1], args[2], args[3]);
using var channel = args.Contains("rules") ? new RulesChannel(local, args[1] + ".job") : local;
var machine = new InstallMachine(storage, TimeProvider.System) { Wait = _ => { } };
var report = new HostInstaller(machine, channel, Say, [.. Safeguard.All.Where(safeguard => !without.Contains(safeguard.Name))]).Run();
Console.WriteLine($"OUTCOME {report.Outcome}");
return HostInstaller.ExitCodeOf(report.Outcome);

int Replace(string repository, string name, string place, string serial, string root)
{
    var fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(repository)).Fleet!;
    var host = fleet.FindHost(name)!;
    var layout = Layout.Of(host, fleet.FindChassis(host.Chassis!)!);
    var bay = layout.Chassis.Panels.SelectMany(panel => panel.Bays).First(bay => bay.ToString() == place);
    var sequences = Attachments.Read(storage.Reader);
    try
    {
        var plan = DriveReplacement.Plan(
            layout, fleet.FindDrives(name), Observe(), bay, serial, CreateJournal.Read(files, DriveReplacement.JournalOf(bay)), sequences, root);
        plan.Plan.Actions.ToList().ForEach(action => Console.WriteLine($"{action.Word} {action.Target}: {action.Reason}"));
        if (plan.Plan.Refusals.Any())
        {
            return 1;
        }

        DriveReplacement.Run(storage, plan, line => Console.WriteLine("> " + line.Trim()));
        using var system = RootedFiles.Open(root);
        var states = new LoaderRenewal(new InstallMachine(storage, TimeProvider.System), system, root, line =>
            Console.WriteLine("> " + line)).Renew(Console.WriteLine);
        states.ToList().ForEach(state =>
            Console.WriteLine($"LOADER {state.Node} {(state.Differences.Count == 0 ? "up to date" : string.Join("; ", state.Differences))}"));
        return states.All(state => state.Differences.Count == 0) ? 0 : 1;
    }
    catch (Exception wrong) when (wrong is GuardException or CommandFailedException or StorageException or InstallException)
    {
        Console.Error.WriteLine(wrong.Message);
        return 2;
    }
}

static void Say(InstallEvent what) => Console.WriteLine($"[{what.Step}] {(what.IsError ? "!! " : "")}{what.Text}");

ObservedStorage Observe()
{
    var seen = LaidOver.On(StorageObserver.Observe(new MachineReader(commands, files, DateTimeOffset.UtcNow)), places);
    return mac is null ? seen : seen with { Machine = seen.Machine with { Macs = [Provision.Core.MacAddress.Parse(mac)] } };
}
