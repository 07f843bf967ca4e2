using System.Text.Json;

namespace Provision.Stores.Instances;

/// <summary>
/// A small file in a slot's own directory that identifies its content. A directory without it was not created by <c>provision slot create</c>: it is an empty
/// one below an unmounted disk, or another slot's that was mounted here by mistake. No slot starts on such a directory.
/// </summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">The store whose copy it holds.</param>
public sealed record InstanceMarker(string Slot, string Store)
{
    /// <summary>Path below the slot's database directory.</summary>
    public const string Name = "/provision-slot.json";

    /// <summary>Returns the marker as a file's bytes.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RolesJson.Default.InstanceMarker), (byte)'\n'];

    /// <summary>Reads the marker of a directory; null if there is none or it is malformed.</summary>
    public static InstanceMarker? Read(IMachineFiles files, string folder)
    {
        try
        {
            return files.Read(folder + Name) is { } file ? JsonSerializer.Deserialize(file.Content, RolesJson.Default.InstanceMarker) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
