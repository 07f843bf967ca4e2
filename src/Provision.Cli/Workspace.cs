using System.CommandLine;
using System.Reflection;
using Provision.Configuration.Desired;
using Provision.Configuration.Model;
using Provision.Configuration.Plans;
using Provision.Configuration.Rendering;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Inventory;
using Provision.Storage.Observe;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cli;

/// <summary>The repository that a command works with, loaded and checked.</summary>
internal sealed class Workspace
{
    /// <summary>Version of this program, as <c>--version</c> says it without the commit.</summary>
    public static string Version { get; } = typeof(Workspace).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Where a host has its own clone, for the units that run without a person: unlocking at boot, checking.</summary>
    public const string HostsOwn = "/var/lib/provision/repository";

    private Workspace(string folder, Fleet fleet, ICommandRunner commands)
    {
        Folder = folder;
        Fleet = fleet;
        Commands = commands;
        Library = new TemplateLibrary(folder);
    }

    public string Folder { get; }

    public Fleet Fleet { get; }

    public ICommandRunner Commands { get; }

    public TemplateLibrary Library { get; }

    /// <summary>Finds the repository and loads its inventory; every problem ends the command, all of them shown.</summary>
    public static Workspace Load(ParseResult arguments) => Load(FindFolder(arguments));

    public static Workspace Load(string folder)
    {
        var result = InventoryLoader.Load(InventoryFiles.ReadFrom(folder));
        foreach (var warning in result.Diagnostics.Where(problem => problem.Severity == Severity.Warning))
        {
            Console.Error.WriteLine(warning);
        }

        return result.Fleet is null ? throw new UserErrorException(result.Diagnostics) : new Workspace(folder, result.Fleet, new ProcessRunner());
    }

    public static string FindFolder(ParseResult arguments)
    {
        if (arguments.GetValue(GlobalOptions.Repo) is { } given)
        {
            return Directory.Exists(Path.Combine(given, "hosts"))
                ? Path.GetFullPath(given)
                : throw new UserErrorException($"{given} holds no inventory: there is no folder hosts in it");
        }

        for (var folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, "hosts")) && Directory.Exists(Path.Combine(folder, "roles")))
            {
                return folder;
            }
        }

        return Directory.Exists(Path.Combine(HostsOwn, "hosts"))
            ? HostsOwn
            : throw new UserErrorException($"no repository here or above, and none in {HostsOwn}: go into one, or name it with --repo DIR");
    }

    /// <summary>The host that the command is about: the named one, or the one whose MACs this machine has.</summary>
    public Host FindHost(string? name, IMachineFiles files)
    {
        if (name is null)
        {
            var found = ThisHost.Find(Fleet, MachineIdentity.Macs(files));
            return found.Host ?? throw new UserErrorException($"{found.Error}; name the host with --host");
        }

        var host = Host(name, "--host");
        return host.Status == HostStatus.Retired
            ? throw new UserErrorException([Diagnostic.Error(host.Location, $"{name} is retired and has no desired state")])
            : host;
    }

    /// <summary>The host of a name, retired ones too, or what was meant.</summary>
    /// <param name="name">The name.</param>
    /// <param name="place">The option or argument that it was given as.</param>
    public Host Host(string name, string place = "HOST") =>
        Fleet.FindHost(name) ?? throw new UserErrorException([Diagnostic.Error(Location.OfFile(place), $"the inventory has no host \"{name}\"", NearestName.Hint(name, Fleet.Hosts.Select(known => known.Name)))]);

    /// <summary>The host's view of the fleet with the masters that the machine, or a file, knows.</summary>
    public HostView View(Host host, Masters masters) => HostView.Of(Fleet, host, masters);

    /// <summary>The masters of a file, of the machine's cache, or each store's first slot.</summary>
    public static Masters ReadMasters(string? path, IMachineFiles? files)
    {
        var bytes = path is not null ? File.ReadAllBytes(path) : files?.Read(RoleInstall.MastersPath)?.Content;
        if (bytes is null)
        {
            return Masters.Default;
        }

        var problems = new DiagnosticBag();
        return Masters.FromJson(bytes, path ?? RoleInstall.MastersPath, problems) ?? throw new UserErrorException(problems);
    }

    /// <summary>
    /// The masters for commands that show: of a file, of the database where it is a file of this machine, of the machine's cache, or each store's first slot. What is rendered and compared
    /// on a host asks the status daemons instead (<see cref="HostWork.Open"/>).
    /// </summary>
    public Masters LiveMasters(string? path)
    {
        var database = Fleet.Mastership.Database;
        if (path is null && !MastershipStores.IsServer(database) && File.Exists(database))
        {
            try
            {
                using var store = MastershipStores.Open(database);
                return store.Read().ToMasters();
            }
            catch (StateLostException e)
            {
                Console.Error.WriteLine($"warning: {e.Message}; the machine's cached masters are shown");
            }
        }

        using var files = RootedFiles.Open("/");
        return ReadMasters(path, files);
    }

    /// <summary>Renders a host; every problem of every template ends the command.</summary>
    public DesiredState Render(HostView view, SecretStore secrets)
    {
        var problems = new DiagnosticBag();
        var desired = new HostRenderer(view, Library, new FleetModel(Fleet, view.Masters), secrets).Render(problems);
        return desired ?? throw new UserErrorException(problems.InOrder());
    }

    /// <summary>The commit of the working tree.</summary>
    public Revision Revision() => GitRevision.Read(Folder, Commands);

    /// <summary>The host that this machine is; null if it is none of the fleet.</summary>
    public Host? FindThisHost()
    {
        using var system = RootedFiles.Open("/");
        return ThisHost.Find(Fleet, MachineIdentity.Macs(system)).Host;
    }
}
