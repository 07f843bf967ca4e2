using System.CommandLine;
using Provision.Host.Desired;
using Provision.Host.Plans;
using Provision.Host.Repository;
using Provision.Host.Secrets;
using Provision.Host.State;
using Provision.Inventory;
using Provision.Machine;
using Command = System.CommandLine.Command;
using Provision.Text;

namespace Provision.Cli;

/// <summary>The options of the commands that work on one host below a root.</summary>
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

/// <summary>One host below one root, with its desired state rendered: what diff, install and explain start from.</summary>
internal sealed class HostWork : IDisposable
{
    private readonly string? exported;

    private HostWork(Workspace workspace, IMachineFiles files, HostView view, SecretStore secrets, Revision revision, string? exported)
    {
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

    /// <summary>Opens the root, finds the host and looks at it; a host pinned to another branch is taken from that branch.</summary>
    public static HostWork Open(ParseResult arguments, HostOptions options)
    {
        var workspace = Workspace.Load(arguments);
        var files = OpenRoot(arguments.GetValue(options.Root)!);
        var masters = Workspace.ReadMasters(arguments.GetValue(options.Masters), files);
        var host = workspace.FindHost(arguments.GetValue(options.Host), files);
        var revision = workspace.Revision();
        var identity = arguments.GetValue(options.Identity)!;
        string? folder = null;
        if (host.Branch is { } branch && !string.Equals(branch, revision.Branch, StringComparison.Ordinal))
        {
            (workspace, host, revision, folder) = Pinned(workspace, host, branch);
        }

        return new HostWork(workspace, files, workspace.View(host, masters), new SecretStore(workspace.Folder, identity, workspace.Commands), revision, folder);
    }

    /// <summary>Opens a root folder; a missing one is the user's mistake.</summary>
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

    /// <summary>Renders the desired state.</summary>
    public DesiredState Render() => Workspace.Render(View, Secrets);

    /// <summary>Reads which configs the run is about.</summary>
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
        if (exported is not null)
        {
            Directory.Delete(exported, recursive: true);
        }
    }

    /// <summary>The repository as the branch of a pinned host has it, in a folder that the caller removes.</summary>
    public static (Workspace, Provision.Inventory.Host, Revision, string) Pinned(Workspace workspace, Provision.Inventory.Host host, string branch)
    {
        var commit = GitRevision.CommitOf(workspace.Folder, branch, workspace.Commands)
            ?? throw new UserErrorException([Diagnostic.Error(host.At("branch"), $"{host.Name} is pinned to the branch \"{branch}\", which this repository does not have", "fetch it, or correct branch:")]);
        var folder = Directory.CreateTempSubdirectory("provision-branch-").FullName;
        GitRevision.Export(workspace.Folder, commit, folder, workspace.Commands);
        var pinned = Workspace.Load(folder);
        var same = pinned.Fleet.FindHost(host.Name)
            ?? throw new UserErrorException([Diagnostic.Error(host.At("branch"), $"the branch \"{branch}\" has no host {host.Name}")]);
        return (pinned, same, new Revision(commit, Dirty: false, GitRevision.IsPushed(workspace.Folder, commit, workspace.Commands), branch), folder);
    }
}
