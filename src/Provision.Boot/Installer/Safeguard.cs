namespace Provision.Boot.Installer;

/// <summary>
/// What an installation holds itself to besides the rules of the disk guard. Leaving one out is possible for tests only: each is
/// there because without it a named test does harm.
/// </summary>
/// <param name="Name">Short name, stable: the table of docs/installer.md says which test turns red without it.</param>
internal sealed record Safeguard(string Name)
{
    /// <summary>Every device is made read-only before anything else, and only the target taken out of it.</summary>
    public static readonly Safeguard ReadOnly = new("read-only");

    /// <summary>The plan of this machine is the one that was armed or approved.</summary>
    public static readonly Safeguard PlanHash = new("plan-hash");

    /// <summary>This machine has a MAC address of the host.</summary>
    public static readonly Safeguard ThisMachine = new("this-machine");

    /// <summary>The job has not expired.</summary>
    public static readonly Safeguard Deadline = new("deadline");

    /// <summary>The order is signed.</summary>
    public static readonly Safeguard OrderSignature = new("order-signature");

    /// <summary>The commit is signed, if there are those who may sign commits.</summary>
    public static readonly Safeguard CommitSignature = new("commit-signature");

    /// <summary>The order is no older than one that this machine has seen.</summary>
    public static readonly Safeguard OrderNumber = new("order-number");

    /// <summary>The image's manifest is the one that the order names.</summary>
    public static readonly Safeguard Pinned = new("pinned");

    /// <summary>The image's manifest is signed.</summary>
    public static readonly Safeguard Signature = new("signature");

    /// <summary>Each piece of the image is the one of the manifest.</summary>
    public static readonly Safeguard PieceHash = new("piece-hash");

    /// <summary>The image fits on the target.</summary>
    public static readonly Safeguard Size = new("size");

    /// <summary>No sector of a protected device was written.</summary>
    public static readonly Safeguard SectorsWritten = new("sectors-written");

    /// <summary>Tables, headers and superblocks of every protected device are what they were.</summary>
    public static readonly Safeguard Fingerprint = new("fingerprint");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Safeguard> All =
    [
        ReadOnly, OrderSignature, CommitSignature, OrderNumber, PlanHash, ThisMachine, Deadline, Pinned, Signature, PieceHash, Size, SectorsWritten,
        Fingerprint,
    ];
}
