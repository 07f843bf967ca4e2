using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>What is on the devices: signatures, partition tables, headers of LUKS and md, labels of ZFS.</summary>
internal static class Contents
{
    private static readonly string[] TableTypes = ["gpt", "dos", "PMBR", "sun", "mac", "bsd", "sgi", "atari", "ultrix", "unixware", "solaris-x86"];

    public static IReadOnlyList<BlockDevice> AddTo(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        var found = devices.ToDictionary(device => device.Name);
        Signatures(found, questions);
        foreach (var device in devices)
        {
            var (now, tables) = (found[device.Name], found[device.Name].Signatures.Where(signature => TableTypes.Contains(signature.Type)).ToList());
            if (CanHaveTable(now)
                && (tables.Count > 0 || now.Children.Any(child => found.TryGetValue(child, out var part) && part.Kind == BlockKind.Partition)))
            {
                AddTable(now, found, questions);
            }

            now = found[device.Name];
            if (now.Signatures.FirstOrDefault(signature => signature.Type == "crypto_LUKS") is { } luks)
            {
                now = now with { Luks = Luks(now, luks, questions, out var why), Unseen = why };
            }

            if (now.Signatures.Any(signature => signature.Type == "zfs_member"))
            {
                now = now with { Zfs = Zfs.LabelOn(now, questions) };
                now = now.Zfs is null ? now with { Unseen = questions.Why } : now;
            }

            found[device.Name] = now;
        }

        var members = found.Values.Where(device => device.Signatures.Any(signature => signature.Type == "linux_raid_member")).ToList();
        foreach (var (name, member) in MdArrays.Examine(members, questions))
        {
            if (found.TryGetValue(name, out var device))
            {
                found[name] = device with { Md = member };
            }
        }

        foreach (var member in members.Where(member => found[member.Name].Md is null))
        {
            found[member.Name] = found[member.Name] with { Unseen = questions.Why };
        }

        foreach (var blank in found.Values.Where(device => device.IsBlank).ToList())
        {
            found[blank.Name] = blank with { WasProbed = CanBeRead(blank, questions) };
        }

        return [.. devices.Select(device => found[device.Name])];
    }

    private static bool CanHaveTable(BlockDevice device) => device.Kind is BlockKind.Disk or BlockKind.Md or BlockKind.Loop;

    private static void Signatures(Dictionary<string, BlockDevice> found, Questions questions)
    {
        const string unknown = "what is on it";
        var probed = found.Values.Where(device => device.Bytes > 0 && device.Kind is not (BlockKind.Optical or BlockKind.Other)).ToList();

        // Only exit code 0 without a warning counts: a device that it warns of is not known to be blank.
        foreach (var (devices, answer) in questions.AskAll(probed, answer =>
            answer.ExitCode == 0 && string.IsNullOrWhiteSpace(answer.Error), unknown, "wipefs", "-J", "-n"))
        {
            var json = string.IsNullOrWhiteSpace(answer.Output) ? default(Json?) : questions.Parse(answer.Output, "wipefs -J -n", unknown);
            if (json is { } given
                && (!given["signatures"].Exists || !given["signatures"].Items.All(item => item["type"].Text is not null && found.ContainsKey(NameOf(item)))))
            {
                questions.Problem("wipefs -J -n", $"the answer is not understood: {unknown} cannot be known");
                continue; // Whose signature it lost is not known, so of none of these it is known that it is blank.
            }

            foreach (var device in devices)
            {
                found[device.Name] = found[device.Name] with { WasProbed = true };
            }

            foreach (var item in json?["signatures"].Items ?? [])
            {
                var device = found[NameOf(item)];
                var signature = new Signature(item["type"].Text!, item["uuid"].Text, item["label"].Text, Offset(item["offset"].Text));
                found[device.Name] = device with { Signatures = With(device.Signatures, signature) };
            }
        }
    }

    private static string NameOf(Json item) => item["device"].Text is { } path ? path[(path.LastIndexOf('/') + 1)..] : "";

    /// <summary>One thing has several magics (GPT at both ends, FAT, a pool's labels): they count once.</summary>
    private static IReadOnlyList<Signature> With(IReadOnlyList<Signature> signatures, Signature more)
    {
        var same = signatures.FirstOrDefault(known => known.Type == more.Type && (known.Uuid == more.Uuid || known.Uuid is null || more.Uuid is null));
        return same is null ? [.. signatures, more]
            : [.. signatures.Select(known => known == same ? known with { Uuid = known.Uuid ?? more.Uuid, Label = known.Label ?? more.Label } : known)];
    }

    private static long Offset(string? text) =>
        text is not null && long.TryParse(text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var offset) && offset >= 0
            ? offset : -1;

    private static void AddTable(BlockDevice disk, Dictionary<string, BlockDevice> found, Questions questions)
    {
        var json = questions.AskJson("its partition table", "sfdisk", "-J", disk.Path);
        var table = PartitionTables.Parse(json["partitiontable"], disk.Path, disk.SectorBytes);
        if (table is null)
        {
            if (json.Exists)
            {
                questions.Unanswered($"sfdisk -J {disk.Path}", "an entry is not understood", "its partition table");
            }

            found[disk.Name] = disk with { Unseen = questions.Why };
            return; // Its signature stays in the list: whatever is there, the disk is not blank.
        }

        found[disk.Name] = disk with { Table = table, Signatures = [.. disk.Signatures.Where(signature => !TableTypes.Contains(signature.Type))] };
        foreach (var child in disk.Children)
        {
            if (found.TryGetValue(child, out var partition) && table.Partitions.FirstOrDefault(entry => entry.Number == partition.PartitionNumber) is { } entry)
            {
                found[child] = partition with { PartitionUuid = entry.Uuid, PartitionLabel = entry.Label };
            }
        }
    }

    private static LuksHeader? Luks(BlockDevice device, Signature signature, Questions questions, out string? why)
    {
        const string unknown = "its LUKS header";
        why = null;
        if (questions.Ask(unknown, "cryptsetup", "luksDump", "--dump-json-metadata", device.Path) is not { } answer)
        {
            why = questions.Why;
            return null;
        }

        // LUKS1 has no metadata to dump; its text is read instead.
        Answer? text = null;
        if (answer.ExitCode != 0 && (text = questions.Ask(unknown, "cryptsetup", "luksDump", device.Path)) is null)
        {
            why = questions.Why;
            return null;
        }

        var header = text is null
            ? LuksMetadata.OfJson(questions.Parse(answer.Output, $"cryptsetup luksDump {device.Path}", unknown), signature)
            : LuksMetadata.OfText(text.Output);
        if (header is null)
        {
            questions.Problem($"cryptsetup luksDump {device.Path}", "there is a signature of LUKS, but no header that can be read",
                "the header is damaged: its backup may be needed");
        }

        return header;
    }

    /// <summary>Reads the beginning and the end, where signatures are, past the cache. libblkid takes a read error for "nothing found".</summary>
    private static bool CanBeRead(BlockDevice device, Questions questions)
    {
        const int block = 4096, head = 512, tail = 256;
        var blocks = device.Bytes / block;
        return Reads(0, head) && (blocks <= head || Reads(Math.Max(blocks - tail, 0), tail));

        bool Reads(long skip, int count)
        {
            string[] words = [$"if={device.Path}", "of=/dev/null", "bs=4096", $"count={count}", $"skip={skip}", "iflag=direct", "status=none"];
            if (questions.Ask("whether it is blank", ReadingPrograms.ReadProof, words) is not { } answer)
            {
                return false;
            }

            if (answer.ExitCode != 0)
            {
                questions.Failed(MachineRecord.KeyOf(ReadingPrograms.ReadProof, words), answer, "whether it is blank");
            }

            return answer.ExitCode == 0;
        }
    }
}
