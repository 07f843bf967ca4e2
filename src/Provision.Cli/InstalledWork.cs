using System.CommandLine;
using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;
using Provision.Inventory;

namespace Provision.Cli;

/// <summary>This host with the repository as last installed. The start of a slot and a change of masters are rendered from it: neither should bring in new
/// changes of the repository.</summary>
internal sealed class InstalledWork : IDisposable
{
    private readonly ExportedRepository? exported;

    private InstalledWork(Workspace workspace, Host host, Revision revision, ExportedRepository? exported)
    {
        (Workspace, Host, Revision) = exported is null ? (workspace, host, revision) : (exported.Workspace, exported.Host, exported.Revision);
        this.exported = exported;
    }

    /// <summary>The repository at that commit; the working tree as it is if it is at that commit, or if nothing, or no commit, was installed.</summary>
    public Workspace Workspace { get; }

    public Host Host { get; }

    public Revision Revision { get; }

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

    /// <summary>Renders the host with the given masters.</summary>
    public DesiredState Render(Masters masters, string identity) => Workspace.Render(Workspace.View(Host, masters), new SecretStore(Workspace.Folder, identity, Workspace.Commands));

    public void Dispose() => exported?.Dispose();
}
