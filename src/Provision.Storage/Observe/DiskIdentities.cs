using System.Globalization;
using System.Text;

namespace Provision.Storage.Observe;

/// <summary>
/// Who a disk is: model, serial, WWN. udev's database knows most; without udev (in an initramfs) the kernel's own files are asked,
/// and lsblk for what is left.
/// </summary>
internal static class DiskIdentities
{
    public static IReadOnlyList<BlockDevice> AddTo(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        var listed = Listed(questions);
        devices = [.. devices.Select(device => device.Kind == BlockKind.Disk ? Identify(device, listed.GetValueOrDefault(device.Name), questions) : device)];

        // A world-wide name that two disks have is the name of neither.
        var repeated = devices.Where(device => device is { Kind: BlockKind.Disk, Wwn: not null }).GroupBy(device => device.Wwn!)
            .Where(group => group.Count() > 1).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var (wwn, disks) in repeated)
        {
            questions.Problem(disks[0].Path,
                $"{string.Join(" and ", disks.Select(disk => disk.Name))} have one world-wide name, {wwn}: it identifies none of them");
        }

        return repeated.Count == 0 ? devices
            : [.. devices.Select(device => device.Wwn is { } wwn && repeated.ContainsKey(wwn) ? device with { Wwn = null } : device)];
    }

    private static BlockDevice Identify(BlockDevice disk, Json lsblk, Questions questions)
    {
        var udev = Udev(questions.Reader.Read($"/run/udev/data/b{disk.Number}"), out var byPath);
        var place = $"/sys/block/{disk.Name}";
        string? Known(string key) => udev.GetValueOrDefault(key);
        var transport = disk.Transport ?? lsblk["tran"].Text;
        return disk with
        {
            Transport = transport,
            Bus = disk.Bus is { } bus ? bus with { ByPath = byPath ?? Known("ID_PATH") } : null,
            Vendor = questions.Text($"{place}/device/vendor") is { } vendor && !vendor.StartsWith("0x", StringComparison.Ordinal) ? vendor : null,
            Model = Decode(Known("ID_MODEL_ENC")) ?? lsblk["model"].Text ?? questions.Text($"{place}/device/model"),
            Serial = Serial(Known("SCSI_IDENT_SERIAL")) ?? Serial(Known("ID_SCSI_SERIAL")) ?? Serial(Known("ID_SERIAL_SHORT"))
                ?? Serial(questions.Text($"{place}/serial"))
                ?? Serial(questions.Text($"{place}/device/serial")) ?? Serial(UnitSerial(questions.Reader.Read($"{place}/device/vpd_pg80")))
                    ?? Serial(lsblk["serial"].Text)
                ?? (transport == "virtio" ? Known("ID_SERIAL") : null),
            Wwn = Wwn(Known("ID_WWN_WITH_EXTENSION")) ?? Wwn(Known("ID_WWN")) ?? Wwn(questions.Text($"{place}/wwid"))
                ?? Wwn(questions.Text($"{place}/device/wwid")) ?? Wwn(lsblk["wwn"].Text),
        };
    }

    /// <summary>Disks of lsblk by kernel name.</summary>
    private static Dictionary<string, Json> Listed(Questions questions)
    {
        var found = new Dictionary<string, Json>();
        foreach (var disk in questions.AskJson("models and serial numbers without udev", "lsblk", "-J", "-b", "-o",
            ReadingPrograms.LsblkColumns)["blockdevices"].Items)
        {
            if (disk["kname"].Text is { } name)
            {
                found[name] = disk;
            }
        }

        return found;
    }

    /// <summary>An entry of udev's database: properties (E:), and the shortest link below by-path (S:).</summary>
    internal static Dictionary<string, string> Udev(string? text, out string? byPath)
    {
        var properties = new Dictionary<string, string>();
        const string link = "S:disk/by-path/";
        byPath = null;
        foreach (var line in (text ?? "").Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith("E:", StringComparison.Ordinal) && equals > 2 && equals < line.Length - 1)
            {
                properties[line[2..equals]] = line[(equals + 1)..].Trim();
            }
            else if (line.StartsWith(link, StringComparison.Ordinal) && (byPath is null || line.Length - link.Length < byPath.Length))
            {
                byPath = line[link.Length..];
            }
        }

        return properties;
    }

    /// <summary>udev writes bytes that are no letters as <c>\x20</c>.</summary>
    internal static string? Decode(string? encoded)
    {
        if (encoded is null)
        {
            return null;
        }

        var text = new StringBuilder();
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '\\' && i + 3 < encoded.Length && encoded[i + 1] == 'x'
                && byte.TryParse(encoded.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                text.Append((char)code);
                i += 3;
            }
            else
            {
                text.Append(encoded[i]);
            }
        }

        return text.ToString().Trim() is { Length: > 0 } trimmed ? trimmed : null;
    }

    /// <summary>The unit serial number page of SCSI: four bytes of head, then text.</summary>
    internal static string? UnitSerial(string? page) =>
        page is { Length: > 4 } && new string([.. page.Skip(4).Where(c => c is > ' ' and <= '~')]) is { Length: > 0 } serial ? serial : null;

    /// <summary>The serial number, unless it is filled with one character (zeros, blanks, Fs) or says that there is none.</summary>
    internal static string? Serial(string? text) =>
        text?.Trim() is { Length: > 0 } serial && serial.Any(c => c != serial[0] && char.IsAsciiLetterOrDigit(c))
            && serial.ToUpperInvariant() is not ("N/A" or "NA" or "N.A." or "NONE" or "UNKNOWN" or "NOT SPECIFIED" or "TO BE FILLED BY O.E.M.")
            ? serial
            : null;

    /// <summary><c>0x...</c> or <c>eui. ...</c>; names that are made from the serial number are no WWN, and neither are zeros.</summary>
    internal static string? Wwn(string? text)
    {
        var lower = text?.Trim().ToLowerInvariant();
        lower = lower switch
        {
            null => null,
            _ when lower.StartsWith("naa.", StringComparison.Ordinal) => "0x" + lower[4..],
            _ when lower.StartsWith("0x", StringComparison.Ordinal) || lower.StartsWith("eui.", StringComparison.Ordinal) => lower,
            _ => null,
        };
        var digits = lower?[(lower[0] == '0' ? 2 : 4)..] ?? "";

        // Behind the digit that tells the kind of name (5, 6), a name of zeros names nothing either.
        return digits.Length > 1 && digits[1..].Any(c => c != digits[^1]) ? lower : null;
    }
}
