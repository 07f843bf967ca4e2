using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Provision.Boot.Jobs;

/// <summary>
/// What an installer does to one host: everything that decides what is wiped and what runs as root. It is written and signed when the host is armed; its
/// text is kept and sent as it was signed.
/// </summary>
public sealed record OrderDocument
{
    /// <summary>Namespace of the signature (<c>ssh-keygen -Y sign -n</c>).</summary>
    public const string SignatureNamespace = "provision-order";

    /// <summary>The job's id; it ends as the marker on the system disk (<c>/var/lib/provision/job</c>).</summary>
    public required string Job { get; init; }

    /// <summary>Name of the host in the inventory.</summary>
    public required string Host { get; init; }

    /// <summary>Rises with each order of a host, also if the boot server lost its state: at least the seconds since 1970. A host that has carried out an order
    /// refuses those with a lower number.</summary>
    public required long Number { get; init; }

    /// <summary>Hash of the destructive plan (64 hexadecimal digits): the armed one, or the one that an engineer approved.</summary>
    public required string PlanHash { get; init; }

    /// <summary>System disks that were replaced since the drive record was written: <c>SERIAL</c>, or <c>BAY=SERIAL</c>.</summary>
    public IReadOnlyList<string> OsDiskSerials { get; init; } = [];

    /// <summary>Commit of the inventory that the host is installed from, 40 hexadecimal digits.</summary>
    public required string Commit { get; init; }

    /// <summary>The image, <c>os-store/DIGEST</c>.</summary>
    public required string Image { get; init; }

    /// <summary>SHA-256 of the image's manifest.</summary>
    public required string ImageManifest { get; init; }

    /// <summary>The installer, <c>installer/DIGEST</c>.</summary>
    public string? Installer { get; init; }

    /// <summary>SHA-256 of the installer's manifest; null if it has none, and then no running host starts it.</summary>
    public string? InstallerManifest { get; init; }

    /// <summary>Words for the kernel of the installer, without those that name NIC, server and job.</summary>
    public IReadOnlyList<string> KernelWords { get; init; } = [];

    /// <summary>True if the host gets a new identity instead of its own.</summary>
    public bool NewIdentity { get; init; }

    /// <summary>True if a stopped installer stays up for engineers instead of restarting into the system on the disk.</summary>
    public bool Waits { get; init; }

    /// <summary>Public ssh keys of engineers who may log in to an installer that has stopped, as lines of an <c>authorized_keys</c> file.</summary>
    public IReadOnlyList<string> Engineers { get; init; } = [];

    /// <summary>When the host was armed.</summary>
    public required DateTimeOffset ArmedAt { get; init; }

    /// <summary>The end of the order, whatever the boot server says.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Returns the number of the next order of a host.</summary>
    /// <param name="last">That of its last one; 0 for none.</param>
    /// <param name="now">The time.</param>
    public static long NumberAfter(long last, DateTimeOffset now) => Math.Max(last + 1, now.ToUnixTimeSeconds());

    /// <summary>Parses the text of an order.</summary>
    /// <exception cref="JsonException">It is no order.</exception>
    public static OrderDocument Parse(string text) =>
        JsonSerializer.Deserialize(text, JobsJson.Default.OrderDocument) ?? throw new JsonException("it holds no order");

    /// <summary>Writes the order without a signature.</summary>
    public SignedOrder Unsigned() => new(JsonSerializer.Serialize(this, JobsJson.Default.OrderDocument), null);
}

/// <summary>The text of an order, and its signature.</summary>
/// <param name="Document">The text: an <see cref="OrderDocument"/> as JSON, byte for byte what was signed.</param>
/// <param name="Signature">What <c>ssh-keygen -Y sign</c> made of it; null if the fleet signs no orders.</param>
public sealed record SignedOrder(string Document, string? Signature)
{
    /// <summary>Checks whether one of those who may sign orders signed it.</summary>
    /// <param name="allowedSigners">The text of a file of allowed signers.</param>
    /// <param name="signatures">Verifies.</param>
    public SignatureCheck Verify(string allowedSigners, SshSignatures signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return signatures.VerifyBy(allowedSigners, OrderDocument.SignatureNamespace, Encoding.UTF8.GetBytes(Document), Signature);
    }

    /// <summary>SHA-256 of the text, lower-case hexadecimal.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Document)));
}
