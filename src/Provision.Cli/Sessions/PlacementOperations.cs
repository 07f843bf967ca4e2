using System.CommandLine;
using Provision.Cyrus;
using Provision.Cyrus.Compare;
using Provision.Inventory;
using Provision.Stores.Failover;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cli.Sessions;

/// <summary>Carries out steps of a placement plan: edits and commits this repository, and delivers the commit to each host by git over ssh.</summary>
/// <param name="arguments">The command line, from which the repository is loaded again after each edit.</param>
/// <param name="masters">The database of masters.</param>
/// <param name="say">Receives progress: the store or host and a line.</param>
internal sealed class PlacementOperations(ParseResult arguments, IMastershipDatabase masters, Action<string, string> say) : IPlacementOperations
{
    /// <summary>The ref of a delivered commit on a host. It is a remote's: the commit is known elsewhere, so that the host's install accepts it.</summary>
    private const string Delivered = "refs/remotes/provision/delivered";

    private static readonly TimeSpan GitLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FillLimit = TimeSpan.FromHours(25);
    private Workspace workspace = Workspace.Load(arguments);

    /// <inheritdoc/>
    public Fleet Fleet => workspace.Fleet;

    private HostShell Shell => SlotSession.Shell(workspace);

    /// <inheritdoc/>
    public void Place(NewStore store, string message)
    {
        var path = EditedFile.Place(workspace, [store]);
        var git = new Git(workspace.Commands, workspace.Folder);
        git.Run("add", "--", path);
        git.Run("commit", "--quiet", "--message", message, "--", path);
        workspace = Workspace.Load(arguments);
    }

    /// <inheritdoc/>
    public void Deploy(Host host, Slot? fresh)
    {
        say(host.Name, $"gets the commit and installs it");
        var shell = Shell;
        if (!shell.IsHere(host) || Path.GetFullPath(workspace.Folder) != Workspace.HostsOwn)
        {
            var place = shell.IsHere(host) ? Workspace.HostsOwn : $"ssh://root@{host.Address}{Workspace.HostsOwn}";
            new Git(workspace.Commands, workspace.Folder, Ssh.Line).Run("push", "--quiet", "--force", place, $"HEAD:{Delivered}");
            On(shell, host, GitLimit, ["git", .. Git.OptionsAgainstPrograms, "-C", Workspace.HostsOwn, "merge", "--quiet", "--ff-only", Delivered]);
        }
        else
        {
            new Git(workspace.Commands, workspace.Folder).Run("update-ref", Delivered, "HEAD");
        }

        if (fresh is not null)
        {
            On(shell, host, GitLimit, "provision", "slot", "create", host.Name, fresh.Name, "--here");
        }

        On(shell, host, InstallLimit, "provision", "install", "--yes");
    }

    /// <inheritdoc/>
    public void Fill(Slot master, Slot replica) =>
        On(Shell, master.Host, FillLimit, "provision", "slot", "fill", master.Host.Name, master.Name, "--here", "--to", replica.Name);

    /// <inheritdoc/>
    public StoreComparison Compare(Slot master, Slot replica) => new RemoteDigests(Shell).Compare(master, [replica])[0];

    /// <inheritdoc/>
    public FailoverReport MakeMaster(Store store, Slot slot) =>
        new FailoverRun(new FailoverTools(Fleet, masters, new RemoteInstances(Shell), Session.Author, TimeProvider.System, say))
            .Move(new FailoverRequest(store, slot));

    private static void On(HostShell shell, Host host, TimeSpan limit, params IReadOnlyList<string> words)
    {
        var result = shell.Run(host, limit, words);
        if (!result.Succeeded)
        {
            throw new InstanceException($"{host.Name}: \"{string.Join(' ', words)}\" failed: " +
                $"{(result.Error.Trim().Length > 0 ? result.Error : result.Text).Trim()}");
        }
    }
}
