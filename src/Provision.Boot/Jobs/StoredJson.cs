using System.Text.Json.Serialization;

namespace Provision.Boot.Jobs;

/// <summary>The spelling of what the job database keeps; a field that an older version did not know reads as its default.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(InstallEvent))]
[JsonSerializable(typeof(DiscoveredMachine))]
internal sealed partial class StoredJson : JsonSerializerContext;
