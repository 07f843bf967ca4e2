namespace Provision.Configuration.Differences;

/// <summary>Finds what would keep an install from writing a file, before anything is written.</summary>
internal static class Obstacles
{
    /// <summary>Returns what is in the way of a change; null if nothing is.</summary>
    /// <param name="files">The machine's files.</param>
    /// <param name="difference">A file that an install would write or remove.</param>
    public static Diagnostic? Of(IMachineFiles files, FileDifference difference)
    {
        var place = difference.Desired?.Template ?? Location.OfFile(difference.Path);
        var shown = MachineFileException.PathBelow(files.Root, difference.Path);
        if (difference.Observed?.Facts is { IsImmutable: true } facts)
        {
            return facts.Kind == FileKind.Folder ? null : Warning($"{shown} is immutable", $"chattr -i -a {shown}");
        }

        for (var folder = FolderOf(difference.Path); ; folder = FolderOf(folder))
        {
            var above = MachineFileException.PathBelow(files.Root, folder);
            if (files.Stat(folder, follow: true) is not { } found)
            {
                if (files.Stat(folder) is not null)
                {
                    return Warning($"{above} is a link that leads nowhere, and {shown} needs a directory there", "move it away by hand");
                }

                continue;
            }

            return found.Kind != FileKind.Folder ? Warning($"{above} is not a directory, and {shown} needs one there", "move it away by hand")
                : found.IsImmutable ? Warning($"the directory {above} is immutable", $"chattr -i -a {above}")
                : files.IsReadOnly(folder) ? Warning($"{shown}: the file system of {above} is mounted read-only", $"see \"findmnt --target {above}\"")
                : null;
        }

        Diagnostic Warning(string message, string hint) => Diagnostic.Warning(place, message, hint);
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";
}
