using System.Security.Cryptography;
using System.Text;
using Provision.Configuration.Checks;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Packages;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Plans;

/// <summary>The commit of the repository that a desired state was rendered from.</summary>
/// <param name="Id">Full hash; <c>none</c> outside git.</param>
/// <param name="Dirty">Whether tracked files differ from the commit, or the inventory has untracked files.</param>
/// <param name="Pushed">Whether a remote has the commit.</param>
/// <param name="Branch">The branch; null for a detached head.</param>
public sealed record Revision(string Id, bool Dirty, bool Pushed, string? Branch)
{
    /// <summary>The id of a directory outside git, and of a repository before its first commit.</summary>
    public const string NoCommit = "none";

    /// <summary>True if there is a commit.</summary>
    public bool HasCommit => Id != NoCommit;

    /// <summary>The first 12 digits of the commit, followed by <c>-dirty</c> if the tree is not clean.</summary>
    public string Short => (Id.Length > 12 ? Id[..12] : Id) + (Dirty ? "-dirty" : "");
}

/// <summary>Everything an install would do to a host, and every difference it would leave alone.</summary>
public sealed record ChangePlan
{
    /// <summary>The host.</summary>
    public required string Host { get; init; }

    /// <summary>The revision the desired state was rendered from.</summary>
    public required Revision Revision { get; init; }

    /// <summary>Serial of the rendered masters.</summary>
    public required long MastersSerial { get; init; }

    /// <summary>The files that differ, ordered by path.</summary>
    public required IReadOnlyList<FileDifference> Files { get; init; }

    /// <summary>The files that are up to date, to be recorded as managed.</summary>
    public required IReadOnlyList<FileDifference> Same { get; init; }

    /// <summary>Packages that are missing or at the wrong version.</summary>
    public IReadOnlyList<PackageDifference> Packages { get; init; } = [];

    /// <summary>Units that are not enabled or not active.</summary>
    public IReadOnlyList<UnitDifference> Units { get; init; } = [];

    /// <summary>Unit actions required by changed files, owed actions and stale units, in the order of execution.</summary>
    public IReadOnlyList<UnitEffect> Effects { get; init; } = [];

    /// <summary>Units that run with an older configuration than the one on disk.</summary>
    public IReadOnlyList<StaleUnit> Stale { get; init; } = [];

    /// <summary>Actions owed by earlier runs and not carried out since.</summary>
    public IReadOnlyList<OwedAction> Owed { get; init; } = [];

    /// <summary>True for a running system, in which owed actions can be carried out and so count as a difference. In another root they are notes for the system
    /// that will run there.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Results of the checkers of the changed files.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    /// <summary>Errors, which prevent the plan from being carried out, and warnings.</summary>
    public IReadOnlyList<Diagnostic> Problems { get; init; } = [];

    /// <summary>True if nothing may be installed: an error, an unknown file or a failed check.</summary>
    public bool HasTrouble =>
        Problems.Any(problem => problem.Severity == Severity.Error)
        || Files.Any(file => file.Verdict == Verdict.Unknown)
        || Checks.Any(check => check.Outcome == CheckOutcome.Failed);

    /// <summary>True if the host differs from the desired state.</summary>
    public bool Differs => Files.Count > 0 || Packages.Count > 0 || Units.Count > 0 || Stale.Count > 0 || (IsRunning && Owed.Count > 0);

    /// <summary>0 same, 1 differs, 2 error, as in diff(1).</summary>
    public int ExitCode => HasTrouble ? 2 : Differs ? 1 : 0;

    /// <summary>A hash of the current state, the desired state and the actions. Two plans with the same hash do the same to the same machine; a saved plan is
    /// refused if its hash no longer matches.</summary>
    public string Hash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            void Add(params ReadOnlySpan<string?> parts)
            {
                foreach (var part in parts)
                {
                    hash.AppendData(Encoding.UTF8.GetBytes((part ?? "") + "\0"));
                }
            }

            Add(Host, Revision.Short, $"{MastersSerial}");
            foreach (var file in Files)
            {
                Add(file.Path, $"{file.Verdict}", $"{file.Kept}", file.Desired?.Sha256, $"{file.Desired?.Mode}", $"{file.DesiredOwner}",
                    file.Observed?.Sha256, $"{file.Observed?.Facts.Mode}", $"{file.Observed?.Facts.Owner}", file.Observed?.LinkTarget);
                foreach (var (name, value) in file.Observed?.Attributes ?? ExtendedAttributes.None)
                {
                    Add(name, Convert.ToHexStringLower(value));
                }
            }

            foreach (var package in Packages)
            {
                Add(package.Wanted.Name, package.Wanted.Version, package.Installed);
            }

            foreach (var unit in Units)
            {
                Add(unit.Unit.Name, unit.Problem);
            }

            foreach (var effect in Effects)
            {
                Add(effect.Unit, $"{effect.Action}");
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
