using System.Globalization;

namespace Provision.Lab;

/// <summary>
/// A folder in memory for a test's disks, sockets and consoles. Disks are sparse: they take what was written to them.
/// What a test run that was killed has left behind is removed by the next one.
/// </summary>
public sealed class LabFolder : IDisposable
{
    private const string Parent = "/dev/shm";
    private const string Prefix = "provision-lab-";
    private static int number;

    /// <summary>Makes the folder.</summary>
    public LabFolder()
    {
        RemoveAbandoned();
        // Short, because the path of a socket may have 107 characters.
        Path = System.IO.Path.Combine(Parent, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref number)}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>A new empty disk.</summary>
    /// <param name="name">Its file's name.</param>
    /// <param name="mebibytes">Its size.</param>
    /// <returns>Its path.</returns>
    public string Disk(string name, int mebibytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        using var image = new FileStream(path, FileMode.CreateNew);
        image.SetLength((long)mebibytes << 20);
        return path;
    }

    /// <summary>A new folder in it.</summary>
    public string Folder(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void RemoveAbandoned()
    {
        foreach (var folder in Directory.GetDirectories(Parent, Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var id) && !Directory.Exists($"/proc/{id}"))
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (DirectoryNotFoundException)
                {
                    // Another test run was quicker.
                }
            }
        }
    }
}
