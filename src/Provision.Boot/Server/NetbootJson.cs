using System.Text.Json.Serialization;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>The spelling of the live stream and the list of jobs; no secret and no hash of one is in them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JobLine))]
internal sealed partial class NetbootJson : JsonSerializerContext;
