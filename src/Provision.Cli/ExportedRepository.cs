using Provision.Inventory;
using Provision.Configuration.Plans;
using Provision.Configuration.Repository;

namespace Provision.Cli;

/// <summary>A host and the repository as another commit than the working tree's has them, in a folder that is removed with this.</summary>
internal sealed class ExportedRepository : IDisposable
{
    private readonly string folder;

    private ExportedRepository(Workspace workspace, Revision revision, Func<Workspace, Host> find)
    {
        folder = Directory.CreateTempSubdirectory("provision-commit-").FullName;
        try
        {
            GitRevision.Export(workspace.Folder, revision.Id, folder, workspace.Commands);
            Workspace = Workspace.Load(folder);
            Host = find(Workspace);
            Revision = revision;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The repository there.</summary>
    public Workspace Workspace { get; }

    /// <summary>The host there.</summary>
    public Host Host { get; }

    /// <summary>The commit.</summary>
    public Revision Revision { get; }

    /// <summary>A commit that is known to be there.</summary>
    /// <param name="workspace">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="branch">What is told as its branch.</param>
    /// <param name="find">Finds the host.</param>
    public static ExportedRepository OfCommit(Workspace workspace, string commit, string? branch, Func<Workspace, Host> find) =>
        new(workspace, new Revision(commit, Dirty: false, Pushed: true, branch), find);

    /// <summary>The branch that a host is pinned to; null where it is to none, or to the one of the working tree.</summary>
    /// <exception cref="UserErrorException">The repository does not have the branch, or the branch not the host.</exception>
    public static ExportedRepository? OfPinned(Workspace workspace, Host host, Revision revision)
    {
        if (host.Branch is not { } branch || branch == revision.Branch)
        {
            return null;
        }

        var commit = GitRevision.CommitOf(workspace.Folder, branch, workspace.Commands)
            ?? throw new UserErrorException([Diagnostic.Error(host.At("branch"), $"{host.Name} is pinned to the branch \"{branch}\", which this repository does not have", "fetch it, or correct branch:")]);
        return new ExportedRepository(
            workspace,
            new Revision(commit, Dirty: false, GitRevision.IsPushed(workspace.Folder, commit, workspace.Commands), branch),
            pinned => pinned.Fleet.FindHost(host.Name) ?? throw new UserErrorException([Diagnostic.Error(host.At("branch"), $"the branch \"{branch}\" has no host {host.Name}")]));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
