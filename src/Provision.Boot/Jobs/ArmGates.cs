using Provision.Inventory;

namespace Provision.Boot.Jobs;

/// <summary>What a role of the host says about its data.</summary>
/// <param name="Name">The role.</param>
/// <param name="Data">Class of its data; null where it declares none.</param>
/// <param name="Gate">What must hold before a reinstall; null where it declares nothing.</param>
public sealed record ArmRole(string Name, DataClass? Data, ReinstallGate? Gate);

/// <summary>Everything that the gates look at; plain facts, gathered before.</summary>
public sealed record ArmFacts
{
    /// <summary>The host's name.</summary>
    public required string Host { get; init; }

    /// <summary>Where the inventory has it.</summary>
    public required Location Location { get; init; }

    /// <summary>True for a host that is gone.</summary>
    public bool IsRetired { get; init; }

    /// <summary>Its network cards, lower case.</summary>
    public IReadOnlyList<MacAddress> Macs { get; init; } = [];

    /// <summary>UUID of its firmware, where that is known.</summary>
    public string? DmiUuid { get; init; }

    /// <summary>Its roles, included ones too.</summary>
    public IReadOnlyList<ArmRole> Roles { get; init; } = [];

    /// <summary>True where the inventory describes its disks.</summary>
    public bool HasLayout { get; init; }

    /// <summary>True where its drives are recorded.</summary>
    public bool HasRecord { get; init; }

    /// <summary>Hash of the destructive plan; null where there is none.</summary>
    public string? PlanHash { get; init; }

    /// <summary>How many lines of the plan wipe something.</summary>
    public int Wipes { get; init; }

    /// <summary>What the plan refuses, a sentence each.</summary>
    public IReadOnlyList<string> PlanRefusals { get; init; } = [];

    /// <summary>Replaced system disks: <c>SERIAL</c>, or <c>BAY=SERIAL</c>.</summary>
    public IReadOnlyList<string> OsDiskSerials { get; init; } = [];

    /// <summary>The commit; null for a repository without one.</summary>
    public string? Commit { get; init; }

    /// <summary>True where the inventory has changes that are not committed.</summary>
    public bool IsDirty { get; init; }

    /// <summary>True where the engineer said that this is meant.</summary>
    public bool AllowsDirty { get; init; }

    /// <summary>The name of the image that the host gets.</summary>
    public required string ImageName { get; init; }

    /// <summary>That image in the store, <c>os-store/DIGEST</c>; null where it is not there.</summary>
    public string? Image { get; init; }

    /// <summary>SHA-256 of its manifest.</summary>
    public string? ImageManifest { get; init; }

    /// <summary>The installer in the store, <c>installer/DIGEST</c>; null where it is not there.</summary>
    public string? Installer { get; init; }

    /// <summary>SHA-256 of its manifest; null if it has none.</summary>
    public string? InstallerManifest { get; init; }

    /// <summary>The site's words for the installer's kernel.</summary>
    public IReadOnlyList<string> KernelWords { get; init; } = [];

    /// <summary>True if that installer accepts signed orders only.</summary>
    public bool NeedsSignature { get; init; }

    /// <summary>True if there is a key to sign the order with.</summary>
    public bool HasOrderKey { get; init; }

    /// <summary>Why the commit is refused: it is not signed by one of those who may sign commits; null if it is, or if there are none.</summary>
    public string? CommitProblem { get; init; }

    /// <summary>The host's open job; null for none.</summary>
    public Job? OpenJob { get; init; }

    /// <summary>True where the host gets a new identity.</summary>
    public bool NewIdentity { get; init; }

    /// <summary>True if the code on the console is to be confirmed, whatever the machine proves.</summary>
    public bool NeedsCode { get; init; }

    /// <summary>Why the machine needs neither code nor key; null if it does.</summary>
    public string? NoCode { get; init; }

    /// <summary>True if a stopped installer stays up for engineers.</summary>
    public bool Waits { get; init; }

    /// <summary>What the gates of the host's data object: those that only the data's own area can answer. An engineer may pass them with a reason.</summary>
    public IReadOnlyList<Diagnostic> DataObjections { get; init; } = [];

    /// <summary>What the gates of its roles answered, a line each; kept with the job.</summary>
    public IReadOnlyList<string> GateAnswers { get; init; } = [];

    /// <summary>Why the engineer arms it despite <see cref="DataObjections"/>; null for no reason. It is kept with the job.</summary>
    public string? ForceReason { get; init; }

    /// <summary>Public ssh keys of engineers.</summary>
    public IReadOnlyList<string> Engineers { get; init; } = [];
}

/// <summary>Leave to arm one host. Only <see cref="ArmGates"/> makes one, and only where no gate objects.</summary>
public sealed class ArmPermit
{
    internal ArmPermit(ArmFacts facts) => Facts = facts;

    /// <summary>What was looked at.</summary>
    public ArmFacts Facts { get; }
}

/// <summary>The gates before a reinstall: one row each, pure.</summary>
public static class ArmGates
{
    /// <summary>Every gate with what it says where it objects; a gate is added by adding a row.</summary>
    internal static readonly IReadOnlyList<(string Name, Func<ArmFacts, Diagnostic?> Objection)> Rows =
    [
        ("retired", facts => facts.IsRetired ? Error(facts, $"{facts.Host} is retired") : null),
        ("cards", facts => facts.Macs.Count == 0 ? Error(facts, $"{facts.Host} has no network card in the inventory: no boot of it would be recognised")
            : null),
        ("chassis", facts => facts.HasLayout ? null
            : Error(facts, $"{facts.Host} has no chassis, so nothing is known of its disks", "give it one: chassis: NAME")),
        ("record", facts => facts.HasRecord ? null
            : Error(facts, $"{facts.Host} has no drive record, so nothing says which disks are to be protected", $"provision drives accept {facts.Host}")),
        ("roles", facts => facts.Roles.FirstOrDefault(role => role.Data is null || role.Gate is null) is { } role
            ? Error(facts, $"the role {role.Name} of {facts.Host} does not say of which class its data is and what must hold before a reinstall",
                "give it the keys data and gate")
            : facts.Roles.Count == 0 ? Error(facts, $"{facts.Host} has no role") : null),
        ("plan", facts => facts.PlanRefusals.Count > 0 ? Error(facts, $"the plan for {facts.Host} is refused: {string.Join("; ", facts.PlanRefusals)}") : null),
        ("target", facts => facts is { HasRecord: true, HasLayout: true, PlanRefusals.Count: 0 } && (facts.Wipes == 0 || facts.PlanHash is not { Length: 64 })
            ? Error(facts, $"the plan for {facts.Host} has no disk for the operating system") : null),
        ("commit", facts => facts.Commit is not { Length: 40 } ? Error(facts, "the inventory is in no commit: a reinstall is made from one", "commit it")
            : facts is { IsDirty: true, AllowsDirty: false }
                ? Error(facts, "the inventory has changes that are not committed, and a reinstall would not have them",
                "commit and push them, or say --allow-dirty") : null),
        ("image", facts => facts.Image is null || facts.ImageManifest is null
            ? Error(facts, $"the store has no image {facts.ImageName}", "provision netboot build")
            : facts.Installer is not null ? null : Error(facts, "the store has no installer", "provision netboot build")),
        ("signature", facts => facts is { NeedsSignature: true, HasOrderKey: false }
            ? Error(facts, "the installer accepts signed orders only, and there is no key to sign this one with",
                "name one with --sign-key FILE (default: /etc/provision/order-key)") : null),
        ("signed-commit", facts => facts.CommitProblem is { } problem
            ? Error(facts, $"the commit {facts.Commit?[..12]} is not signed by one of those who may sign commits: {problem}",
                "git commit -S, or have it signed by one of them") : null),
        ("job", facts => facts.OpenJob is { } job
            ? Error(facts, $"{facts.Host} is {job.State.Word()} already, by {job.ArmedBy}, until {job.Deadline:u}", $"provision netboot disarm {facts.Host}")
            : null),
    ];

    /// <summary>Asks every gate.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="objections">What the gates say against it, all of them; empty where there is a permit.</param>
    /// <returns>The permit; null where a gate objects.</returns>
    public static ArmPermit? Ask(ArmFacts facts, out IReadOnlyList<Diagnostic> objections)
    {
        objections = [.. Rows.Select(row => row.Objection(facts)).OfType<Diagnostic>(), .. facts.ForceReason is { Length: > 0 } ? [] : facts.DataObjections];
        return objections.Count == 0 ? new ArmPermit(facts) : null;
    }

    private static Diagnostic Error(ArmFacts facts, string message, string? hint = null) => Diagnostic.Error(facts.Location, message, hint);
}
