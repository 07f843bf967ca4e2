using Provision.Configuration.Plans;

namespace Provision.Configuration.Health;

/// <summary>A program that this machine needs, with the package that has it.</summary>
/// <param name="Name">The program.</param>
/// <param name="Package">The Debian package.</param>
/// <param name="For">What needs it.</param>
public sealed record NeededProgram(string Name, string Package, string For);

/// <summary>The age key of this machine or person, and what it opens.</summary>
/// <param name="Path">The key's file.</param>
/// <param name="Mode">Its permission bits; null if there is no such file.</param>
/// <param name="Problem">Why it is no key; null if it is one.</param>
/// <param name="IsNeeded">Whether a file of this host needs a secret.</param>
/// <param name="Unreadable">Why files of this host are not known, one line each.</param>
public sealed record KeyFacts(string Path, int? Mode, string? Problem, bool IsNeeded, IReadOnlyList<string> Unreadable);

/// <summary>The clone that this machine installs from.</summary>
/// <param name="Folder">Its directory.</param>
/// <param name="OwnershipProblem">Why root must not use it, with the command that corrects it; null if root may.</param>
/// <param name="Revision">What is checked out.</param>
/// <param name="HasRemote">Whether a remote is configured.</param>
public sealed record CloneFacts(string Folder, string? OwnershipProblem, Revision Revision, bool HasRemote);

/// <summary>Who may sign commits and orders on this machine.</summary>
/// <param name="Path">The file with the signers.</param>
/// <param name="Commits">Whether commits are verified.</param>
/// <param name="CommitProblem">Why the commit that is checked out is refused; null if it is not.</param>
public sealed record SignerFacts(string Path, bool Commits, string? CommitProblem);

/// <summary>What this process may do, and whom it reaches.</summary>
/// <param name="IsRoot">Whether it runs as root.</param>
/// <param name="Host">The host of the inventory that this machine is; null for none, as on an engineer's machine.</param>
/// <param name="Reached">The hosts that were tried, each with the reason why it does not answer; null if it does.</param>
public sealed record AccessFacts(bool IsRoot, string? Host, IReadOnlyList<(string Host, string? Problem)> Reached);

/// <summary>Whether a machine is ready for what its role wants. What could not be observed is unknown, never ready.</summary>
public sealed record Readiness
{
    /// <summary>The programs that are needed.</summary>
    public required Observation<IReadOnlyList<NeededProgram>> Needed { get; init; }

    /// <summary>Returns whether a program is there.</summary>
    public required Func<string, bool> Has { get; init; }

    /// <summary>The age key.</summary>
    public required Observation<KeyFacts> Key { get; init; }

    /// <summary>The clone.</summary>
    public required Observation<CloneFacts> Repository { get; init; }

    /// <summary>The signers.</summary>
    public required Observation<SignerFacts> Signers { get; init; }

    /// <summary><c>yes</c> if the clock follows a time server.</summary>
    public required Observation<string> Time { get; init; }

    /// <summary>Rights and reach.</summary>
    public required Observation<AccessFacts> Access { get; init; }

    /// <summary>The checks, in reporting order.</summary>
    public static IReadOnlyList<HealthCheck<Readiness>> Checks { get; } =
    [
        new("programs", "programs that the machine's role needs", facts => HealthCheck.Judge("programs", facts.Needed, facts.Programs)),
        new("keys", "the age key, and the secrets that this host needs", facts => HealthCheck.Judge("keys", facts.Key, Keys)),
        new("clone", "the repository that this machine uses", facts => HealthCheck.Judge("clone", facts.Repository, CloneOf)),
        new("signers", "who may sign what is installed", facts => HealthCheck.Judge("signers", facts.Signers, SignersOf)),
        new("time", "whether the clock follows a time server", facts => HealthCheck.Judge("time", facts.Time, TimeOf)),
        new("access", "whether this is root on a host of the fleet, and which hosts answer", facts => HealthCheck.Judge("access", facts.Access, AccessOf)),
    ];

    /// <summary>Makes all checks.</summary>
    public HealthReport Report() => new([.. Checks.Select(check => check.Name)], [.. Checks.SelectMany(check => check.Judge(this))]);

    private IEnumerable<HealthFinding> Programs(IReadOnlyList<NeededProgram> needed)
    {
        var missing = needed.Where(program => !Has(program.Name)).ToList();
        return missing.Count == 0 ? []
            :
            [
                new("programs", HealthLevel.Critical, $"not installed: {string.Join(", ", missing.Select(program => $"{program.Name} ({program.For})"))}")
                {
                    Command = $"apt install {string.Join(' ', missing.Select(program => program.Package).Distinct(StringComparer.Ordinal))}",
                },
            ];
    }

    private static IEnumerable<HealthFinding> Keys(KeyFacts key)
    {
        if (key.Mode is not { } mode)
        {
            yield return new("keys", key.IsNeeded ? HealthLevel.Critical : HealthLevel.Warning, $"there is no age key {key.Path}: it reads no secrets")
            {
                Command = $"install -d -m 0700 {Path.GetDirectoryName(key.Path)} && age-keygen -o {key.Path}",
            };
            yield break;
        }

        if ((mode & 0b111_111) != 0)
        {
            yield return new("keys", HealthLevel.Critical, $"{key.Path} can be read by others") { Command = $"chmod 600 {key.Path}" };
        }

        if (key.Problem is { } problem)
        {
            yield return new("keys", HealthLevel.Critical, $"{key.Path} is no age key: {problem}");
        }

        foreach (var file in key.Unreadable.Take(3))
        {
            yield return new("keys", HealthLevel.Critical, $"{file}; encrypt it to this key as well") { Command = $"age-keygen -y {key.Path}" };
        }
    }

    private static IEnumerable<HealthFinding> CloneOf(CloneFacts clone)
    {
        var git = $"git -C {clone.Folder}";
        if (clone.OwnershipProblem is { } owner)
        {
            yield return new("clone", HealthLevel.Critical, owner);
        }
        else if (!clone.Revision.HasCommit)
        {
            yield return new("clone", HealthLevel.Critical, $"{clone.Folder} has no commit, so nothing can be installed from it")
            {
                Command = $"{git} init -b main && {git} add -A && {git} commit -m \"The fleet\"",
            };
        }
        else if (!clone.HasRemote)
        {
            yield return new("clone", HealthLevel.Warning, $"{clone.Folder} has no remote: what is committed is nowhere else")
            {
                Command = $"{git} remote add origin URL && {git} push -u origin HEAD",
            };
        }
        else if (clone.Revision.Dirty)
        {
            yield return new("clone", HealthLevel.Warning, $"{clone.Folder} has changes that are not committed") { Command = $"{git} status" };
        }
        else if (!clone.Revision.Pushed)
        {
            yield return new("clone", HealthLevel.Warning, $"no remote has the commit {clone.Revision.Short} of {clone.Folder}") { Command = $"{git} push" };
        }
    }

    private static IEnumerable<HealthFinding> SignersOf(SignerFacts signers) =>
        signers.CommitProblem is { } problem ? [new("signers", HealthLevel.Critical, $"the commit is refused: {problem}; {signers.Path} names who may sign")]
        : signers.Commits ? []
        : [new("signers", HealthLevel.Info, $"{signers.Path} has no signer of commits: they are not verified (docs/trust.md)")];

    private static IEnumerable<HealthFinding> TimeOf(string synchronized) => synchronized == "yes" ? []
        : [new("time", HealthLevel.Warning, "the clock follows no time server") { Command = "systemctl restart chrony && chronyc -n tracking" }];

    private static IEnumerable<HealthFinding> AccessOf(AccessFacts access)
    {
        if (access.Host is null)
        {
            yield return new("access", HealthLevel.Info, "this machine is no host of the inventory, as an engineer's: it installs into --root only");
        }
        else if (!access.IsRoot)
        {
            yield return new("access", HealthLevel.Warning, $"this is {access.Host}, and only root installs there") { Command = "sudo provision doctor" };
        }

        foreach (var (host, problem) in access.Reached.Where(host => host.Problem is not null))
        {
            yield return new("access", HealthLevel.Warning, $"{host} does not answer: {problem}") { Command = $"ssh-copy-id root@{host}" };
        }
    }
}
