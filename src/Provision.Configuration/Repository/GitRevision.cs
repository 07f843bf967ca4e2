using Provision.Configuration.Plans;

namespace Provision.Configuration.Repository;

/// <summary>Reads the git revision of a repository's working tree.</summary>
public static class GitRevision
{
    /// <summary>Returns the commit of a working tree: one call of git, or two if it must be determined whether a remote has the commit.</summary>
    /// <param name="repository">Directory of the repository.</param>
    /// <param name="commands">Runs git.</param>
    public static Revision Read(string repository, ICommandRunner commands)
    {
        var status = new Git(commands, repository).Try("status", "--porcelain=v2", "--branch", "--", "hosts", "roles", "templates");
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

    /// <summary>Returns the commit of a branch of the repository, or of its remote; null if there is none.</summary>
    public static string? CommitOf(string repository, string branch, ICommandRunner commands)
    {
        var git = new Git(commands, repository);
        return git.CommitOf($"refs/heads/{branch}") ?? git.CommitOf($"refs/remotes/origin/{branch}");
    }

    /// <summary>True if a remote has the commit, as far as this clone knows.</summary>
    public static bool IsPushed(string repository, string commit, ICommandRunner commands) =>
        new Git(commands, repository).Try("for-each-ref", "--count=1", "--contains", commit, "--format=%(refname)", "refs/remotes") is { Succeeded: true } found
        && found.Text.Trim().Length > 0;

    /// <summary>Writes the inventory, roles and templates of a commit to a directory.</summary>
    /// <exception cref="CommandFailedException">git failed.</exception>
    public static void Export(string repository, string commit, string folder, ICommandRunner commands)
    {
        var archive = new Git(commands, repository).Run("archive", "--format=tar", commit, "hosts", "roles", "templates");
        using var stream = new MemoryStream(archive.Output.ToArray());
        System.Formats.Tar.TarFile.ExtractToDirectory(stream, folder, overwriteFiles: true);
    }
}
