namespace Provision.Inventory;

/// <summary>One Cyrus instance's place on a machine: derived from the chassis, never typed in.</summary>
public sealed record Slot
{
    /// <summary>Its name, such as <c>sloti33d1t01</c>; differs from every other slot of the fleet.</summary>
    public required string Name { get; init; }

    /// <summary>Its 0-based place among all slots of the host.</summary>
    public required int Index { get; init; }

    /// <summary>Its 1-based place in its run (the same RAID set), the digits at the end of the name.</summary>
    public required int Number { get; init; }

    /// <summary>The machine it is on.</summary>
    public required Host Host { get; init; }

    /// <summary>The run of the chassis it belongs to.</summary>
    public required SlotTemplate Template { get; init; }

    /// <summary>What may be in it: a store's slots are of one class.</summary>
    public string Class => Template.Class;

    /// <summary>Address <c>Index + 1</c> of the host's slot network; null where the host has none.</summary>
    public Ipv4Address? Address => Host.SlotNetwork?.At(Index + 1);

    /// <summary>The systemd unit that serves it.</summary>
    public string Unit => UnitOf(Name);

    /// <summary>The systemd unit that serves a slot of a name.</summary>
    public static string UnitOf(string name) => $"cyrus@{name}.service";

    /// <summary>The mounts that hold its data.</summary>
    public SlotTiers Tiers => SlotTiers.Of(Template, Host.Name, Number);
}

/// <summary>Which mount holds what of a slot.</summary>
/// <param name="Fast">Metadata and new mail.</param>
/// <param name="Slow">Archived mail; null where there is one tier.</param>
/// <param name="Search">Search indexes.</param>
/// <param name="Ram">The newest search index; null for the slot's run directory.</param>
public sealed record SlotTiers(string Fast, string? Slow, string Search, string? Ram)
{
    /// <summary>The mounts, each once, in the order fast, slow, search, ram.</summary>
    public IReadOnlyList<string> Mounts
    {
        get
        {
            var mounts = new List<string>(4) { Fast };
            Add(Slow);
            Add(Search);
            Add(Ram);
            return mounts;

            void Add(string? mount)
            {
                if (mount is not null && !mounts.Contains(mount))
                {
                    mounts.Add(mount);
                }
            }
        }
    }

    /// <summary>The tiers of the <paramref name="number"/>th slot of a run on a host.</summary>
    public static SlotTiers Of(SlotTemplate template, string host, int number)
    {
        var fast = template.FastPattern.Expand(host, number);
        return new SlotTiers(
            fast,
            template.SlowPattern?.Expand(host, number),
            template.SearchPattern?.Expand(host, number) ?? fast,
            template.RamPattern?.Expand(host, number));
    }
}

/// <summary>The directories of a slot that holds a store; the keys of its Cyrus configuration lead here.</summary>
/// <param name="Run">Sockets, locks and what may be lost at a reboot.</param>
/// <param name="Conf">Databases and sieve scripts.</param>
/// <param name="Spool">New mail.</param>
/// <param name="Archive">Archived mail; null where there is one tier.</param>
/// <param name="Temp">The newest search index.</param>
/// <param name="Meta">Search indexes of the last days, on the fast tier; null where search is there anyway.</param>
/// <param name="Data">Search indexes.</param>
/// <param name="Arch">Search indexes of archived mail.</param>
public sealed record SlotPaths(
    string Run, string Conf, string Spool, string? Archive, string Temp, string? Meta, string Data, string Arch)
{
    /// <summary>
    /// The directories of a slot for a store. Each lies in <c>MOUNT/SLOT/STORE</c>, or in <c>MOUNT/STORE</c>
    /// where the mount is the slot's own (ends in its name).
    /// </summary>
    public static SlotPaths Of(Slot slot, string store)
    {
        var tiers = slot.Tiers;
        var run = $"/var/run/cyrus/{slot.Name}";
        var fast = Below(tiers.Fast);
        var search = Below(tiers.Search);
        return new SlotPaths(
            Run: run,
            Conf: fast + "/conf",
            Spool: fast + "/spool",
            Archive: tiers.Slow is null ? null : Below(tiers.Slow) + "/spool-archive",
            Temp: tiers.Ram is null ? $"/var/run/cyrus/search-{slot.Name}" : Below(tiers.Ram) + "/search",
            Meta: search == fast ? null : fast + "/search",
            Data: search + "/search",
            Arch: search + "/search-archive");

        string Below(string mount) =>
            mount.EndsWith("/" + slot.Name, StringComparison.Ordinal) ? $"{mount}/{store}" : $"{mount}/{slot.Name}/{store}";
    }
}
