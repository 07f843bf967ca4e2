using System.Text.Json.Serialization;

namespace Provision.Boot.Jobs;

/// <summary>The one spelling in JSON of what boot server, installer and files exchange.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = false, MaxDepth = 8,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JobTicket))]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(ClaimWait))]
[JsonSerializable(typeof(JobOrder))]
[JsonSerializable(typeof(OrderDocument))]
[JsonSerializable(typeof(IReadOnlyList<InstallEvent>))]
[JsonSerializable(typeof(InstallReport))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(BootOffer))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(DiscoveryReport))]
[JsonSerializable(typeof(DiscoveryAnswer))]
[JsonSerializable(typeof(IdentityRequest))]
internal sealed partial class JobsJson : JsonSerializerContext;
