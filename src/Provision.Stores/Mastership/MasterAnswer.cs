using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Mastership;

/// <summary>What the database of masters says of a slot, live: the status daemon's answer to <c>/confirm</c>.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">Its store; null for a free slot.</param>
/// <param name="Master">Whether it may start as master now.</param>
/// <param name="Epoch">The epoch in which it may; null if it may not.</param>
/// <param name="Fenced">Whether it must not start at all until it is merged.</param>
/// <param name="Serial">Serial of the masters that say so.</param>
public sealed record MasterAnswer(
    string Slot,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Store,
    bool Master,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Epoch,
    bool Fenced,
    long Serial)
{
    /// <summary>As it goes over the wire.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, StoredJson.Default.MasterAnswer);

    /// <summary>Reads what <see cref="ToJson"/> wrote; null if it says nothing.</summary>
    /// <exception cref="JsonException">The input is malformed.</exception>
    public static MasterAnswer? FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StoredJson.Default.MasterAnswer);
}
