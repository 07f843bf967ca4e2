using System.Security.Cryptography;
using System.Text;
using Provision.Configuration.Checks;
using Provision.Configuration.Desired;
using Provision.Configuration.Packages;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Plans;

/// <summary>The repository's commit that a desired state was rendered from.</summary>
/// <param name="Id">Full hash; <c>none</c> outside git.</param>
/// <param name="Dirty">Whether tracked files differ from the commit, or untracked ones lie in the inventory.</param>
/// <param name="Pushed">Whether a remote has the commit.</param>
/// <param name="Branch">The branch; null for a detached head.</param>
public sealed record Revision(string Id, bool Dirty, bool Pushed, string? Branch)
{
    /// <summary>The id of a folder outside of git, and of a repository before its first commit.</summary>
    public const string NoCommit = "none";

    /// <summary>True where there is a commit.</summary>
    public bool HasCommit => Id != NoCommit;

    /// <summary>The commit in 12 digits, with <c>-dirty</c> behind it where the tree is not clean.</summary>
    public string Short => (Id.Length > 12 ? Id[..12] : Id) + (Dirty ? "-dirty" : "");
}

/// <summary>Everything that an install would do to a host, and everything it would leave alone though it differs.</summary>
public sealed record ChangePlan
{
    /// <summary>The host.</summary>
    public required string Host { get; init; }

    /// <summary>What the desired state was rendered from.</summary>
    public required Revision Revision { get; init; }

    /// <summary>Serial of the masters that were rendered.</summary>
    public required long MastersSerial { get; init; }

    /// <summary>The files that differ, in order of their paths.</summary>
    public required IReadOnlyList<FileDifference> Files { get; init; }

    /// <summary>The files that are as they should be, for the record of what we manage.</summary>
    public required IReadOnlyList<FileDifference> Same { get; init; }

    /// <summary>Packages that are missing or at another version.</summary>
    public IReadOnlyList<PackageDifference> Packages { get; init; } = [];

    /// <summary>Units that are not enabled or not active.</summary>
    public IReadOnlyList<UnitDifference> Units { get; init; } = [];

    /// <summary>What would be done to units because of the files, what is owed and what is stale, in the order it would be done.</summary>
    public IReadOnlyList<UnitEffect> Effects { get; init; } = [];

    /// <summary>Units that run with an older configuration than the one on disk.</summary>
    public IReadOnlyList<StaleUnit> Stale { get; init; } = [];

    /// <summary>What earlier runs owe and nobody has done since.</summary>
    public IReadOnlyList<OwedAction> Owed { get; init; } = [];

    /// <summary>
    /// True on a running system, where owed actions can be done and so count as a difference. In another root they are
    /// notes for the system that will run there.
    /// </summary>
    public bool IsRunning { get; init; }

    /// <summary>What the checkers said of the changed files.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    /// <summary>What makes the plan impossible to carry out, and warnings.</summary>
    public IReadOnlyList<Diagnostic> Problems { get; init; } = [];

    /// <summary>True where nothing may be installed: an error, an unknown file or a failed check.</summary>
    public bool HasTrouble =>
        Problems.Any(problem => problem.Severity == Severity.Error)
        || Files.Any(file => file.Verdict == Verdict.Unknown)
        || Checks.Any(check => check.Outcome == CheckOutcome.Failed);

    /// <summary>True where the host is not what it should be.</summary>
    public bool Differs => Files.Count > 0 || Packages.Count > 0 || Units.Count > 0 || Stale.Count > 0 || (IsRunning && Owed.Count > 0);

    /// <summary>0 same, 1 differs, 2 trouble, as diff(1) has it.</summary>
    public int ExitCode => HasTrouble ? 2 : Differs ? 1 : 0;

    /// <summary>
    /// A hash over what is there, what should be there and what would be done. Two plans with one hash do the same to the
    /// same machine; a saved plan is refused where the hash has moved.
    /// </summary>
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
