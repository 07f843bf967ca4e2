using System.Text.Json.Serialization;
using Provision.Jobs;
using Provision.State.Mastership;

namespace Provision.State;

/// <summary>The spelling of what the databases keep; a field that an older version did not know reads as its default.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(InstallEvent))]
[JsonSerializable(typeof(DiscoveryReport))]
[JsonSerializable(typeof(StoredMasterships))]
[JsonSerializable(typeof(MasterAnswer))]
internal sealed partial class StoredJson : JsonSerializerContext;
