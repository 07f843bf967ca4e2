using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Instances;

/// <summary>The JSON form of slots' health: <c>provision slot status -o json</c> writes it, other hosts read it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n",
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(InstanceHealth[]))]
public sealed partial class InstanceHealthJson : JsonSerializerContext
{
    /// <summary>Serialises slots, with a trailing newline.</summary>
    public static byte[] ToJson(IReadOnlyList<InstanceHealth> slots) =>
        [.. JsonSerializer.SerializeToUtf8Bytes([.. slots], Default.InstanceHealthArray), (byte)'\n'];

    /// <summary>Parses the output of <see cref="ToJson"/>.</summary>
    /// <exception cref="InvalidDataException">The input is malformed.</exception>
    public static InstanceHealth[] FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.InstanceHealthArray) ?? throw new InvalidDataException("not the state of slots: null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"not the state of slots as \"provision slot status -o json\" writes it: {e.Message}", e);
        }
    }
}
