using System.Text.Json;

namespace Provision.Boot.Jobs;

/// <summary>What the token file says that a machine gets as an extra initrd (<c>/provision/job.json</c>). The token opens a job once.</summary>
/// <param name="Server">Base address of the boot server, without a slash at its end: <c>http://192.0.2.1:8480</c>.</param>
/// <param name="Job">The job's id.</param>
/// <param name="Token">The one-time token, 43 characters of base64url (256 bits).</param>
public sealed record JobTicket(string Server, string Job, string Token)
{
    /// <summary>Parses the content of a ticket; null if it is the JSON value null.</summary>
    /// <exception cref="JsonException">It is no ticket.</exception>
    public static JobTicket? Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, JobsJson.Default.JobTicket);
}

/// <summary>What the installer sends to <c>POST /jobs/{id}/claim</c>. The same key may ask again; another one with a used token is an alarm.</summary>
/// <param name="Token">Of the ticket.</param>
/// <param name="Recipient">Public key (X25519, an age recipient) that the installer made when it started: what is meant
/// for it alone is encrypted to it.</param>
/// <param name="DmiUuid">UUID of the machine's firmware, lower case; null where it has none.</param>
/// <param name="Macs">MAC addresses of its NICs, <c>00:00:5e:00:53:a1</c>.</param>
/// <param name="Proofs">Proofs of return keys of the job, at most four; null for none.</param>
internal sealed record ClaimRequest(string Token, string Recipient, string? DmiUuid, IReadOnlyList<MacAddress> Macs, IReadOnlyList<string>? Proofs = null);

/// <summary>The answer to a claim that is granted.</summary>
/// <param name="Keys">The session key and the return key, 32 bytes and 43 characters, encrypted to the recipient.</param>
/// <param name="Order">The order.</param>
internal sealed record ClaimAnswer(byte[] Keys, JobOrder Order);

/// <summary>The answer (202) to a claim that waits for a person.</summary>
/// <param name="Order">Hash of the order's text, which is part of the code on the console.</param>
/// <param name="Why">What it waits for.</param>
internal sealed record ClaimWait(string Order, string Why);

/// <summary>The answer to a claim: the signed order, and where its parts are. Also a file, for an installation from the local disk. What is not in the signed
/// text decides nothing: each part is verified against it.</summary>
public sealed record JobOrder
{
    /// <summary>The order.</summary>
    public required SignedOrder Order { get; init; }

    /// <summary>Where the inventory is: a git bundle that holds the commit; absolute, or relative to the server's base address.</summary>
    public required string Repository { get; init; }

    /// <summary>Where the image's signed manifest is; the signature is beside it with <c>.sig</c> at its end.</summary>
    public required string Image { get; init; }

    /// <summary>Where the host's identity is (an archive of <c>etc/ssh/ssh_host_*</c> and <c>etc/provision/host.key</c>, encrypted to the
    /// key of this boot); null where a new one is made.</summary>
    public string? Identity { get; init; }

    /// <summary>When the job ends, whatever happened: after that the machine boots locally. The signed order may end before.</summary>
    public required DateTimeOffset Deadline { get; init; }
}

/// <summary>One line of <c>POST /jobs/{id}/events</c> (a JSON array of these): how far an installation is.</summary>
/// <param name="At">When, by the installer's clock.</param>
/// <param name="Step">Name of the step, one of the installer's.</param>
/// <param name="Text">What people read.</param>
/// <param name="Done">Part of the step that is done, 0 to 1; null where that is not known.</param>
/// <param name="IsError">Something is wrong.</param>
public sealed record InstallEvent(DateTimeOffset At, string Step, string Text, double? Done = null, bool IsError = false);

/// <summary>How an installation ended, or why it stands still: <c>POST /jobs/{id}/report</c>.</summary>
public enum InstallOutcome
{
    /// <summary>The system is installed, the proof holds; the machine reboots into it.</summary>
    Done,

    /// <summary>The machine gives another plan than the one that was armed. It waits, untouched, for <c>approve</c> or <c>disarm</c>.</summary>
    Differs,

    /// <summary>It stopped with an error before anything was written: the old system still starts.</summary>
    Refused,

    /// <summary>It stopped with an error after the old boot loader was gone; the next boot tries again.</summary>
    Failed,
}

/// <summary>The report at the end of an installation, kept with the job.</summary>
public sealed record InstallReport
{
    /// <summary>How it ended.</summary>
    public required InstallOutcome Outcome { get; init; }

    /// <summary>Hash of the destructive plan that the machine gave.</summary>
    public string? FoundHash { get; init; }

    /// <summary>The plan that the machine gave, as text for people, where it differs or refuses.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Seconds by step, in the order they were taken.</summary>
    public IReadOnlyList<StepTime> Steps { get; init; } = [];

    /// <summary>The proof, one entry a protected device: what was equal before and after.</summary>
    public IReadOnlyList<ProtectedDevice> Protected { get; init; } = [];

    /// <summary>The new public ssh host keys, lines as <c>known_hosts</c> has them without the host; empty where they were given back.</summary>
    public IReadOnlyList<string> NewHostKeys { get; init; } = [];

    /// <summary>Writes the report as a JSON value.</summary>
    public void WriteTo(Utf8JsonWriter json) => JsonSerializer.Serialize(json, this, JobsJson.Default.InstallReport);
}

/// <summary>How long one step took.</summary>
public sealed record StepTime(string Step, double Seconds);

/// <summary>One device that an installation may not write, and that it did not.</summary>
/// <param name="Device">Name of the kernel, of this boot.</param>
/// <param name="Identity">Bay and serial, or what else it is known by.</param>
/// <param name="SectorsWritten">By the kernel's count, between the beginning and the end of the run.</param>
/// <param name="Before">SHA-256 of its heads (tables, headers, labels, superblocks) before.</param>
/// <param name="After">The same after.</param>
public sealed record ProtectedDevice(string Device, string Identity, long SectorsWritten, string Before, string After);
