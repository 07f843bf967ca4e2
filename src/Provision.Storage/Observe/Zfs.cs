using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>Pools of ZFS: from the labels on their members, and from the module where pools are imported.</summary>
internal static class Zfs
{
    /// <summary>The label on a device that has the signature of one.</summary>
    public static ZfsLabel? LabelOn(BlockDevice device, Questions questions)
    {
        const string unknown = "the pool it belongs to";
        if (questions.Ask(unknown, "zdb", "-l", device.Path) is not { } answer)
        {
            return null;
        }

        var label = ParseLabel(answer.Output);
        if (label is null)
        {
            questions.Problem($"zdb -l {device.Path}", $"no label can be read: {unknown} cannot be known");
        }

        return label;
    }

    /// <summary>The first readable label: <c>key: value</c> lines; the top level is indented by four blanks, deeper ones are vdevs.</summary>
    internal static ZfsLabel? ParseLabel(string text)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 4 && line.StartsWith("    ", StringComparison.Ordinal) && line[4] != ' ')
            {
                values.TryAdd(line[4..colon], line[(colon + 2)..].Trim().Trim('\''));
            }
        }

        if (values.GetValueOrDefault("name") is not { Length: > 0 } name
            || Number(values.GetValueOrDefault("pool_guid")) is not { } pool || Number(values.GetValueOrDefault("guid")) is not { } vdev)
        {
            return null;
        }

        var host = Number(values.GetValueOrDefault("hostid"));
        return new ZfsLabel(
            name, pool, vdev, host is <= uint.MaxValue ? (uint)host : null, values.GetValueOrDefault("hostname"),
            Number(values.GetValueOrDefault("state")) is <= 100 and var state ? (int)state : -1);
    }

    /// <summary>Pools that are imported, then those that only labels speak of.</summary>
    public static IReadOnlyList<ObservedPool> FindPools(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        var labels = devices.Where(device => device.Zfs is { State: not 2 }).GroupBy(device => device.Zfs!.PoolGuid).ToDictionary(group => group.Key, group => group.ToList());
        var pools = new List<ObservedPool>();

        // Without the module there is nothing imported, and the programs would load it.
        if (questions.Look.List("/sys/module/zfs").Count > 0)
        {
            const string unknown = "which pools are imported";
            var datasets = Datasets(questions);
            var status = questions.Ask(unknown, "zpool", "status")?.Output ?? "";
            foreach (var line in Lines(questions, unknown, "zpool", "list", "-Hp", "-o", ReadingPrograms.PoolColumns))
            {
                if (line.Split('\t') is [var name, var guid, var health] && Number(guid) is { } number)
                {
                    var members = labels.GetValueOrDefault(number) ?? [];
                    var own = datasets.Where(set => set.Name == name || set.Name.StartsWith(name + "/", StringComparison.Ordinal));
                    pools.Add(new ObservedPool(name, number, true, HealthOf(health, IsResilvering(name, status)), Names(members), members.FirstOrDefault()?.Zfs?.HostId, [.. own]));
                }
                else
                {
                    questions.Problem("zpool list", $"a line is not understood: {unknown} cannot be known");
                }
            }
        }

        var imported = pools.Select(pool => pool.Guid).ToHashSet();
        pools.AddRange(labels.Where(label => !imported.Contains(label.Key)).Select(label =>
            new ObservedPool(label.Value[0].Zfs!.PoolName, label.Key, false, SetHealth.Inactive, Names(label.Value), label.Value[0].Zfs!.HostId, [])));
        return pools;
    }

    private static List<ObservedDataset> Datasets(Questions questions)
    {
        var found = new List<ObservedDataset>();
        foreach (var line in Lines(questions, "which datasets there are", "zfs", "list", "-Hp", "-o", ReadingPrograms.DatasetColumns))
        {
            if (line.Split('\t') is [var name, var guid, var mount, var mounted, var encryption, var key, var quota] && Number(guid) is { } number)
            {
                var path = mount is "-" or "none" or "legacy" ? null : mount;
                found.Add(new ObservedDataset(name, number, path, mounted == "yes", encryption, key != "unavailable", (long)Math.Min(Number(quota) ?? 0, long.MaxValue)));
            }
            else
            {
                questions.Problem("zfs list", "a line is not understood: a dataset is not known");
            }
        }

        return found;
    }

    private static string[] Lines(Questions questions, string unknown, string program, params string[] arguments)
    {
        var answer = questions.Ask(unknown, program, arguments);
        if (answer is { ExitCode: not 0 })
        {
            questions.Failed(LookRecord.KeyOf(program, arguments), answer, unknown);
        }

        return answer is { ExitCode: 0 } ? answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    private static IReadOnlyList<string> Names(List<BlockDevice> members) => [.. members.Select(member => member.Name)];

    private static SetHealth HealthOf(string health, bool resilvering) => health switch
    {
        "ONLINE" or "DEGRADED" when resilvering => SetHealth.Rebuilding,
        "ONLINE" => SetHealth.Normal,
        "DEGRADED" => SetHealth.Degraded,
        "FAULTED" or "UNAVAIL" or "SUSPENDED" => SetHealth.Failed,
        _ => SetHealth.Unknown,
    };

    /// <summary>Whether the part of <c>zpool status</c> about a pool has <c>scan: resilver in progress</c>.</summary>
    private static bool IsResilvering(string pool, string status)
    {
        var parts = status.Split("  pool: ");
        return Array.Exists(parts, part => part.StartsWith(pool + "\n", StringComparison.Ordinal) && part.Contains("resilver in progress", StringComparison.Ordinal));
    }

    private static ulong? Number(string? text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
