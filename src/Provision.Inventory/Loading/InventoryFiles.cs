namespace Provision.Inventory;

/// <summary>The source files of an inventory.</summary>
/// <param name="Files">All files, in ordinal order of their paths.</param>
/// <param name="Configs">Names of the directories below <c>templates/</c>; null if they are unknown and not checked.</param>
public sealed record InventoryFiles(IReadOnlyList<InventoryFile> Files, IReadOnlyList<string>? Configs)
{
    /// <summary>Creates the files from text in memory.</summary>
    public static InventoryFiles Of(params IEnumerable<(string Path, string Text)> files)
    {
        var list = new List<InventoryFile>();
        foreach (var (path, text) in files)
        {
            list.Add(new InventoryFile(path, System.Text.Encoding.UTF8.GetBytes(text)));
        }

        list.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new InventoryFiles(list, null);
    }

    /// <summary>Returns the file with a path, or null.</summary>
    public InventoryFile? Find(string path)
    {
        foreach (var file in Files)
        {
            if (file.Path == path)
            {
                return file;
            }
        }

        return null;
    }

    /// <summary>
    /// Reads <c>hosts/**/*.yaml</c> and <c>roles/*.yaml</c> of a repository. Links are not followed.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file or directory may not be read.</exception>
    public static InventoryFiles ReadFrom(string repositoryFolder)
    {
        var files = new List<InventoryFile>();
        AddFolder("hosts", SearchOption.AllDirectories);
        AddFolder("roles", SearchOption.TopDirectoryOnly);
        files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));

        List<string>? configs = null;
        var templates = Path.Combine(repositoryFolder, "templates");
        if (Directory.Exists(templates))
        {
            configs = [];
            foreach (var folder in Directory.EnumerateDirectories(templates))
            {
                // Directories with an underscore hold only includes.
                if (Path.GetFileName(folder) is var name && !name.StartsWith('_'))
                {
                    configs.Add(name);
                }
            }

            configs.Sort(StringComparer.Ordinal);
        }

        return new InventoryFiles(files, configs);

        void AddFolder(string name, SearchOption depth)
        {
            var folder = Path.Combine(repositoryFolder, name);
            if (!Directory.Exists(folder))
            {
                return;
            }

            var options = new EnumerationOptions
            {
                RecurseSubdirectories = depth == SearchOption.AllDirectories,
                AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden,

                // A directory that cannot be read is not an empty one.
                IgnoreInaccessible = false,
            };
            foreach (var path in Directory.EnumerateFiles(folder, "*", options))
            {
                if (Path.GetExtension(path) is ".yaml" or ".yml")
                {
                    var relative = Path.GetRelativePath(repositoryFolder, path).Replace('\\', '/');
                    files.Add(new InventoryFile(relative, File.ReadAllBytes(path)));
                }
            }
        }
    }
}

/// <summary>The result of loading an inventory.</summary>
/// <param name="Fleet">The fleet; null if there is an error.</param>
/// <param name="Diagnostics">All findings, in the order of files and lines.</param>
public sealed record InventoryResult(Fleet? Fleet, IReadOnlyList<Diagnostic> Diagnostics);
