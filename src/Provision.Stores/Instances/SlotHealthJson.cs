using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Instances;

/// <summary>The one spelling in JSON of how slots are: <c>provision slot status -o json</c> writes it, other hosts read it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n", RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SlotHealth[]))]
public sealed partial class SlotHealthJson : JsonSerializerContext
{
    /// <summary>Writes slots, with a line break at the end.</summary>
    public static byte[] ToJson(IReadOnlyList<SlotHealth> slots) => [.. JsonSerializer.SerializeToUtf8Bytes([.. slots], Default.SlotHealthArray), (byte)'\n'];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The input is malformed.</exception>
    public static SlotHealth[] FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.SlotHealthArray) ?? throw new InvalidDataException("not the state of slots: null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"not the state of slots as \"provision slot status -o json\" writes it: {e.Message}", e);
        }
    }
}
