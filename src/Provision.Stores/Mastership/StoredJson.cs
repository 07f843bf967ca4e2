using System.Text.Json.Serialization;

namespace Provision.Stores.Mastership;

/// <summary>The spelling of what the database of masters keeps and daemons answer; a field that an older version did not know reads as its default.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredMasterships))]
[JsonSerializable(typeof(MasterAnswer))]
internal sealed partial class StoredJson : JsonSerializerContext;
