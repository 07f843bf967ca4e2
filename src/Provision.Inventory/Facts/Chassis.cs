namespace Provision.Inventory;

/// <summary>One hardware generation: where the drives sit and what they are for.</summary>
public sealed record Chassis : Fact
{
    /// <summary>What it looks like; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Height in rack units.</summary>
    public required int RackUnits { get; init; }

    /// <summary>Memory in bytes; 0 where it is not given.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>What the bays hang on, in the order of the file.</summary>
    public required IReadOnlyList<Controller> Controllers { get; init; }

    /// <summary>Groups of bays, in the order of the file.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>What drives are put together to, in the order of their device.</summary>
    public required IReadOnlyList<DriveSet> Sets { get; init; }

    /// <summary>ZFS pools, in the order of the file.</summary>
    public required IReadOnlyList<Pool> Pools { get; init; }

    /// <summary>How LUKS2 containers are made.</summary>
    public required LuksParameters Luks { get; init; }

    /// <summary>File systems in memory, in the order of the file.</summary>
    public required IReadOnlyList<TmpfsMount> Tmpfs { get; init; }

    /// <summary>What the slots are named and where they keep their data, in slot order.</summary>
    public required IReadOnlyList<SlotTemplate> Slots { get; init; }

    /// <summary>How many slots a machine of this chassis has.</summary>
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

    /// <summary>The panel of a name, or null.</summary>
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

    /// <summary>The controller of a name, or null.</summary>
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

/// <summary>How LUKS2 containers are made.</summary>
/// <param name="Cipher">Cipher and mode as the kernel has them.</param>
/// <param name="KeyBits">Size of the volume key in bits.</param>
/// <param name="Kdf">argon2id or pbkdf2.</param>
/// <param name="MemoryBytes">Memory of argon2id.</param>
/// <param name="Iterations">Passes or iterations; null to have them measured.</param>
public sealed record LuksParameters(string Cipher, int KeyBits, string Kdf, long MemoryBytes, int? Iterations);

/// <summary>What a controller is, and so how a bay's number leads to a drive.</summary>
public enum ControllerKind
{
    /// <summary>An Areca RAID controller: bay N is slot N of the enclosure.</summary>
    Areca,

    /// <summary>SATA on the board: bay N is port N.</summary>
    Sata,

    /// <summary>NVMe: bay N is PCI slot N.</summary>
    Nvme,
}

/// <summary>What a panel's bays hang on.</summary>
public sealed record Controller : Fact
{
    /// <summary>How bays are numbered on it.</summary>
    public required ControllerKind Kind { get; init; }

    /// <summary>The enclosure as the controller counts it; 1 where it is not given.</summary>
    public required int Enclosure { get; init; }
}

/// <summary>A group of bays as a person sees it.</summary>
public sealed record Panel : Fact
{
    /// <summary>The controller of its bays.</summary>
    public required string Controller { get; init; }

    /// <summary>Printed labels, top row first, left to right; 0 is a gap.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Grid { get; init; }

    /// <summary>The bays from left to right, top row first, gaps left out.</summary>
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

/// <summary>A place for a drive: the panel and the number printed beside it.</summary>
/// <param name="Panel">The panel's name.</param>
/// <param name="Number">The printed label.</param>
public readonly record struct Bay(string Panel, int Number)
{
    /// <summary><c>front/3</c>.</summary>
    public override string ToString() => $"{Panel}/{Number}";
}
