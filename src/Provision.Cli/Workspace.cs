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

/// <summary>The loaded and validated repository of a command.</summary>
internal sealed class Workspace
{
    /// <summary>Version of this program, as printed by <c>--version</c> without the commit.</summary>
    public static string Version { get; } = typeof(Workspace).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Path of a host's own clone, for units that run unattended, such as unlocking at boot and checking.</summary>
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

    /// <summary>Finds the repository and loads its inventory; ends the command after printing every error, if there are any.</summary>
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

    /// <summary>Returns the host that the command operates on: the named one, or the one with this machine's MAC addresses.</summary>
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

    /// <summary>Returns the host of a name, including retired ones; an unknown name ends the command with a suggestion.</summary>
    /// <param name="name">The name.</param>
    /// <param name="place">The option or argument that contained it.</param>
    public Host Host(string name, string place = "HOST") =>
        Fleet.FindHost(name) ?? throw new UserErrorException([Diagnostic.Error(Location.OfFile(place), $"the inventory has no host \"{name}\"", NearestName.Hint(name, Fleet.Hosts.Select(known => known.Name)))]);

    /// <summary>Returns the host's view of the fleet with the given masters.</summary>
    public HostView View(Host host, Masters masters) => HostView.Of(Fleet, host, masters);

    /// <summary>Returns the masters from a file, otherwise from the machine's cache, otherwise the first slot of each store.</summary>
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

    /// <summary>Returns the masters for commands that only display them: from a file, from the database if it is a file of this machine, from the machine's
    /// cache, or the first slot of each store. Rendering and comparing on a host query the status daemons instead (<see cref="HostWork.Open"/>).</summary>
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

    /// <summary>Renders a host; ends the command with all problems of all templates, if there are any.</summary>
    public DesiredState Render(HostView view, SecretStore secrets)
    {
        var problems = new DiagnosticBag();
        var desired = new HostRenderer(view, Library, new FleetModel(Fleet, view.Masters), secrets).Render(problems);
        return desired ?? throw new UserErrorException(problems.InOrder());
    }

    public Revision Revision() => GitRevision.Read(Folder, Commands);

    /// <summary>Returns the host with this machine's identity; null if the machine is not in the fleet.</summary>
    public Host? FindThisHost()
    {
        using var system = RootedFiles.Open("/");
        return ThisHost.Find(Fleet, MachineIdentity.Macs(system)).Host;
    }
}
