using Provision.Inventory;
using Provision.Configuration.Plans;
using Provision.Configuration.Repository;

namespace Provision.Cli;

/// <summary>A host and the repository at a commit other than that of the working tree, in a directory that is removed on disposal.</summary>
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

    /// <summary>The exported repository.</summary>
    public Workspace Workspace { get; }

    /// <summary>The host in the exported repository.</summary>
    public Host Host { get; }

    /// <summary>The exported commit.</summary>
    public Revision Revision { get; }

    /// <summary>Exports a commit that is known to exist.</summary>
    /// <param name="workspace">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="branch">The branch to report for it.</param>
    /// <param name="find">Finds the host.</param>
    public static ExportedRepository OfCommit(Workspace workspace, string commit, string? branch, Func<Workspace, Host> find) =>
        new(workspace, new Revision(commit, Dirty: false, Pushed: true, branch), find);

    /// <summary>Exports the branch that a host is pinned to; null if it is not pinned, or pinned to the branch of the working tree.</summary>
    /// <exception cref="UserErrorException">The branch does not exist in the repository, or the host does not exist in the branch.</exception>
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
