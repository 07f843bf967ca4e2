using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Instances;

/// <summary>The relevant content of one mailbox, short enough to be sent between hosts. Equal digests mean equal mail.</summary>
public sealed record MailboxDigest
{
    /// <summary>Cyrus's internal name, such as <c>user.alice.Work</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Why Cyrus could not read it; null if it could. All other properties are empty then.</summary>
    public string? Unreadable { get; init; }

    /// <summary>The id, which a mailbox keeps when it is renamed.</summary>
    public string UniqueId { get; init; } = "";

    /// <summary>IMAP's UIDVALIDITY.</summary>
    public long UidValidity { get; init; }

    /// <summary>The highest modification number ever assigned in it.</summary>
    public long HighestModSeq { get; init; }

    /// <summary>The last UID ever assigned in it.</summary>
    public long LastUid { get; init; }

    /// <summary>The number of messages, without those that are expunged but still kept.</summary>
    public int Messages { get; init; }

    /// <summary>SHA-256, lower-case hex, over a line <c>UID GUID SIZE</c> per message in the order of UIDs.</summary>
    public string Contents { get; init; } = "";

    /// <summary>SHA-256, lower-case hex, over a line <c>UID MODSEQ FLAG...</c> per message in the order of UIDs; flags in ordinal order.</summary>
    public string Flags { get; init; } = "";
}

/// <summary>The content of a slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Mailboxes">Its mailboxes in ordinal order of their names, without deleted ones that are kept for a while.</param>
public sealed record InstanceDigest(string Slot, IReadOnlyList<MailboxDigest> Mailboxes)
{
    /// <summary>Returns the digest as JSON, with a trailing newline.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, InstanceDigestJson.Default.InstanceDigest), (byte)'\n'];

    /// <summary>Parses the output of <see cref="ToJson"/>.</summary>
    /// <exception cref="InvalidDataException">The input is malformed.</exception>
    public static InstanceDigest FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, InstanceDigestJson.Default.InstanceDigest)
                ?? throw new InvalidDataException("not the digest of a slot: null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"not the digest of a slot as \"provision slot digest -o json\" writes it: {e.Message}", e);
        }
    }
}

/// <summary>The JSON form of digests.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstanceDigest))]
internal sealed partial class InstanceDigestJson : JsonSerializerContext;
