using System.Text.Json.Serialization;

namespace Provision.Stores.Mastership;

/// <summary>The JSON form of the database's rows and daemons' answers; a field unknown to an older version reads as its default.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredMasterships))]
[JsonSerializable(typeof(MasterAnswer))]
[JsonSerializable(typeof(IReadOnlyList<MastershipLink>))]
internal sealed partial class StoredJson : JsonSerializerContext;
