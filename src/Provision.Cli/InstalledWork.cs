using System.CommandLine;
using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;
using Provision.Inventory;

namespace Provision.Cli;

/// <summary>
/// This host with the repository as it was installed last. A slot's start and a change of masters are rendered from that: neither is the moment for what is new in the repository.
/// </summary>
internal sealed class InstalledWork : IDisposable
{
    private readonly ExportedRepository? exported;

    private InstalledWork(Workspace workspace, Host host, Revision revision, ExportedRepository? exported)
    {
        (Workspace, Host, Revision) = exported is null ? (workspace, host, revision) : (exported.Workspace, exported.Host, exported.Revision);
        this.exported = exported;
    }

    /// <summary>The repository at that commit; as it lies there where that is just this commit, or where nothing, or no commit, was installed.</summary>
    public Workspace Workspace { get; }

    /// <summary>This host.</summary>
    public Host Host { get; }

    /// <summary>The commit.</summary>
    public Revision Revision { get; }

    /// <summary>Finds the host and the commit.</summary>
    public static InstalledWork Open(ParseResult arguments, IMachineFiles files)
    {
        var workspace = Workspace.Load(arguments);
        var host = workspace.FindHost(null, files);
        var revision = workspace.Revision();
        var store = new StateStore(files);
        var state = store.ReadState();
        var commit = (state.Commit ?? store.ReadGeneration(state.Generation)?.Commit)?.Split('-')[0];
        return new InstalledWork(
            workspace,
            host,
            revision,
            commit is null or "" or Revision.NoCommit || revision.Id.StartsWith(commit, StringComparison.Ordinal) ? null
                : ExportedRepository.OfCommit(workspace, commit, revision.Branch, then => then.FindHost(host.Name, files)));
    }

    /// <summary>Renders the host with these masters.</summary>
    public DesiredState Render(Masters masters, string identity) => Workspace.Render(Workspace.View(Host, masters), new SecretStore(Workspace.Folder, identity, Workspace.Commands));

    public void Dispose() => exported?.Dispose();
}
