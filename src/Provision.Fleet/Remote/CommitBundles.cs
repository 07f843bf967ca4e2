using System.Collections.Concurrent;
using Provision.Configuration.Repository;

namespace Provision.FleetRuns.Remote;

/// <summary>A commit for a host: the one of the run, and the branch that the host is pinned to.</summary>
/// <param name="Commit">The commit of the run.</param>
/// <param name="Branch">The branch that it is on; null for a detached head.</param>
/// <param name="Pinned">The host's own branch with its commit; null if it is not pinned.</param>
internal sealed record DeliveredCommit(string Commit, string? Branch, PinnedBranch? Pinned);

/// <summary>Makes git bundles of what hosts lack. Hosts with the same commits get the same bundle.</summary>
/// <param name="git">The repository; its head is the commit of the run.</param>
internal sealed class CommitBundles(Git git)
{
    private readonly ConcurrentDictionary<string, Lazy<ReadOnlyMemory<byte>>> made = new(StringComparer.Ordinal);

    /// <summary>Returns a bundle.</summary>
    /// <param name="wanted">What the host is to have.</param>
    /// <param name="head">The head of the host's clone; null if it has none.</param>
    /// <exception cref="CommandFailedException">git failed.</exception>
    public ReadOnlyMemory<byte> For(DeliveredCommit wanted, string? head)
    {
        // A commit that this repository does not know cannot be the basis: everything is sent.
        var basis = head is not null && git.CommitOf(head) is not null ? head : null;
        return made.GetOrAdd($"{basis} {wanted.Pinned?.Branch}", _ => new Lazy<ReadOnlyMemory<byte>>(() => Make(wanted, basis))).Value;
    }

    private ReadOnlyMemory<byte> Make(DeliveredCommit wanted, string? basis)
    {
        List<string> refs = ["HEAD"];
        if (wanted.Pinned is { } pinned)
        {
            refs.Add(git.CommitOf($"refs/heads/{pinned.Branch}") == pinned.Commit ? $"refs/heads/{pinned.Branch}" : $"refs/remotes/origin/{pinned.Branch}");
        }

        return git.Run(["bundle", "create", "--quiet", "-", .. refs, .. basis is null ? (string[])[] : ["^" + basis]]).Output;
    }
}
