namespace Provision.Inventory;

/// <summary>How a host's instances run, as defined by a role under <c>instances</c>.</summary>
public sealed record InstanceKind : Fact
{
    /// <summary>What to write if no role of a host says how its instances run.</summary>
    public const string MissingHint = "add to one of them: instances: { unit: \"NAME@{name}.service\", paths: { ... } }";

    /// <summary>Pattern of an instance's systemd unit, such as <c>db@{name}.service</c>.</summary>
    public required InstancePattern Unit { get; init; }

    /// <summary>The directories of an instance that holds a store, by the names used in templates.</summary>
    public required IReadOnlyList<InstancePath> Paths { get; init; }

    /// <summary>Returns the directories of an instance for a store; null for each that needs a tier the instance does not have.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> PathsOf(Slot slot, string store)
    {
        var tiers = slot.Tiers;
        return [.. Paths.Select(path => new KeyValuePair<string, string?>(
            path.Name,
            path.Alternatives.Select(one => one.Expand(slot.Name, Below)).FirstOrDefault(found => found is not null)))];

        // Each is MOUNT/NAME/STORE, or MOUNT/STORE if the mount belongs to the instance alone (ends in its name).
        string? Below(string tier) => tiers.Find(tier) is not { } mount ? null
            : mount.EndsWith("/" + slot.Name, StringComparison.Ordinal) ? $"{mount}/{store}" : $"{mount}/{slot.Name}/{store}";
    }
}

/// <summary>One directory of an instance.</summary>
/// <param name="Name">The name used in templates.</param>
/// <param name="Alternatives">Patterns; the first whose tiers the instance has is used.</param>
public sealed record InstancePath(string Name, IReadOnlyList<InstancePattern> Alternatives);
