using System.CommandLine;
using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cli;

/// <summary>The options of the commands that operate on one host below a root.</summary>
internal sealed class HostOptions
{
    public Option<string?> Host { get; } = GlobalOptions.Host();

    public Option<string> Root { get; } = GlobalOptions.Root();

    public Option<string> Identity { get; } = GlobalOptions.Identity();

    public Option<string?> Masters { get; } = GlobalOptions.Masters();

    public void AddTo(Command command)
    {
        command.Options.Add(Host);
        command.Options.Add(Root);
        command.Options.Add(Identity);
        command.Options.Add(Masters);
    }
}

/// <summary>One host below one root, with its desired state rendered: the starting point of diff, install and explain.</summary>
internal sealed class HostWork : IDisposable
{
    private readonly ExportedRepository? exported;

    private HostWork(Workspace workspace, IMachineFiles files, HostView view, SecretStore secrets, Revision revision, ExportedRepository? exported, MastersNow now, Masters? live)
    {
        Now = now;
        Live = live;
        Workspace = workspace;
        Files = files;
        View = view;
        Secrets = secrets;
        Revision = revision;
        this.exported = exported;
    }

    public Workspace Workspace { get; }

    public IMachineFiles Files { get; }

    public HostView View { get; }

    public SecretStore Secrets { get; }

    public Revision Revision { get; }

    /// <summary>Queries the status daemons of the inventory.</summary>
    public MastersNow Now { get; }

    /// <summary>The masters that a status daemon has just returned; null if none was asked or none answered.</summary>
    public Masters? Live { get; }

    /// <summary>Opens the root, then finds and renders the host; a host pinned to another branch is read from that branch.</summary>
    public static HostWork Open(ParseResult arguments, HostOptions options)
    {
        var workspace = Workspace.Load(arguments);
        var files = OpenRoot(arguments.GetValue(options.Root)!);
        var (name, given) = (arguments.GetValue(options.Host), arguments.GetValue(options.Masters));
        var host = workspace.FindHost(name, files);
        var now = new MastersNow(workspace.Fleet.MasterServers);
        var live = name is null && given is null && files.IsRunningSystem ? LiveMasters(now, workspace, host, files) : null;
        var masters = live ?? Workspace.ReadMasters(given, files);
        var revision = workspace.Revision();
        var identity = arguments.GetValue(options.Identity)!;
        var pinned = ExportedRepository.OfPinned(workspace, host, revision);
        if (pinned is not null)
        {
            (workspace, host, revision) = (pinned.Workspace, pinned.Host, pinned.Revision);
        }

        return new HostWork(workspace, files, workspace.View(host, masters), new SecretStore(workspace.Folder, identity, workspace.Commands), revision, pinned, now, live);
    }

    /// <summary>Asks the status daemons for the current masters, on the host itself: a store may have moved since the last install. If none answers, the cached
    /// masters are used, which is logged if anything depends on them.</summary>
    private static Masters? LiveMasters(MastersNow now, Workspace workspace, Host host, RootedFiles files)
    {
        if (now.Snapshot is { } live)
        {
            return live.ToMasters();
        }

        if (now.Failures.Length > 0 && (files.Read(RoleInstall.MastersPath) is not null || workspace.Fleet.SlotsOf(host).Any(slot => workspace.Fleet.StoreOfSlot(slot.Name) is not null)))
        {
            Console.Error.WriteLine($"warning: nobody says who is master now ({now.Failures}): it is rendered with the masters that this host knew last");
        }

        return null;
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
            throw new UserErrorException($"{e.Message} (--root names an existing folder)");
        }
    }

    public DesiredState Render() => Workspace.Render(View, Secrets);

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
        exported?.Dispose();
    }
}
