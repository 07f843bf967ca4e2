using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>Arrays of Linux md: from their members' superblocks, and from the kernel if they are assembled.</summary>
internal static class MdArrays
{
    /// <summary>Superblocks by the member's kernel name.</summary>
    public static IReadOnlyDictionary<string, MdMember> Examine(IReadOnlyList<BlockDevice> members, Questions questions)
    {
        const string unknown = "the array it belongs to";
        var found = new Dictionary<string, MdMember>();

        // The plain form and not --export: only this one tells a member's role and state, and it speaks of many devices in one run.
        foreach (var (devices, answer) in questions.AskAll(members, answer => answer.ExitCode == 0, unknown, "mdadm", "--examine"))
        {
            foreach (var (name, member) in ParseExamine(answer.Output))
            {
                found[name] = member;
            }

            foreach (var device in devices.Where(device => !found.ContainsKey(device.Name)))
            {
                questions.Unanswered($"mdadm --examine {device.Path}", "the superblock is not understood", unknown);
            }
        }

        return found;
    }

    /// <summary>Superblocks in <c>mdadm --examine</c>: a line <c>/dev/sda1:</c>, then <c>key : value</c> lines.</summary>
    internal static IEnumerable<(string Device, MdMember Member)> ParseExamine(string text)
    {
        string? device = null;
        var values = new Dictionary<string, string>();
        foreach (var line in text.Split('\n').Append("/dev/:"))
        {
            var trimmed = line.Trim();
            if (line.StartsWith("/dev/", StringComparison.Ordinal) && trimmed.EndsWith(':'))
            {
                if (device is not null && MemberOf(values) is { } member)
                {
                    yield return (device, member);
                }

                device = trimmed[(trimmed.LastIndexOf('/') + 1)..^1];
                values.Clear();
                continue;
            }

            var colon = trimmed.IndexOf(" : ", StringComparison.Ordinal);
            if (colon > 0)
            {
                values.TryAdd(trimmed[..colon].Trim(), trimmed[(colon + 3)..].Trim());
            }
            else if (trimmed.StartsWith("this ", StringComparison.Ordinal))
            {
                values.TryAdd("this", trimmed);
            }
        }
    }

    /// <summary>Gives assembled arrays the names in their members' superblocks: <c>md127</c> is no name.</summary>
    public static IReadOnlyList<BlockDevice> NameDevices(IReadOnlyList<BlockDevice> devices) =>
        [.. devices.Select(device =>
            device.Kind == BlockKind.Md ? device with { MapperName = MembersOf(device, devices).FirstOrDefault()?.Md?.ArrayName } : device)];

    /// <summary>Arrays that are assembled, then those that only superblocks speak of.</summary>
    public static IReadOnlyList<MdArray> Find(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        var arrays = devices.Where(device => device.Kind == BlockKind.Md).Select(device => Assembled(device, devices, questions)).OfType<MdArray>().ToList();
        var known = arrays.Select(array => array.Uuid).ToHashSet();
        arrays.AddRange(devices.Where(device => device.Md is { } md && !known.Contains(md.ArrayUuid)).GroupBy(device => device.Md!.ArrayUuid).Select(Inactive));
        return arrays;
    }

    /// <summary>Active members that the kernel names.</summary>
    private static IEnumerable<BlockDevice> MembersOf(BlockDevice array, IReadOnlyList<BlockDevice> devices) =>
        devices.Where(device => device.Md is not null && array.Parents.Contains(device.Name)).OrderByDescending(device => device.Md!.Events);

    private static MdArray? Assembled(BlockDevice device, IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        var place = $"/sys/block/{device.Name}/md";
        var state = questions.Text($"{place}/array_state");
        if (state == "clear" || (state is null && device.Bytes == 0))
        {
            return null;
        }

        // Where mdadm could not be asked, the signature still says which array it is.
        var best = MembersOf(device, devices).FirstOrDefault()?.Md;
        var signature = devices.Where(other => device.Parents.Contains(other.Name)).SelectMany(other => other.Signatures)
            .FirstOrDefault(found => found is { Type: "linux_raid_member", Uuid: not null });
        var uuid = best?.ArrayUuid ?? ArrayUuid(signature?.Uuid);
        if (uuid is null)
        {
            questions.Problem(place, $"no superblock of a member of {device.Name} could be read: its UUID is not known");
        }

        var members = questions.Reader.List(place).Where(entry => entry.StartsWith("dev-", StringComparison.Ordinal))
            .Select(entry => Place(entry["dev-".Length..], $"{place}/{entry}", questions)).ToList();
        if (state == "inactive")
        {
            // The kernel gives members of an array that does not run no places: what they were is in their superblocks.
            members = [.. members.Select(member =>
                devices.FirstOrDefault(other => other.Name == member.Device) is { Md: { } md } ? OfSuperblock(member.Device, md, best!.Events) : member)];
        }

        var stale = devices.Where(other => other.Md is { } md && md.ArrayUuid == uuid && !members.Exists(member => member.Device == other.Name))
            .Select(other => new MdPlace(other.Name, null, "stale"));
        var places = (int)Math.Clamp(questions.Number($"{place}/raid_disks") ?? best?.Devices ?? 0, 0, 4096);
        var degraded = questions.Number($"{place}/degraded") ?? 0;
        var action = questions.Text($"{place}/sync_action") ?? "idle";
        var health = state is null ? SetHealth.Unknown
            : state is "inactive" ? SetHealth.Inactive
            : state is "broken" || (places > 0 && degraded >= places) ? SetHealth.Failed
            : degraded > 0 ? action is "recover" ? SetHealth.Rebuilding : SetHealth.Degraded
            : action is "idle" or "frozen" ? SetHealth.Normal : SetHealth.Busy;
        return new MdArray(
            device.Name, best?.ArrayName ?? NameOf(signature?.Label), uuid ?? "", questions.Text($"{place}/level") ?? best?.Level ?? "unknown", health,
            action is "idle" or "frozen" ? null : Progress(action, questions.Text($"{place}/sync_completed")),
            [.. members.OrderBy(member => member.Role ?? int.MaxValue).ThenBy(member => member.Device, StringComparer.Ordinal), .. stale],
            places, device.ReadOnly || state is "readonly" or "read-auto")
        {
            HasBitmap = questions.Text($"{place}/bitmap/location") is { } location ? location != "none" : null,
        };
    }

    private static MdPlace Place(string device, string place, Questions questions)
    {
        var words = (questions.Text($"{place}/state") ?? "").Split(',');
        var role = questions.Number($"{place}/slot") is >= 0 and <= 4096 and var slot ? (int)slot : (int?)null;
        var state = words.Contains("faulty") ? "faulty" : words.Contains("in_sync") ? "in_sync" : role is null ? "spare" : "rebuilding";
        return new MdPlace(device, state == "faulty" ? null : role, state);
    }

    private static MdArray Inactive(IGrouping<string, BlockDevice> members)
    {
        var newest = members.MaxBy(member => member.Md!.Events)!.Md!;
        var places = members.OrderBy(member => member.Md!.Role ?? int.MaxValue).Select(member => OfSuperblock(member.Name, member.Md!, newest.Events));
        return new MdArray(null, newest.ArrayName, newest.ArrayUuid, newest.Level, SetHealth.Inactive, null, [.. places], newest.Devices, ReadOnly: true);
    }

    private static MdPlace OfSuperblock(string device, MdMember member, long newest) =>
        new(device, member.Role, member.Role is null ? "spare" : member.Events < newest ? "stale" : "in_sync");

    /// <summary><c>recovery 35.3%</c> of "recover" and "3530 / 10000".</summary>
    private static string Progress(string action, string? completed)
    {
        var name = action == "recover" ? "recovery" : action;
        return completed?.Split(" / ") is [var done, var all] && double.TryParse(done, CultureInfo.InvariantCulture, out var part)
            && double.TryParse(all, CultureInfo.InvariantCulture, out var whole) && whole > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{name} {Math.Clamp(100 * part / whole, 0, 100):0.0}%")
            : name;
    }

    private static MdMember? MemberOf(Dictionary<string, string> values)
    {
        var uuid = values.GetValueOrDefault("Array UUID") ?? values.GetValueOrDefault("UUID")?.Split(' ')[0];
        var places = Number(values.GetValueOrDefault("Raid Devices"));

        // All or nothing: of an answer that is cut off, the member would look stale, or like a spare.
        if (uuid is null || values.GetValueOrDefault("Raid Level") is not { } level || places is < 1 or > 4096
            || !values.ContainsKey("Events") || !(values.ContainsKey("Device Role") || values.ContainsKey("this")))
        {
            return null;
        }

        var name = NameOf(values.GetValueOrDefault("Name")?.Split("  (local to host", 2)[0].Trim());
        return new MdMember(
            uuid.ToLowerInvariant(), name, level, values.GetValueOrDefault("Device UUID")?.ToLowerInvariant(),
            Role(values), (int)places, Events(values.GetValueOrDefault("Events")),
            values.GetValueOrDefault("State") ?? "unknown");
    }

    /// <summary>The name without its home host: <c>s33d1data</c> of <c>store33:s33d1data</c>.</summary>
    private static string? NameOf(string? label) => label is null ? null : label[(label.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>A UUID in mdadm's form, of the one that blkid writes.</summary>
    private static string? ArrayUuid(string? uuid) =>
        uuid?.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant() is { Length: 32 } hex ? $"{hex[..8]}:{hex[8..16]}:{hex[16..24]}:{hex[24..]}" : null;

    /// <summary>"Active device 3"; metadata 0.90 has a line "this 3 8 1 3 active sync /dev/sda1" instead.</summary>
    private static int? Role(Dictionary<string, string> values)
    {
        const string active = "Active device ";
        var text = values.GetValueOrDefault("Device Role") is { } role
            ? role.StartsWith(active, StringComparison.Ordinal) ? role[active.Length..] : ""
            : values.GetValueOrDefault("this")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 5 } words && words[5] == "active" ? words[4]
                : "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 4096 ? number : null;
    }

    /// <summary>4711; metadata 0.90 writes its two halves as 0.4711.</summary>
    private static long Events(string? text) =>
        text?.Split('.') is [var high, var low] ? Math.Clamp(Number(high), 0, int.MaxValue) << 32 | Math.Clamp(Number(low), 0, uint.MaxValue) : Number(text);

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
