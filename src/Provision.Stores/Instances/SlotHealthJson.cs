using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Instances;

/// <summary>The JSON form of slots' health: <c>provision slot status -o json</c> writes it, other hosts read it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n", RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SlotHealth[]))]
public sealed partial class SlotHealthJson : JsonSerializerContext
{
    /// <summary>Serialises slots, with a trailing newline.</summary>
    public static byte[] ToJson(IReadOnlyList<SlotHealth> slots) => [.. JsonSerializer.SerializeToUtf8Bytes([.. slots], Default.SlotHealthArray), (byte)'\n'];

    /// <summary>Parses the output of <see cref="ToJson"/>.</summary>
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
