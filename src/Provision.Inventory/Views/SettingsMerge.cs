namespace Provision.Inventory;

/// <summary>Merges layers of settings: mappings key by key; lists and single values are replaced.</summary>
internal static class SettingsMerge
{
    /// <summary>
    /// Returns the values of <paramref name="below"/> overridden by those of <paramref name="above"/>. Keys keep the order of <paramref name="below"/>, new
    /// ones follow; every value keeps its source location.
    /// </summary>
    public static YamlMapping Over(YamlMapping below, YamlMapping above)
    {
        if (above.Entries.Count == 0)
        {
            return below;
        }

        if (below.Entries.Count == 0)
        {
            return above;
        }

        var merged = new List<YamlEntry>(below.Entries.Count + above.Entries.Count);
        foreach (var entry in below.Entries)
        {
            merged.Add(above.Entry(entry.Key) switch
            {
                null => entry,
                { Value: YamlMapping over } when entry.Value is YamlMapping under => entry with { Value = Over(under, over) },
                var replaced => replaced,
            });
        }

        foreach (var entry in above.Entries)
        {
            if (below.Entry(entry.Key) is null)
            {
                merged.Add(entry);
            }
        }

        return new YamlMapping(below.Location, merged);
    }

    /// <summary>
    /// Returns the part of <paramref name="settings"/> that is declared in <paramref name="declared"/>: a host has only the settings of its roles. Below an
    /// empty mapping every key is declared.
    /// </summary>
    public static YamlMapping OnlyDeclared(YamlMapping settings, YamlMapping declared)
    {
        List<YamlEntry>? kept = null;
        for (var i = 0; i < settings.Entries.Count; i++)
        {
            var entry = settings.Entries[i];
            var same = entry;
            var declaration = declared.Entry(entry.Key)?.Value;
            if (declaration is YamlMapping { Entries.Count: > 0 } inner && entry.Value is YamlMapping value)
            {
                var filtered = OnlyDeclared(value, inner);
                same = ReferenceEquals(filtered, value) ? entry : entry with { Value = filtered };
            }

            if (kept is null && (declaration is null || !ReferenceEquals(same, entry)))
            {
                kept = new List<YamlEntry>(settings.Entries.Count);
                for (var j = 0; j < i; j++)
                {
                    kept.Add(settings.Entries[j]);
                }
            }

            if (declaration is not null)
            {
                kept?.Add(same);
            }
        }

        return kept is null ? settings : new YamlMapping(settings.Location, kept);
    }

    /// <summary>Returns true if two values are equal, regardless of location and key order.</summary>
    public static bool AreEqual(YamlNode left, YamlNode right)
    {
        switch (left, right)
        {
            case (YamlScalar a, YamlScalar b):
                return Equals(a.Value, b.Value);
            case (YamlSequence a, YamlSequence b):
                if (a.Items.Count != b.Items.Count)
                {
                    return false;
                }

                for (var i = 0; i < a.Items.Count; i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i]))
                    {
                        return false;
                    }
                }

                return true;
            case (YamlMapping a, YamlMapping b):
                if (a.Entries.Count != b.Entries.Count)
                {
                    return false;
                }

                foreach (var entry in a.Entries)
                {
                    if (b.Entry(entry.Key) is not { } other || !AreEqual(entry.Value, other.Value))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Finds settings that two roles declare with different defaults. Mappings are compared key by key; an empty one is compatible with every mapping.
    /// </summary>
    internal static void FindConflicts(YamlMapping first, YamlMapping second, string path, Action<string, YamlEntry, YamlEntry> conflict)
    {
        foreach (var entry in first.Entries)
        {
            if (second.Entry(entry.Key) is not { } other)
            {
                continue;
            }

            var name = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            if (entry.Value is YamlMapping a && other.Value is YamlMapping b)
            {
                FindConflicts(a, b, name, conflict);
            }
            else if (!AreEqual(entry.Value, other.Value))
            {
                conflict(name, entry, other);
            }
        }
    }

    /// <summary>Finds overrides that no role declares, and overrides whose shape differs from their default.</summary>
    internal static void FindUndeclared(
        YamlMapping settings, YamlMapping declared, string path,
        Action<string, YamlEntry, YamlMapping> undeclared, Action<string, YamlEntry, YamlNode> misshapen)
    {
        foreach (var entry in settings.Entries)
        {
            var name = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            switch (declared.Entry(entry.Key)?.Value)
            {
                case null:
                    undeclared(name, entry, declared);
                    break;
                case YamlMapping inner when entry.Value is YamlMapping value:
                    if (inner.Entries.Count > 0)
                    {
                        FindUndeclared(value, inner, name, undeclared, misshapen);
                    }

                    break;
                case YamlScalar { IsNull: true }:
                    break;
                case var declaration when declaration.GetType() != entry.Value.GetType() && entry.Value is not YamlScalar { IsNull: true }:
                    misshapen(name, entry, declaration);
                    break;
                case YamlMapping declaration when entry.Value is YamlScalar { IsNull: true }:
                    misshapen(name, entry, declaration);
                    break;
                default:
                    break;
            }
        }
    }
}
