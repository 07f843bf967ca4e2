using System.Text;
using System.Text.Json;

namespace Provision.Storage.Create;

/// <summary>
/// A small file in the file system itself that names its owner: what is mounted somewhere by mistake is seen before anything starts on it.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="Label">The volume.</param>
/// <param name="Filesystem">UUID of its file system, or the pool's chosen id.</param>
public sealed record VolumeMarker(string Host, string Label, string Filesystem)
{
    /// <summary>Where it is below the mount.</summary>
    public const string Path = "/.provision/volume.json";

    /// <summary>Writes it below a mount, durably.</summary>
    public void Write(IMachineFiles files, string mount)
    {
        var text = $$"""
            {
              "host": "{{Host}}",
              "label": "{{Label}}",
              "filesystem": "{{Filesystem}}"
            }

            """;
        AtomicFile.Write(files, mount + Path, Encoding.UTF8.GetBytes(text), FileModes.Public);
        files.SyncFolder(mount);
    }

    /// <summary>Reads the one below a mount; null if there is none that can be understood.</summary>
    public static VolumeMarker? Read(IMachineFiles files, string mount)
    {
        if (files.Read(mount + Path) is not { } file)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(file.Content);
            var root = json.RootElement;
            return new VolumeMarker(root.GetProperty("host").GetString() ?? "", root.GetProperty("label").GetString() ?? "",
                root.GetProperty("filesystem").GetString() ?? "");
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
