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

namespace Provision.Cli.Sessions;

/// <summary>The loaded and validated repository of a command.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>Version of this program, as printed by <c>--version</c> without the commit.</summary>
    public static string Version { get; } =
        typeof(Workspace).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Path of a host's own clone, for units that run unattended, such as unlocking at boot and checking.</summary>
    public const string HostsOwn = HostClone.Path;

    /// <summary>Environment variable that names the repository, for who works with one only.</summary>
    private const string RepositoryVariable = "PROVISION_REPO";

    private bool isScratch;

    private Workspace(string folder, Fleet fleet, ICommandRunner commands)
    {
        Folder = folder;
        Fleet = fleet;
        Commands = commands;
        Library = new TemplateLibrary(folder);
    }

    public string Folder { get; }

    /// <summary>The git repository: the directory itself, or the one that it was exported from.</summary>
    public string Origin { get => field ?? Folder; private init; }

    public Fleet Fleet { get; }

    public ICommandRunner Commands { get; }

    public TemplateLibrary Library { get; }

    /// <summary>Finds the repository and loads its inventory; ends the command after printing every error, if there are any.</summary>
    public static Workspace Load(ParseResult arguments)
    {
        var folder = FindFolder(arguments);
        return new Workspace(folder, LoadFleet(folder), new ProcessRunner());
    }

    private static Fleet LoadFleet(string folder)
    {
        var result = InventoryLoader.Load(InventoryFiles.ReadFrom(folder));
        foreach (var warning in result.Diagnostics.Where(problem => problem.Severity == Severity.Warning))
        {
            Console.Error.WriteLine(warning);
        }

        return result.Fleet ?? throw new UserErrorException(result.Diagnostics);
    }

    /// <summary>Returns the directory of the repository; ends the command if there is none, or if root must not use it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="isOwnershipChecked">False for a command that reports whose it is, and runs nothing of it.</param>
    public static string FindFolder(ParseResult arguments, bool isOwnershipChecked = true)
    {
        var found = Find(arguments);
        return isOwnershipChecked && RepositoryOwnership.WhyNot(found) is { } problem ? throw new UserErrorException(problem) : found;
    }

    private static string Find(ParseResult arguments)
    {
        if (arguments.GetValue(GlobalOptions.Repo) is { } given)
        {
            return Directory.Exists(Path.Combine(given, "hosts"))
                ? Path.GetFullPath(given)
                : throw new UserErrorException($"{given} holds no inventory: there is no directory hosts in it (\"provision init DIR\" makes a repository)");
        }

        if (Environment.GetEnvironmentVariable(RepositoryVariable) is { Length: > 0 } set)
        {
            return Directory.Exists(Path.Combine(set, "hosts"))
                ? Path.GetFullPath(set)
                : throw new UserErrorException($"{RepositoryVariable}: {set} holds no inventory: there is no directory hosts in it");
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
        Fleet.FindHost(name) ?? throw new UserErrorException([Diagnostic.Error(
            Location.OfFile(place),
            $"the inventory has no host \"{name}\"",
            NearestName.Hint(name, Fleet.Hosts.Select(known => known.Name)))]);

    /// <summary>Returns the host's view of the fleet with the given masters.</summary>
    public HostView View(Host host, Masters masters) => HostView.Of(Fleet, host, masters);

    /// <summary>The sources of the current masters.</summary>
    public CurrentMasters CurrentMasters(IReadOnlyList<string>? servers = null) =>
        new(servers ?? Fleet.MasterServers, Fleet.Mastership.Database, line => Console.Error.WriteLine($"warning: {line}"));

    /// <summary>Returns the masters for commands that only display them: from a file, else from what this machine has without asking another.</summary>
    public Masters ShownMasters(string? path)
    {
        using var files = RootedFiles.Open("/");
        return path is null ? CurrentMasters().Read(MastersSources.OfMachine, files) : ReadMasters(path);
    }

    /// <summary>Reads a masters snapshot; ends the command if it is none.</summary>
    public static Masters ReadMasters(string path)
    {
        var problems = new DiagnosticBag();
        return Masters.FromJson(File.ReadAllBytes(path), path, problems) ?? throw new UserErrorException(problems);
    }

    /// <summary>Renders a host; ends the command with all problems of all templates, if there are any.</summary>
    public DesiredState Render(HostView view, SecretStore secrets)
    {
        var problems = new DiagnosticBag();
        var desired = new HostRenderer(view, Library, new FleetModel(Fleet, view.Masters), secrets).Render(problems);
        return desired ?? throw new UserErrorException(problems.InOrder());
    }

    /// <summary>The commit of the working tree, or the one that was exported.</summary>
    public Revision Revision { get => field ??= GitRevision.Read(Folder, Commands); private init; }

    /// <summary>Returns the repository at a commit, in a directory that is removed on disposal.</summary>
    public Workspace At(Revision revision)
    {
        var scratch = Directory.CreateTempSubdirectory("provision-commit-").FullName;
        try
        {
            GitRevision.Export(Folder, revision.Id, scratch, Commands);
            return new Workspace(scratch, LoadFleet(scratch), Commands) { Revision = revision, Origin = Origin, isScratch = true };
        }
        catch
        {
            Directory.Delete(scratch, recursive: true);
            throw;
        }
    }

    /// <summary>Returns the repository at the branch that a host is pinned to; null if it is not pinned, or pinned to the branch of the working tree.</summary>
    /// <exception cref="UserErrorException">The branch does not exist in the repository, or the host does not exist in the branch.</exception>
    public Workspace? AtPinned(Host host)
    {
        if (host.Branch is not { } branch || branch == Revision.Branch)
        {
            return null;
        }

        var commit = GitRevision.CommitOf(Folder, branch, Commands) ?? throw new UserErrorException(
            [Diagnostic.Error(
                host.At("branch"),
                $"{host.Name} is pinned to the branch \"{branch}\", which this repository does not have",
                "fetch it, or correct branch:")]);
        var pinned = At(new Revision(commit, Dirty: false, GitRevision.IsPushed(Folder, commit, Commands), branch));
        if (pinned.Fleet.FindHost(host.Name) is not null)
        {
            return pinned;
        }

        pinned.Dispose();
        throw new UserErrorException([Diagnostic.Error(host.At("branch"), $"the branch \"{branch}\" has no host {host.Name}")]);
    }

    /// <summary>Returns the host with this machine's identity; null if the machine is not in the fleet.</summary>
    public Host? FindThisHost()
    {
        using var system = RootedFiles.Open("/");
        return ThisHost.Find(Fleet, MachineIdentity.Macs(system)).Host;
    }

    /// <summary>Removes an exported repository; leaves the user's own alone.</summary>
    public void Dispose()
    {
        if (isScratch)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
