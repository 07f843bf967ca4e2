using Provision.Configuration.Plans;

namespace Provision.Configuration.Repository;

/// <summary>Asks git what a repository's working tree is.</summary>
public static class GitRevision
{
    /// <summary>The commit of a working tree: one call of git, two where it must be asked whether a remote has the commit.</summary>
    /// <param name="repository">Folder of the repository.</param>
    /// <param name="commands">Runs git.</param>
    public static Revision Read(string repository, ICommandRunner commands)
    {
        var status = commands.Run(Git(repository, "status", "--porcelain=v2", "--branch", "--", "hosts", "roles", "templates"));
        if (!status.Succeeded)
        {
            return new Revision(Revision.NoCommit, Dirty: false, Pushed: false, Branch: null);
        }

        string id = Revision.NoCommit, branch = "";
        var dirty = false;
        foreach (var line in status.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# branch.oid ", StringComparison.Ordinal))
            {
                id = line[13..];
            }
            else if (line.StartsWith("# branch.head ", StringComparison.Ordinal))
            {
                branch = line[14..];
            }
            else if (line[0] != '#')
            {
                dirty = true;
            }
        }

        if (id is "(initial)" or Revision.NoCommit)
        {
            return new Revision(Revision.NoCommit, dirty, Pushed: false, branch);
        }

        return new Revision(id, dirty, IsPushed(repository, id, commands), branch is "(detached)" ? null : branch);
    }

    /// <summary>The commit that a branch of the repository, or of its remote, stands at; null where there is none.</summary>
    public static string? CommitOf(string repository, string branch, ICommandRunner commands)
    {
        foreach (var name in (string[])[$"refs/heads/{branch}", $"refs/remotes/origin/{branch}"])
        {
            var result = commands.Run(Git(repository, "rev-parse", "--verify", "--quiet", name + "^{commit}"));
            if (result.Succeeded)
            {
                return result.Text.Trim();
            }
        }

        return null;
    }

    /// <summary>True where a remote has the commit, as far as this working tree knows.</summary>
    public static bool IsPushed(string repository, string commit, ICommandRunner commands) =>
        commands.Run(Git(repository, "for-each-ref", "--count=1", "--contains", commit, "--format=%(refname)", "refs/remotes")) is { Succeeded: true } found
        && found.Text.Trim().Length > 0;

    /// <summary>Writes the inventory, roles and templates of a commit into a folder.</summary>
    /// <exception cref="CommandFailedException">git failed.</exception>
    public static void Export(string repository, string commit, string folder, ICommandRunner commands)
    {
        var archive = commands.Run(Git(repository, "archive", "--format=tar", commit, "hosts", "roles", "templates")).OrThrow();
        using var stream = new MemoryStream(archive.Output.ToArray());
        System.Formats.Tar.TarFile.ExtractToDirectory(stream, folder, overwriteFiles: true);
    }

    private static Command Git(string repository, params ReadOnlySpan<string> arguments) =>
        Command.Of("git", ["-C", repository, .. arguments]).WithEnvironment("GIT_OPTIONAL_LOCKS", "0").WithTimeout(TimeSpan.FromMinutes(2));
}
