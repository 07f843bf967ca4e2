using System.Text.RegularExpressions;

namespace Provision.Configuration.Repository;

/// <summary>A branch with its commit.</summary>
/// <param name="Branch">Name of the branch.</param>
/// <param name="Commit">Full hash.</param>
public sealed record PinnedBranch(string Branch, string Commit)
{
    /// <summary>Parses <c>BRANCH:COMMIT</c>; null if it is none.</summary>
    public static PinnedBranch? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && HostClone.IsCommit(text[(colon + 1)..]) ? new PinnedBranch(text[..colon], text[(colon + 1)..]) : null;
    }
}

/// <summary>A host's own clone of the repository, which fleet runs bring to their commit: the host needs no access to a git server.</summary>
/// <param name="commands">Runs git.</param>
/// <param name="directory">Path of the clone.</param>
public sealed partial class HostClone(ICommandRunner commands, string directory)
{
    /// <summary>Path of the clone on a host; units that run unattended use it too.</summary>
    public const string Path = "/var/lib/provision/repository";

    private const string Received = "refs/provision/received/";
    private readonly Git git = new(commands, directory);

    /// <summary>True if there is a clone.</summary>
    public bool Exists => Directory.Exists(System.IO.Path.Combine(directory, ".git"));

    /// <summary>The commit that is checked out; null if there is none.</summary>
    public string? Head => Exists ? git.CommitOf("HEAD") : null;

    /// <summary>True for a full hash.</summary>
    public static bool IsCommit(string text) => CommitText().IsMatch(text);

    /// <summary>True if the clone has a commit.</summary>
    public bool Has(string commit) => Exists && git.CommitOf(commit) is not null;

    /// <summary>Takes the commits of a bundle. They are checked object by object and used for nothing yet.</summary>
    /// <param name="bundle">Path of the bundle.</param>
    /// <exception cref="CommandFailedException">It is damaged, or lacks commits that the clone does not have.</exception>
    public void Take(string bundle)
    {
        if (!Exists)
        {
            Git.MakeWorkTree(commands, directory);
        }

        git.Run("-c", "transfer.fsckObjects=true", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", bundle, $"+*:{Received}*");
    }

    /// <summary>Makes a commit the one that the clone is at. Call it only after the commits were verified.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="branch">Its branch; null keeps none.</param>
    /// <param name="pinned">The host's own branch; null if it is not pinned.</param>
    /// <exception cref="CommandFailedException">The clone has changes of its own that are in the way.</exception>
    public void Use(string commit, string? branch, PinnedBranch? pinned)
    {
        git.Run(["checkout", "--quiet", .. branch is null ? (string[])["--detach"] : ["-B", branch], commit, "--"]);

        // What the control host sent is what a remote has: an install asks for that.
        git.Run("update-ref", $"refs/remotes/origin/{branch ?? "provision"}", commit);
        if (pinned is not null)
        {
            git.Run("update-ref", $"refs/remotes/origin/{pinned.Branch}", pinned.Commit);
        }
    }

    /// <summary>Forgets what <see cref="Take"/> brought and was not used.</summary>
    public void Forget()
    {
        foreach (var name in Exists ? git.Run("for-each-ref", "--format=%(refname)", Received).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            git.Run("update-ref", "-d", name);
        }
    }

    [GeneratedRegex("^[0-9a-f]{40}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CommitText();
}
