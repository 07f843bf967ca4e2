namespace Provision.Inventory;

/// <summary>One instance of a replicated service on a machine: derived from the chassis, never entered by hand.</summary>
public sealed record Slot
{
    /// <summary>Its name, such as <c>sloti33d1t01</c>; unique in the fleet.</summary>
    public required string Name { get; init; }

    /// <summary>Its 0-based position among all slots of the host.</summary>
    public required int Index { get; init; }

    /// <summary>Its 1-based position in its run (the same RAID set): the trailing digits of the name.</summary>
    public required int Number { get; init; }

    /// <summary>Its machine.</summary>
    public required Host Host { get; init; }

    /// <summary>Its run in the chassis.</summary>
    public required SlotTemplate Template { get; init; }

    /// <summary>The store class it can hold: a store's slots are all of one class.</summary>
    public string Class => Template.Class;

    /// <summary>Address <c>Index + 1</c> of the host's slot network; null if the host has none.</summary>
    public Ipv4Address? Address => Host.SlotNetwork?.At(Index + 1);

    /// <summary>How it runs, as defined by a role of its host; null if none defines it.</summary>
    public required InstanceKind? Kind { get; init; }

    /// <summary>The systemd unit that runs it; null if no role of its host defines how instances run.</summary>
    public string? Unit => Kind?.Unit.Expand(Name, static _ => null);

    /// <summary>The mounts that hold its data.</summary>
    public SlotTiers Tiers => SlotTiers.Of(Template, Host, Number);
}

/// <summary>The mounts that hold an instance's data, by tier name.</summary>
/// <param name="Named">Tiers with their mounts, in the order of the chassis.</param>
public sealed record SlotTiers(IReadOnlyList<KeyValuePair<string, string>> Named)
{
    /// <summary>The distinct mounts, in the order of the chassis.</summary>
    public IReadOnlyList<string> Mounts => [.. Named.Select(tier => tier.Value).Distinct(StringComparer.Ordinal)];

    /// <summary>Returns the mount of a tier; null if the instance has no tier of that name, or if it is the main tier's mount.</summary>
    public string? Find(string tier)
    {
        foreach (var (name, mount) in Named)
        {
            if (name == tier)
            {
                return name == Named[0].Key || mount != Named[0].Value ? mount : null;
            }
        }

        return null;
    }

    /// <summary>Returns the tiers of an instance, by its 1-based number in its run.</summary>
    public static SlotTiers Of(SlotTemplate template, Host host, int number) =>
        new([.. template.Tiers.Select(tier => new KeyValuePair<string, string>(tier.Key, tier.Value.Expand(host, number)))]);
}
