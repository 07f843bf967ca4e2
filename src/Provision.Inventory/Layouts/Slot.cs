namespace Provision.Inventory;

/// <summary>One instance of a replicated service on a machine: derived from the chassis, never typed in.</summary>
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

    /// <summary>How it runs: what a role of its host says; null if none does.</summary>
    public required InstanceKind? Kind { get; init; }

    /// <summary>The systemd unit that runs it; null if no role of its host says how instances run.</summary>
    public string? Unit => Kind?.Unit.Expand(Name, static _ => null);

    /// <summary>The mounts that hold its data.</summary>
    public SlotTiers Tiers => SlotTiers.Of(Template, Host, Number);
}

/// <summary>The mounts that hold an instance's data, by the name of the tier.</summary>
/// <param name="Named">Tiers with their mounts, in the order of the chassis.</param>
public sealed record SlotTiers(IReadOnlyList<KeyValuePair<string, string>> Named)
{
    /// <summary>The mounts, each once, in the order of the chassis.</summary>
    public IReadOnlyList<string> Mounts => [.. Named.Select(tier => tier.Value).Distinct(StringComparer.Ordinal)];

    /// <summary>The mount of a tier; null if the instance has none of that name, or if it is the main tier's mount.</summary>
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

    /// <summary>The tiers of an instance, by its 1-based number in its run.</summary>
    public static SlotTiers Of(SlotTemplate template, Host host, int number) =>
        new([.. template.Tiers.Select(tier => new KeyValuePair<string, string>(tier.Key, tier.Value.Expand(host, number)))]);
}
