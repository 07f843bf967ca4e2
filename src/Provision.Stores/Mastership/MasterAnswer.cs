using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Mastership;

/// <summary>The live answer about a slot from the database of masters: the status daemon's response to <c>/confirm</c>.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">Its store; null for a free slot.</param>
/// <param name="Master">True if it may start as master now.</param>
/// <param name="Epoch">The epoch in which it may; null if it may not.</param>
/// <param name="Fenced">True if it must not start at all until it is merged.</param>
/// <param name="Serial">Serial of the masters on which the answer is based.</param>
public sealed record MasterAnswer(
    string Slot,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Store,
    bool Master,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Epoch,
    bool Fenced,
    long Serial)
{
    /// <summary>Returns the answer as sent over the network.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, StoredJson.Default.MasterAnswer);

    /// <summary>Parses the output of <see cref="ToJson"/>; returns null for a JSON null.</summary>
    /// <exception cref="JsonException">The input is malformed.</exception>
    public static MasterAnswer? FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StoredJson.Default.MasterAnswer);
}
