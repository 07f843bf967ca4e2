namespace Provision.Inventory;

/// <summary>How the instances of a host run: what a role says under <c>instances</c>.</summary>
public sealed record InstanceKind : Fact
{
    /// <summary>Pattern of the systemd unit that runs one, such as <c>db@{name}.service</c>.</summary>
    public required InstancePattern Unit { get; init; }

    /// <summary>The directories of an instance that holds a store, by the names that templates use.</summary>
    public required IReadOnlyList<InstancePath> Paths { get; init; }

    /// <summary>The directories of an instance for a store; null for one that needs a tier that the instance does not have.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> PathsOf(Slot slot, string store)
    {
        var tiers = slot.Tiers;
        return [.. Paths.Select(path => new KeyValuePair<string, string?>(path.Name, path.Alternatives.Select(one => one.Expand(slot.Name, Below)).FirstOrDefault(found => found is not null)))];

        // Each lies in MOUNT/NAME/STORE, or in MOUNT/STORE if the mount is the instance's own (ends in its name).
        string? Below(string tier) => tiers.Find(tier) is not { } mount ? null
            : mount.EndsWith("/" + slot.Name, StringComparison.Ordinal) ? $"{mount}/{store}" : $"{mount}/{slot.Name}/{store}";
    }
}

/// <summary>One directory of an instance.</summary>
/// <param name="Name">The name that templates use.</param>
/// <param name="Alternatives">Patterns, of which the first counts whose tiers the instance has.</param>
public sealed record InstancePath(string Name, IReadOnlyList<InstancePattern> Alternatives);
