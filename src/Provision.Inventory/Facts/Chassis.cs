namespace Provision.Inventory;

/// <summary>One hardware generation: the positions of the drives and their use.</summary>
public sealed record Chassis : Fact
{
    /// <summary>Free-text description; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Height in rack units.</summary>
    public required int RackUnits { get; init; }

    /// <summary>Memory in bytes; 0 if not specified.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The controllers of the bays, in the order of the file.</summary>
    public required IReadOnlyList<Controller> Controllers { get; init; }

    /// <summary>Groups of bays, in the order of the file.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>The drive sets, in the order of their devices.</summary>
    public required IReadOnlyList<DriveSet> Sets { get; init; }

    /// <summary>ZFS pools, in the order of the file.</summary>
    public required IReadOnlyList<Pool> Pools { get; init; }

    /// <summary>The parameters of LUKS2 containers.</summary>
    public required LuksParameters Luks { get; init; }

    /// <summary>The tmpfs file systems, in the order of the file.</summary>
    public required IReadOnlyList<TmpfsMount> Tmpfs { get; init; }

    /// <summary>The runs of slots, with their names and data mounts, in slot order.</summary>
    public required IReadOnlyList<SlotTemplate> Slots { get; init; }

    /// <summary>The number of slots of a machine with this chassis.</summary>
    public int SlotCount
    {
        get
        {
            var count = 0;
            foreach (var template in Slots)
            {
                count += template.Repeat;
            }

            return count;
        }
    }

    /// <summary>Returns the panel with a name, or null.</summary>
    public Panel? FindPanel(string name)
    {
        foreach (var panel in Panels)
        {
            if (panel.Name == name)
            {
                return panel;
            }
        }

        return null;
    }

    /// <summary>Returns the controller with a name, or null.</summary>
    public Controller? FindController(string name)
    {
        foreach (var controller in Controllers)
        {
            if (controller.Name == name)
            {
                return controller;
            }
        }

        return null;
    }
}

/// <summary>The parameters of LUKS2 containers.</summary>
/// <param name="Cipher">Cipher and mode in the kernel's notation.</param>
/// <param name="KeyBits">Size of the volume key in bits.</param>
/// <param name="Kdf">argon2id or pbkdf2.</param>
/// <param name="MemoryBytes">Memory of argon2id in bytes.</param>
/// <param name="Iterations">Passes or iterations; null if they are benchmarked.</param>
public sealed record LuksParameters(string Cipher, int KeyBits, string Kdf, long MemoryBytes, int? Iterations);

/// <summary>The kind of a controller, which determines how a bay number maps to a drive.</summary>
public enum ControllerKind
{
    /// <summary>An Areca RAID controller: bay N is slot N of the enclosure.</summary>
    Areca,

    /// <summary>Onboard SATA: bay N is port N.</summary>
    Sata,

    /// <summary>NVMe: bay N is PCI slot N.</summary>
    Nvme,
}

/// <summary>A controller that bays are connected to.</summary>
public sealed record Controller : Fact
{
    /// <summary>The kind, which determines how its bays are numbered.</summary>
    public required ControllerKind Kind { get; init; }

    /// <summary>The controller's number for the enclosure; 1 if not specified.</summary>
    public required int Enclosure { get; init; }
}

/// <summary>A group of bays as seen from outside.</summary>
public sealed record Panel : Fact
{
    /// <summary>The controller of its bays.</summary>
    public required string Controller { get; init; }

    /// <summary>Printed labels, top row first, left to right; 0 is a gap.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Grid { get; init; }

    /// <summary>The bays from left to right, top row first, without gaps.</summary>
    public IEnumerable<Bay> Bays
    {
        get
        {
            for (var row = 0; row < Grid.Count; row++)
            {
                for (var column = 0; column < Grid[row].Count; column++)
                {
                    if (Grid[row][column] != 0)
                    {
                        yield return new Bay(Name, Grid[row][column]);
                    }
                }
            }
        }
    }
}

/// <summary>A drive bay: the panel and the number printed beside it.</summary>
/// <param name="Panel">The panel's name.</param>
/// <param name="Number">The printed label.</param>
public readonly record struct Bay(string Panel, int Number)
{
    /// <summary>Returns <c>front/3</c>.</summary>
    public override string ToString() => $"{Panel}/{Number}";
}
