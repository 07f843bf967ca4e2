using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Instances;

/// <summary>All that counts of one mailbox, short enough to be sent between hosts. Equal digests mean equal mail.</summary>
public sealed record MailboxDigest
{
    /// <summary>Cyrus's internal name, such as <c>user.alice.Work</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Why Cyrus could not show it; null if it could. All that follows is then empty.</summary>
    public string? Unreadable { get; init; }

    /// <summary>The id that a mailbox keeps when it is renamed.</summary>
    public string UniqueId { get; init; } = "";

    /// <summary>IMAP's UIDVALIDITY.</summary>
    public long UidValidity { get; init; }

    /// <summary>The highest modification number that was ever given in it.</summary>
    public long HighestModSeq { get; init; }

    /// <summary>The last UID that was ever given in it.</summary>
    public long LastUid { get; init; }

    /// <summary>Number of messages; those that are expunged but still kept do not count.</summary>
    public int Messages { get; init; }

    /// <summary>SHA-256, lower-case hex, over a line <c>UID GUID SIZE</c> a message in the order of UIDs.</summary>
    public string Contents { get; init; } = "";

    /// <summary>SHA-256, lower-case hex, over a line <c>UID MODSEQ FLAG...</c> a message in the order of UIDs; flags in ordinal order.</summary>
    public string Flags { get; init; } = "";
}

/// <summary>What is in a slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Mailboxes">Its mailboxes in ordinal order of their names, without those that are deleted and only kept for a while.</param>
public sealed record SlotDigest(string Slot, IReadOnlyList<MailboxDigest> Mailboxes)
{
    /// <summary>The digest as JSON, with a line break at the end.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, SlotDigestJson.Default.SlotDigest), (byte)'\n'];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The input is malformed.</exception>
    public static SlotDigest FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SlotDigestJson.Default.SlotDigest) ?? throw new InvalidDataException("not the digest of a slot: null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"not the digest of a slot as \"provision slot digest -o json\" writes it: {e.Message}", e);
        }
    }
}

/// <summary>The one spelling of digests in JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SlotDigest))]
internal sealed partial class SlotDigestJson : JsonSerializerContext;
