using Provision.Inventory;

namespace Provision.Cli;

/// <summary>Puts an edit of the inventory on disk.</summary>
internal static class EditedFile
{
    /// <summary>Writes the file by a rename, so that no editor or git ever sees half of it.</summary>
    public static void Write(string repository, InventoryEdit edit)
    {
        var path = Path.Combine(repository, edit.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", edit.After);
        File.Move(path + ".new", path, overwrite: true);
        Console.Error.WriteLine($"written to {edit.Path}; commit and push it");
    }
}
