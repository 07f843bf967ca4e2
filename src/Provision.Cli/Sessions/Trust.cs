using Provision.Boot.Jobs;

namespace Provision.Cli.Sessions;

/// <summary>Whether commits and orders are verified on this machine.</summary>
internal static class Trust
{
    /// <summary>Returns one line for what is not verified; null if both commits and orders are.</summary>
    /// <param name="place">Where the signers are: a path, or what names it.</param>
    /// <param name="signers">The file's text; null for none.</param>
    /// <param name="withOrders">False if only commits matter.</param>
    public static string? Note(string place, string? signers, bool withOrders = true)
    {
        var commits = AllowedSigners.Has(signers, AllowedSigners.Commits);
        var orders = !withOrders || AllowedSigners.Has(signers, OrderDocument.SignatureNamespace);
        return (commits, orders) switch
        {
            (true, true) => null,
            (false, true) => $"note: {place} has no signer of commits: they are not verified (docs/trust.md)",
            (true, false) => $"note: {place} has no signer of orders: they are not verified (docs/trust.md)",
            _ => $"note: {place} has no signers: neither commits nor orders are verified (docs/trust.md)",
        };
    }

    /// <summary>Returns why a commit is not to be used; null if it is signed by one of those who may sign commits, or if there are none.</summary>
    public static string? CommitProblem(Git repository, string commit, string? signers) =>
        AllowedSigners.Has(signers, AllowedSigners.Commits)
            ? SshSignatures.With(signers!, AllowedSigners.Commits, file => repository.VerifyCommit(commit, file).Problem) : null;
}
