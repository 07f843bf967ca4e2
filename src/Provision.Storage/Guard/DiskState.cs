using System.Globalization;
using System.Text.Json;
using Provision.Storage.Observe;

namespace Provision.Storage.Guard;

/// <summary>The kernel's current state of block devices, read again each time: the guard trusts no earlier look.</summary>
internal sealed class DiskState(IMachineReader reader)
{
    private const string Class = "/sys/class/block/";

    /// <summary>Kernel name of a node: <c>/dev/mapper/i33d1t01</c> is <c>dm-3</c>; null if there is no such device.</summary>
    public string? NameOf(string node)
    {
        var path = reader.Resolve(node) ?? "";
        var name = path.StartsWith("/dev/", StringComparison.Ordinal) ? path["/dev/".Length..].Replace('/', '!') : "";
        if (name.StartsWith("mapper!", StringComparison.Ordinal))
        {
            // Without udev /dev/mapper holds nodes, not links.
            name = reader.List("/sys/block").FirstOrDefault(block => reader.Read($"{Class}{block}/dm/name")?.Trim() == name["mapper!".Length..]) ?? "";
        }

        return name.Length > 0 && reader.Read($"{Class}{name}/dev") is not null ? name : null;
    }

    /// <summary>The disks that a device lies on, through partitions, arrays and mappings; itself if it is a disk.</summary>
    public IReadOnlyList<string> DisksBelow(string name)
    {
        var disks = new SortedSet<string>(StringComparer.Ordinal);
        Walk(name, depth: 0);
        return [.. disks];

        void Walk(string at, int depth)
        {
            if (depth > 16)
            {
                throw new GuardException($"/dev/{name} lies on more layers than any machine has");
            }

            if (reader.Read($"{Class}{at}/partition") is not null)
            {
                var parts = (reader.Resolve(Class + at) ?? "").Split('/');
                Walk(parts.Length > 1 ? parts[^2] : throw new GuardException($"no disk is known of the partition /dev/{at}"), depth + 1);
                return;
            }

            var below = reader.List($"{Class}{at}/slaves");
            if (below.Count == 0)
            {
                disks.Add(at);
            }

            foreach (var lower in below)
            {
                Walk(lower, depth + 1);
            }
        }
    }

    public long? BytesOf(string name) => Number($"{Class}{name}/size") * 512;

    public long? SequenceOf(string disk) => Number($"{Class}{disk}/diskseq");

    /// <summary>What uses a device or a partition of it: a mount or swap; null for nothing.</summary>
    public string? UseOf(string name)
    {
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in reader.List(Class + name).Where(entry => reader.Read($"{Class}{name}/{entry}/partition") is not null).Append(name))
        {
            if (reader.Read($"{Class}{part}/dev")?.Trim() is { } number)
            {
                numbers[number] = part;
            }
        }

        foreach (var line in (reader.Read("/proc/self/mountinfo") ?? "").Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length > 4 && numbers.TryGetValue(fields[2], out var part))
            {
                return $"/dev/{part} is mounted at {fields[4]}";
            }
        }

        foreach (var line in (reader.Read("/proc/swaps") ?? "").Split('\n').Skip(1))
        {
            if (line.Split([' ', '\t'])[0] is { Length: > 0 } node && NameOf(node) is { } swap && numbers.ContainsValue(swap))
            {
                return $"/dev/{swap} is swap";
            }
        }

        return null;
    }

    /// <summary>Arrays and mappings on a device or on a partition of it.</summary>
    public IReadOnlyList<string> HoldersOf(string name) =>
    [
        .. reader.List(Class + name)
            .Where(entry => reader.Read($"{Class}{name}/{entry}/partition") is not null)
            .Append(name)
            .SelectMany(part => reader.List($"{Class}{part}/holders"))
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Signatures on a device right now. A partition table counts as one. Where the device cannot be searched, that is the problem:
    /// nothing is blank that was not seen to be.
    /// </summary>
    public IReadOnlyList<Signature> SignaturesOf(string node, out string? problem)
    {
        problem = null;
        var answer = reader.Run("wipefs", "-J", "-n", node);
        if (answer.ExitCode != 0)
        {
            problem = $"{node} could not be searched for signatures: wipefs: "
                + $"{(answer.ExitCode == 127 ? "not installed (package util-linux)" : answer.Error.Trim())}";
            return [];
        }

        if (answer.Output.Trim().Length == 0)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(answer.Output);
            var found = new List<Signature>();
            foreach (var entry in json.RootElement.GetProperty("signatures").EnumerateArray())
            {
                var type = entry.GetProperty("type").GetString() ?? "";
                var uuid = entry.TryGetProperty("uuid", out var id) ? id.GetString() : null;
                if (type is "gpt" or "PMBR")
                {
                    uuid = TableUuid(node);
                }

                found.Add(new Signature(type, string.IsNullOrEmpty(uuid) ? null : uuid, entry.TryGetProperty("label", out var label) ? label.GetString() : null,
                    -1));
            }

            return found;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            problem = $"{node} could not be searched for signatures: wipefs answered {answer.Output.Trim()}";
            return [];
        }
    }

    /// <summary>UUID of a GPT partition, read from the disk; null if there is none.</summary>
    public string? PartitionUuid(string node) => Tag(node, "PART_ENTRY_UUID=");

    /// <summary>Nodes of a disk's partitions; none of a partition.</summary>
    public IReadOnlyList<string> PartitionsOf(string name) =>
        [.. reader.List(Class + name).Where(entry => reader.Read($"{Class}{name}/{entry}/partition") is not null).Select(entry => "/dev/" + entry)];

    /// <summary>True for a GPT partition of the type "BIOS boot", by the table on the disk.</summary>
    public bool IsBiosBoot(string node) => PlannedIds.Same(Tag(node, "PART_ENTRY_TYPE="), Create.NewPartition.BiosBootType);

    private string? TableUuid(string node) => Tag(node, "PTUUID=");

    private string? Tag(string node, string tag) =>
        reader.Run("blkid", "-p", "-o", "export", node).Output.Split('\n')
            .FirstOrDefault(line => line.StartsWith(tag, StringComparison.Ordinal))?[tag.Length..];

    private long? Number(string path) =>
        long.TryParse(reader.Read(path)?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
