using System.CommandLine;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Record;

namespace Provision.Cli.Commands;

/// <summary><c>provision host import</c>: makes a running machine a host of the inventory, by looking at it over ssh.</summary>
internal static class HostImportCommand
{
    private const string Nics = "/sys/class/net";

    public static Command Create()
    {
        var machine = new Argument<string>("MACHINE") { Description = "The machine, as root@HOST: ssh has to work without a question" };
        var name = new Option<string?>("--name") { Description = "The host's name (default: the machine's own)", HelpName = "NAME" };
        var chassis = new Option<string?>("--chassis") { Description = "Its hardware generation; with it, its drive record is written too", HelpName = "NAME" };
        var roles = new Option<string[]>("--role")
        {
            Description = "Its roles (default: base)",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["base"],
        };
        var dryRun = HostCommand.DryRun();
        var command = new Command(
            "import",
            "Looks at a running Debian machine over ssh, without changing anything there, and writes its host entry: name, MAC addresses, address, site by " +
            "its address. With --chassis also its drive record. Prints the disks, and the packages and units that its roles do not ask for: what is left to " +
            "describe. \"provision diff --host NAME\" on the machine shows the files.\n\nExample:\n  provision host import root@10.0.0.7 --role web");
        command.Arguments.Add(machine);
        command.Options.Add(name);
        command.Options.Add(chassis);
        command.Options.Add(roles);
        command.Options.Add(dryRun);
        command.SetAction(arguments =>
        {
            var folder = Workspace.FindFolder(arguments);
            var files = InventoryFiles.ReadFrom(folder);
            var fleet = InventoryLoader.Load(files) is { Fleet: { } known } ? known : throw new UserErrorException(InventoryLoader.Load(files).Diagnostics);
            var remote = new RemoteMachine(arguments.GetValue(machine)!);
            var reader = new RemoteMachineReader(words => remote.Try(words), DateTimeOffset.UtcNow);
            var (site, address) = Place(fleet, Addresses(remote));
            var host = new NewHost(
                arguments.GetValue(name) ?? remote.Script("reading its name", "hostname").Split('.')[0], [.. Macs(reader).Select(mac => $"{mac}")],
                arguments.GetValue(chassis), site.Name, arguments.GetValue(roles)!)
            { Address = address, IsActive = true };
            var entry = Good(HostEntry.Add(files, host));
            var observed = StorageObserver.Observe(reader);
            var record = host.Chassis is null ? null : Good(Record(entry.Result.Fleet!, host.Name, observed).Edit(entry.On(files)));
            HostCommand.Show(entry);
            if (record is not null)
            {
                HostCommand.Show(record);
            }

            PrintRest(entry.Result.Fleet!, host.Name, remote, observed);
            if (arguments.GetValue(dryRun))
            {
                Console.Error.WriteLine("nothing was written (--dry-run)");
                return ExitCodes.Same;
            }

            EditedFile.Write(folder, entry);
            if (record is not null)
            {
                EditedFile.Write(folder, record);
            }

            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Returns the addresses of the NICs that are hardware; of all but the loopback if none is, as in a container.</summary>
    private static IReadOnlyList<MacAddress> Macs(RemoteMachineReader reader)
    {
        var nics = reader.List(Nics);
        var hardware = nics.Where(nic => reader.Resolve($"{Nics}/{nic}/device") is not null).ToList();
        return MachineIdentity.Macs(hardware.Count > 0 ? hardware : nics.Where(nic => nic != "lo"), path => reader.Read(path)?.Trim());
    }

    private static List<Ipv4Address> Addresses(RemoteMachine remote) =>
    [
        .. remote.Lines("reading its addresses", "ip -o -4 address show scope global").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 3).Select(words => words[3].Split('/')[0])
            .Where(text => Ipv4Address.TryParse(text, out _)).Select(text => Ipv4Address.TryParse(text, out var address) ? address : default),
    ];

    /// <summary>Returns the site whose network one of the machine's addresses lies in.</summary>
    private static (Site Site, Ipv4Address Address) Place(Fleet fleet, List<Ipv4Address> addresses)
    {
        var found = addresses
            .SelectMany(address => fleet.Sites.Where(site => site.Networks.Any(network => network.Contains(address))), (address, site) => (site, address))
            .ToList();
        return found is [var first, ..] ? first
            : throw new UserErrorException($"none of the machine's addresses ({string.Join(", ", addresses)}) lies in a network of a site: "
                + "add its network to the site in hosts/fleet.yaml");
    }

    private static InventoryEdit Good(InventoryEdit edit) => edit.IsGood ? edit : throw new UserErrorException(edit.Result.Diagnostics);

    private static DriveRecordText Record(Fleet fleet, string name, ObservedStorage observed)
    {
        var view = HostView.Of(fleet, fleet.FindHost(name)!, Masters.Default);
        var acceptance = RecordAcceptance.Of(DriveMap.Of(view.Layout!, view, null, observed), null, observed);
        return acceptance.Refusals.Count == 0 ? acceptance.Record : throw new UserErrorException(acceptance.Refusals);
    }

    /// <summary>Prints what the inventory does not describe yet.</summary>
    private static void PrintRest(Fleet fleet, string name, RemoteMachine remote, ObservedStorage observed)
    {
        var roles = fleet.RolesOf(fleet.FindHost(name)!);
        Print("disks", [.. observed.Devices.Where(device => device.Kind == BlockKind.Disk).Select(device => device.Path)]);
        Print("packages that no role asks for", [.. remote.Lines("reading its packages", "apt-mark showmanual")
            .Except(roles.Packages.Select(package => package.Split('=')[0]))]);
        Print("enabled units that no role asks for", [.. remote
            .Lines("reading its units", "systemctl list-unit-files --state=enabled --no-legend --plain --type=service,timer,socket,target "
                + "|| test ! -d /run/systemd/system")
            .Select(line => line.Split(' ')[0]).Except(roles.Services)]);
    }

    private static void Print(string what, IReadOnlyList<string> names) =>
        Console.Out.WriteLine($"{what} ({names.Count}): {string.Join(' ', names.Select(name => Printable.Line(name)))}");
}
