using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>Pools of ZFS: from the labels on their members, and from the module if pools are imported.</summary>
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
            questions.Unanswered($"zdb -l {device.Path}", "no label can be read", unknown);
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
        var labels = devices.Where(device => device.Zfs is { State: not 2 }).GroupBy(device => device.Zfs!.PoolGuid)
            .ToDictionary(group => group.Key, group => group.ToList());
        var pools = new List<ObservedPool>();
        string? unseen = null;

        // Without the module there is nothing imported, and the programs would load it.
        if (questions.Reader.List("/sys/module/zfs").Count > 0)
        {
            const string unknown = "which pools are imported";
            if (Lines(questions, unknown, "zpool", "list", "-Hp", "-o", ReadingPrograms.PoolColumns) is { } lines)
            {
                // On a pool that hangs every further question would hang as well, so the others are only asked if the first was answered.
                var datasets = Datasets(questions);
                var status = PoolStatuses.Find(devices, questions, out var why);
                foreach (var line in lines)
                {
                    if (line.Split('\t') is [var name, var guid, var health] && Number(guid) is { } number)
                    {
                        var members = labels.GetValueOrDefault(number) ?? [];
                        var own = datasets.Where(set => set.Name == name || set.Name.StartsWith(name + "/", StringComparison.Ordinal));
                        var report = status.GetValueOrDefault(name);
                        pools.Add(new ObservedPool(name, number, true, HealthOf(health, report), Names(members), members.FirstOrDefault()?.Zfs?.HostId,
                            [.. own])
                        {
                            Status = report,
                            Unseen = report is null ? why ?? $"zpool status: nothing about {name}" : report.DataErrors.Why,
                        });
                    }
                    else
                    {
                        questions.Unanswered("zpool list", "a line is not understood", unknown);
                        unseen = questions.Why;
                    }
                }
            }
            else
            {
                unseen = questions.Why;
            }
        }

        if (unseen is not null)
        {
            questions.Miss(StoragePart.Pools, unseen);
        }

        // Labels say that a pool is there. That it is not imported is only known if it could be asked which ones are.
        var imported = pools.Select(pool => pool.Guid).ToHashSet();
        pools.AddRange(labels.Where(label => !imported.Contains(label.Key)).Select(label =>
            new ObservedPool(label.Value[0].Zfs!.PoolName, label.Key, false, unseen is null ? SetHealth.Inactive : SetHealth.Unknown, Names(label.Value),
                label.Value[0].Zfs!.HostId, [])
            {
                Unseen = unseen,
            }));
        return pools;
    }

    private static List<ObservedDataset> Datasets(Questions questions)
    {
        var found = new List<ObservedDataset>();
        var lines = Lines(questions, "which datasets there are", "zfs", "list", "-Hp", "-o", ReadingPrograms.DatasetColumns);
        if (lines is null)
        {
            questions.Miss(StoragePart.Datasets);
        }

        foreach (var line in lines ?? [])
        {
            if (line.Split('\t') is [var name, var guid, var mount, var mounted, var encryption, var key, var quota] && Number(guid) is { } number)
            {
                var path = mount is "-" or "none" or "legacy" ? null : mount;
                found.Add(new ObservedDataset(name, number, path, mounted == "yes", encryption, key != "unavailable",
                    (long)Math.Min(Number(quota) ?? 0, long.MaxValue)));
            }
            else
            {
                questions.Unanswered("zfs list", "a line is not understood", "a dataset");
                questions.Miss(StoragePart.Datasets);
            }
        }

        return found;
    }

    /// <summary>The lines of an answer; null if there is none.</summary>
    private static string[]? Lines(Questions questions, string unknown, string program, params string[] arguments)
    {
        var answer = questions.Ask(unknown, program, arguments);
        if (answer is { ExitCode: not 0 })
        {
            questions.Failed(MachineRecord.KeyOf(program, arguments), answer, unknown);
        }

        return answer is { ExitCode: 0 } ? answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
    }

    private static IReadOnlyList<string> Names(List<BlockDevice> members) => [.. members.Select(member => member.Name)];

    private static SetHealth HealthOf(string health, PoolStatus? status) => status?.State is "SUSPENDED" ? SetHealth.Failed : health switch
    {
        "ONLINE" or "DEGRADED" when status?.Resilvering == true => SetHealth.Rebuilding,
        "ONLINE" => SetHealth.Normal,
        "DEGRADED" => SetHealth.Degraded,
        "FAULTED" or "UNAVAIL" or "SUSPENDED" => SetHealth.Failed,
        _ => SetHealth.Unknown,
    };

    private static ulong? Number(string? text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
