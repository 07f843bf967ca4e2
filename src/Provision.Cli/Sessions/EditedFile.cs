using Provision.Inventory;

namespace Provision.Cli.Sessions;

/// <summary>Writes edits of the inventory to disk.</summary>
internal static class EditedFile
{
    /// <summary>Writes the file by a rename, so that no editor or git ever sees a partial file.</summary>
    public static void Write(string repository, InventoryEdit edit)
    {
        Write(repository, edit.Path, System.Text.Encoding.UTF8.GetBytes(edit.After));
        Console.Error.WriteLine($"written to {edit.Path}; commit and push it");
    }

    /// <summary>Writes the placement of stores, after validating the whole inventory with it.</summary>
    /// <returns>Path of the file, relative to the repository.</returns>
    /// <exception cref="UserErrorException">The inventory would be invalid; nothing was written.</exception>
    public static string Place(Workspace workspace, IReadOnlyList<NewStore> stores)
    {
        var edit = StoreEntries.Place(InventoryFiles.ReadFrom(workspace.Folder), stores);
        if (!edit.IsGood)
        {
            throw new UserErrorException(edit.Result.Diagnostics);
        }

        Write(workspace.Folder, edit.Path, System.Text.Encoding.UTF8.GetBytes(edit.After));
        return edit.Path;
    }

    /// <summary>Writes a binary file by a rename.</summary>
    public static void Write(string folder, string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, content);
    }
}
