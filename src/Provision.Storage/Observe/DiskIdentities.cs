using System.Globalization;
using System.Text;

namespace Provision.Storage.Observe;

/// <summary>
/// Who a disk is: model, serial, WWN. udev's database knows most; where no udev runs (an initramfs) the kernel's own files are asked,
/// and lsblk for what is left.
/// </summary>
internal static class DiskIdentities
{
    public static IReadOnlyList<BlockDevice> AddTo(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        var listed = Listed(questions);
        return [.. devices.Select(device => device.Kind == BlockKind.Disk ? Identify(device, listed.GetValueOrDefault(device.Name), questions) : device)];
    }

    private static BlockDevice Identify(BlockDevice disk, Json lsblk, Questions questions)
    {
        var udev = Udev(questions.Look.Read($"/run/udev/data/b{disk.Number}"), out var byPath);
        var place = $"/sys/block/{disk.Name}";
        string? Known(string key) => udev.GetValueOrDefault(key);
        var transport = disk.Transport ?? lsblk["tran"].Text;
        return disk with
        {
            Transport = transport,
            Bus = disk.Bus is { } bus ? bus with { ByPath = byPath ?? Known("ID_PATH") } : null,
            Vendor = questions.Text($"{place}/device/vendor") is { } vendor && !vendor.StartsWith("0x", StringComparison.Ordinal) ? vendor : null,
            Model = Decode(Known("ID_MODEL_ENC")) ?? lsblk["model"].Text ?? questions.Text($"{place}/device/model"),
            Serial = Known("SCSI_IDENT_SERIAL") ?? Known("ID_SCSI_SERIAL") ?? Known("ID_SERIAL_SHORT") ?? questions.Text($"{place}/serial") ?? questions.Text($"{place}/device/serial")
                ?? UnitSerial(questions.Look.Read($"{place}/device/vpd_pg80")) ?? lsblk["serial"].Text ?? (transport == "virtio" ? Known("ID_SERIAL") : null),
            Wwn = Wwn(Known("ID_WWN_WITH_EXTENSION") ?? Known("ID_WWN") ?? questions.Text($"{place}/wwid") ?? questions.Text($"{place}/device/wwid") ?? lsblk["wwn"].Text),
        };
    }

    /// <summary>Disks of lsblk by kernel name.</summary>
    private static Dictionary<string, Json> Listed(Questions questions)
    {
        var found = new Dictionary<string, Json>();
        foreach (var disk in questions.AskJson("models and serial numbers where no udev runs", "lsblk", "-J", "-b", "-o", ReadingPrograms.LsblkColumns)["blockdevices"].Items)
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

    /// <summary><c>0x...</c> or <c>eui. ...</c>; names that are made from the serial number are no WWN.</summary>
    internal static string? Wwn(string? text)
    {
        var lower = text?.Trim().ToLowerInvariant();
        return lower switch
        {
            null => null,
            _ when lower.StartsWith("naa.", StringComparison.Ordinal) => "0x" + lower[4..],
            _ when lower.StartsWith("0x", StringComparison.Ordinal) || lower.StartsWith("eui.", StringComparison.Ordinal) => lower,
            _ => null,
        };
    }
}
