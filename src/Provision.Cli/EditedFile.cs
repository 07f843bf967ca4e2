using Provision.Inventory;

namespace Provision.Cli;

/// <summary>Puts an edit of the inventory on disk.</summary>
internal static class EditedFile
{
    /// <summary>Writes the file by a rename, so that no editor or git ever sees half of it.</summary>
    public static void Write(string repository, InventoryEdit edit)
    {
        Write(repository, edit.Path, System.Text.Encoding.UTF8.GetBytes(edit.After));
        Console.Error.WriteLine($"written to {edit.Path}; commit and push it");
    }

    /// <summary>The same of a file that is no text.</summary>
    public static void Write(string folder, string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }
}
