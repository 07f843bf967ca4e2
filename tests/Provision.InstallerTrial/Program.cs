using Provision.Boot.Installer;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Jobs;
using Provision.Inventory;
using Provision.Storage;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Trial;

// Installs a user-mode Linux guest with the code of `provision installer run`. Its disks have no serials and it has no network card, so
// identities are laid over at the door, as in Provision.StorageTrial.
//
//   trial install ORDER ARTEFACTS REPORT [mac=00:00:...] [without:SAFEGUARD] DISK=BAY...
//   trial plan REPOSITORY HOST DISK=BAY...
//   trial boot-loader ROOT [renew] DISK=BAY...
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
    states.ToList().ForEach(state => Console.WriteLine($"LOADER {state.Node} {(state.Differences.Count == 0 ? "up to date" : string.Join("; ", state.Differences))}"));
    return 0;
}

using var channel = new LocalJobChannel(args[1], args[2], args[3]);
var machine = new InstallMachine(storage, TimeProvider.System) { Wait = _ => { } };
var report = new HostInstaller(machine, channel, Say, [.. Safeguard.All.Where(safeguard => !without.Contains(safeguard.Name))]).Run();
Console.WriteLine($"OUTCOME {report.Outcome}");
return HostInstaller.ExitCodeOf(report.Outcome);

static void Say(InstallEvent what) => Console.WriteLine($"[{what.Step}] {(what.IsError ? "!! " : "")}{what.Text}");

ObservedStorage Observe()
{
    var seen = LaidOver.On(StorageObserver.Observe(new MachineReader(commands, files, DateTimeOffset.UtcNow)), places);
    return mac is null ? seen : seen with { Machine = seen.Machine with { Macs = [Provision.Core.MacAddress.Parse(mac)] } };
}
