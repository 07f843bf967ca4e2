using System.CommandLine;
using Provision.Configuration.Plans;
using Provision.FleetRuns.Waves;
using Provision.Inventory;

namespace Provision.Cli.Sessions;

/// <summary>The repository of a command on many hosts, and the hosts that it names.</summary>
internal static class FleetSession
{
    public static Argument<string[]> Selector() => new("SELECTOR")
    {
        Description = "The hosts: names, globs, and terms such as role=imap site=nyi; \"*\" means all",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Returns the selected hosts; an empty selection is an error.</summary>
    public static IReadOnlyList<Host> Select(Fleet fleet, string[] words)
    {
        var problems = new DiagnosticBag();
        var hosts = HostSelector.Select(fleet, string.Join(' ', words), Location.OfFile("SELECTOR"), problems);
        return problems.HasErrors ? throw new UserErrorException(problems) : hosts;
    }

    /// <summary>Returns the commit that is sent; ends the command if the working tree is not what a commit says.</summary>
    public static Revision Commit(Workspace workspace, bool allowDirty)
    {
        var revision = workspace.Revision;
        using var system = RootedFiles.Open("/");
        if (revision.HasCommit && Trust.CommitProblem(new Git(workspace.Commands, workspace.Folder), revision.Id, AllowedSigners.Of(system)) is { } unsigned)
        {
            // Addresses and host keys come from it too.
            throw new UserErrorException($"commit {revision.Short} is not signed by one of {AllowedSigners.DefaultFile}: {unsigned}");
        }

        return !revision.HasCommit ? throw new UserErrorException($"{workspace.Folder} is no git repository: hosts are sent a commit")
            : revision.Dirty && !allowDirty
                ? throw new UserErrorException("the repository has changes that are not committed, and hosts would not get them: "
                    + "commit them, or say --allow-dirty")
            : !revision.Pushed && !allowDirty
                ? throw new UserErrorException($"no remote has the commit {revision.Short}: push it, or say --allow-dirty")
            : revision;
    }

    public static Option<bool> AllowDirty() => new("--allow-dirty")
    {
        Description = "Send the commit despite changes that are not committed (hosts do not get these) or not pushed",
    };

    public static WaveSizes Waves(string text)
    {
        var problems = new DiagnosticBag();
        return WaveSizes.Parse(text, Location.OfFile("--waves"), problems) ?? throw new UserErrorException(problems);
    }
}
