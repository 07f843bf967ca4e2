namespace Provision.Core;

/// <summary>The directory of what provision knows of a machine, and beside it those of its daemons (<c>/var/lib/provision-masters</c>). They and every
/// directory below them are for their owner only, whichever part of the program makes them first.</summary>
public static class StateFolder
{
    /// <summary>Its path.</summary>
    public const string Path = "/var/lib/provision";

    /// <summary>Creates a directory of this machine and its missing parents: 0700 from <see cref="Path"/> on; elsewhere 0755, and the
    /// directory itself as asked. An existing one is left unchanged.</summary>
    /// <param name="folder">The directory.</param>
    /// <param name="mode">Its permission bits.</param>
    /// <returns>The absolute path.</returns>
    /// <exception cref="MachineFileException">The system refused.</exception>
    public static string Make(string folder, int mode = FileModes.PublicDirectory)
    {
        var full = System.IO.Path.GetFullPath(folder);
        using var files = RootedFiles.Open("/");
        files.MakeFolder(full, mode);
        return full;
    }

    /// <summary>Returns the mode of a new directory.</summary>
    /// <param name="path">The directory, below its root.</param>
    /// <param name="mode">The mode that is asked for.</param>
    internal static int ModeOf(string path, int mode) =>
        path.TrimEnd('/') is var own && (own == Path || own.StartsWith(Path + "/", StringComparison.Ordinal)
            || own.StartsWith(Path + "-", StringComparison.Ordinal)) ? FileModes.PrivateDirectory : mode;
}
