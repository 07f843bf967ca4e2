using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Instances;

/// <summary>The spelling of what daemons answer and of what a slot's directory says.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(SlotMarker))]
internal sealed partial class RolesJson : JsonSerializerContext;
