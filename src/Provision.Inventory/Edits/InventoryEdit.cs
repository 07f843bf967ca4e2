using System.Text;

namespace Provision.Inventory;

/// <summary>A change to one file of the inventory, made as text so that comments and order are preserved.</summary>
/// <param name="Path">The file; empty if the edit was refused.</param>
/// <param name="Before">Its previous text; empty for a new file.</param>
/// <param name="After">Its text with the change.</param>
/// <param name="Result">The whole inventory with the change, loaded and validated again; without a fleet if the edit is refused.</param>
public sealed record InventoryEdit(string Path, string Before, string After, InventoryResult Result)
{
    /// <summary>True if the file may be written.</summary>
    public bool IsGood => Result.Fleet is not null;

    /// <summary>Creates a refused edit.</summary>
    internal static InventoryEdit Refused(IReadOnlyList<Diagnostic> why) => new("", "", "", new InventoryResult(null, why));

    /// <summary>Returns the files with this change applied.</summary>
    public InventoryFiles On(InventoryFiles files)
    {
        var changed = new List<InventoryFile>(files.Files.Count + 1);
        foreach (var file in files.Files)
        {
            if (file.Path != Path)
            {
                changed.Add(file);
            }
        }

        changed.Add(new InventoryFile(Path, Encoding.UTF8.GetBytes(After)));
        changed.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files with { Files = changed };
    }

    /// <summary>Creates the edit that replaces a file's text; the resulting inventory is validated as a whole.</summary>
    internal static InventoryEdit Of(InventoryFiles files, string path, string before, string after)
    {
        var edit = new InventoryEdit(path, before, after, new InventoryResult(null, []));
        return edit with { Result = InventoryLoader.Load(edit.On(files)) };
    }
}
