using System.Text;

namespace Provision.Inventory;

/// <summary>A change to one file of the inventory, made as text so that comments and order stay as people wrote them.</summary>
/// <param name="Path">The file; empty where the edit could not be made.</param>
/// <param name="Before">Its text until now; empty for a new file.</param>
/// <param name="After">Its text with the change.</param>
/// <param name="Result">The whole inventory with the change, loaded and checked again; without a fleet where the edit is refused.</param>
public sealed record InventoryEdit(string Path, string Before, string After, InventoryResult Result)
{
    /// <summary>True when the file may be written.</summary>
    public bool IsGood => Result.Fleet is not null;

    /// <summary>An edit that cannot be made.</summary>
    internal static InventoryEdit Refused(IReadOnlyList<Diagnostic> why) => new("", "", "", new InventoryResult(null, why));

    /// <summary>The files with this change in them.</summary>
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

    /// <summary>The edit that gives a file a new text; the whole inventory is checked with it.</summary>
    internal static InventoryEdit Of(InventoryFiles files, string path, string before, string after)
    {
        var edit = new InventoryEdit(path, before, after, new InventoryResult(null, []));
        return edit with { Result = InventoryLoader.Load(edit.On(files)) };
    }
}
