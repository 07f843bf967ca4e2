using System.Text.Json;

namespace Provision.Stores.Instances;

/// <summary>
/// A small file in a slot's own directory that says what is in it. A directory without it was not made by <c>provision slot create</c>: an empty one below a
/// disk that is not mounted, or another slot's that was mounted here by mistake. No slot starts on such a directory.
/// </summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">The store whose copy it holds.</param>
public sealed record SlotMarker(string Slot, string Store)
{
    /// <summary>Where it is below the slot's directory of databases.</summary>
    public const string Name = "/provision-slot.json";

    /// <summary>The marker as a file's bytes.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RolesJson.Default.SlotMarker), (byte)'\n'];

    /// <summary>Reads the one of a directory; null if there is none that can be understood.</summary>
    public static SlotMarker? Read(IMachineFiles files, string folder)
    {
        try
        {
            return files.Read(folder + Name) is { } file ? JsonSerializer.Deserialize(file.Content, RolesJson.Default.SlotMarker) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
