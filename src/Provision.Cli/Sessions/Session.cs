using System.CommandLine;
using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cli.Sessions;

/// <summary>What a command operates on: a host of the inventory and the files below a root.</summary>
internal class Session : IDisposable
{
    private Session(Workspace workspace, Host host, RootedFiles files, Masters masters, string? identity = null)
    {
        Workspace = workspace;
        Files = files;
        View = workspace.View(host, masters);
        Secrets = new SecretStore(workspace.Folder, identity ?? SecretStore.DefaultIdentity, workspace.Commands);
        Current = workspace.CurrentMasters();
    }

    /// <summary>Opens the root of this machine for a host of the inventory.</summary>
    /// <param name="workspace">The repository.</param>
    /// <param name="host">The host's name; null for this machine.</param>
    protected Session(Workspace workspace, string? host)
        : this(workspace, RootedFiles.Open("/"), host)
    {
    }

    private Session(Workspace workspace, RootedFiles files, string? host)
        : this(workspace, workspace.FindHost(host, files), files, workspace.CurrentMasters().Read(MastersSources.Cache, files))
    {
    }

    /// <summary>The author of a change, for the history: <c>user@host</c>; with sudo, the invoking user instead of root.</summary>
    public static string Author =>
        $"{(Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person ? person : Environment.UserName)}@{Environment.MachineName}";

    public Workspace Workspace { get; }

    public RootedFiles Files { get; }

    public HostView View { get; }

    public Host Host => View.Host;

    public SecretStore Secrets { get; }

    public Revision Revision => Workspace.Revision;

    /// <summary>The sources of the masters.</summary>
    public CurrentMasters Current { get; private init; }

    /// <summary>Opens the root, then finds the host; a host pinned to another branch is read from that branch.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="options">Its options.</param>
    /// <param name="isMachine">False if what is judged is not this machine, but for example a bundle.</param>
    public static Session Open(ParseResult arguments, HostOptions options, bool isMachine = true)
    {
        var workspace = Workspace.Load(arguments);
        var files = OpenRoot(arguments.GetValue(options.Root)!);
        var (name, given) = (arguments.GetValue(options.Host), arguments.GetValue(options.Masters));
        var host = workspace.FindHost(name, files);
        if (isMachine && name is not null && options.Here is { } here)
        {
            RequireIs(host, files, arguments.GetValue(here));
        }

        // A store may have moved since the last install, so a host asks for itself.
        var current = workspace.CurrentMasters();
        var masters = given is not null ? Workspace.ReadMasters(given)
            : current.Read(name is null && files.IsRunningSystem ? MastersSources.All : MastersSources.Cache, files);
        if (current.Failures.Length > 0
            && (files.Read(CurrentMasters.CachePath) is not null
                || workspace.Fleet.SlotsOf(host).Any(slot => workspace.Fleet.StoreOfSlot(slot.Name) is not null)))
        {
            Console.Error.WriteLine($"warning: no status daemon answered ({current.Failures}); using the cached masters");
        }

        workspace = workspace.AtPinned(host) ?? workspace;
        return new Session(workspace, workspace.Host(host.Name), files, masters, arguments.GetValue(options.Identity)) { Current = current };
    }

    /// <summary>
    /// Opens this host with the repository as last installed; the working tree as it is if it is at that commit without changes of its own, or if
    /// nothing, or no commit, was installed. The start of a slot and a change of masters are rendered from it: neither should bring in new changes of
    /// the repository.
    /// </summary>
    public static Session OpenInstalled(ParseResult arguments, string identity)
    {
        var workspace = Workspace.Load(arguments);
        var files = RootedFiles.Open("/");
        var host = workspace.FindHost(null, files);
        var store = new StateStore(files);
        var state = store.ReadState();
        var commit = (state.Commit ?? store.ReadGeneration(state.Generation)?.Commit)?.Split('-')[0];
        if (commit is not (null or "" or Revision.NoCommit)
            && !(workspace.Revision is { Dirty: false, Pushed: true } && workspace.Revision.Id.StartsWith(commit, StringComparison.Ordinal)))
        {
            workspace = workspace.At(new Revision(commit, Dirty: false, Pushed: true, workspace.Revision.Branch));
            host = workspace.FindHost(host.Name, files);
        }

        return new Session(workspace, host, files, workspace.CurrentMasters().Read(MastersSources.Cache, files), identity);
    }

    /// <summary>Refuses a running machine that has none of a host's NICs, unless a reason is given.</summary>
    public static void RequireIs(Host host, RootedFiles files, string? here)
    {
        if (files.IsRunningSystem && string.IsNullOrWhiteSpace(here) && ThisHost.WhyNot(host, MachineIdentity.Macs(files)) is { } why)
        {
            throw new UserErrorException(
                [Diagnostic.Error(host.Location, why, "for another root give --root DIR; if this is the host all the same, --here REASON")]);
        }
    }

    /// <summary>Opens a root directory; a missing one is a user error.</summary>
    public static RootedFiles OpenRoot(string root)
    {
        try
        {
            return RootedFiles.Open(root);
        }
        catch (MachineFileException e)
        {
            throw new UserErrorException($"{e.Message} (--root names an existing directory)");
        }
    }

    public DesiredState Render() => Workspace.Render(View, Secrets);

    /// <summary>Renders the host with other masters.</summary>
    public DesiredState Render(Masters masters) => Workspace.Render(Workspace.View(Host, masters), Secrets);

    /// <summary>Parses the configs that the run is limited to.</summary>
    public static ConfigSelection Select(string[] words, DesiredState desired, HostState state)
    {
        var known = desired.Files.Select(file => (file.Config, file.Instance))
            .Concat(state.Files.Values.Select(file => (file.Config, file.Instance))).ToHashSet();
        var problems = new DiagnosticBag();
        var selection = ConfigSelection.Parse(words, known, problems);
        return problems.HasErrors ? throw new UserErrorException(problems) : selection;
    }

    public void Dispose()
    {
        Files.Dispose();
        Workspace.Dispose();
    }
}
