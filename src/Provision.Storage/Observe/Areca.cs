using Provision.Inventory;

namespace Provision.Storage.Observe;

/// <summary>Areca controllers: their volume sets and the drives behind them.</summary>
internal static class Areca
{
    /// <summary>Drives of every controller; the tool is only run if the driver has one.</summary>
    public static IReadOnlyList<ObservedDrive> FindDrives(Questions questions, out IReadOnlyList<ArecaVolume> volumes)
    {
        // The driver's folder has a link of each controller's PCI address, and files of its own.
        var controllers = questions.Reader.List("/sys/bus/pci/drivers/arcmsr").Count(entry => entry.Contains(':', StringComparison.Ordinal));
        var drives = new List<ObservedDrive>();
        var found = new List<ArecaVolume>();
        if (controllers == 0)
        {
            questions.Miss(StoragePart.ArecaDrives, "no Areca controller is bound to its driver, arcmsr");
            questions.Miss(StoragePart.ArecaVolumes, "no Areca controller is bound to its driver, arcmsr");
        }

        for (var controller = 1; controller <= controllers; controller++)
        {
            var where = controllers == 1 ? "cli64" : $"cli64 curctrl={controller}";
            var text = Ask(controller, controllers, questions, StoragePart.ArecaDrives, out _, "disk", "info");
            var rows = ArecaTables.Drives(text, out var strange);
            NotUnderstood($"{where} disk info", StoragePart.ArecaDrives, strange, "drive", questions);
            text = Ask(controller, controllers, questions, StoragePart.ArecaVolumes, out _, "vsf", "info");
            found.AddRange(ArecaTables.Volumes(text, controller, [.. rows.Select(row => row.Usage).Distinct()], out strange));
            NotUnderstood($"{where} vsf info", StoragePart.ArecaVolumes, strange, "volume", questions);
            foreach (var odd in found.Where(volume => volume.Controller == controller && volume.Health == SetHealth.Unknown))
            {
                questions.Problem($"{where} vsf info", $"the state \"{odd.State}\" of the volume {odd.Name} is not understood");
            }

            foreach (var row in rows.Where(row => row.Model is not null))
            {
                text = Ask(controller, controllers, questions, null, out var unseen, "disk", "info", $"drv={row.Number}");
                drives.Add(Drive(controller, row, ArecaTables.Details(text), unseen));
            }
        }

        volumes = found;
        return drives;
    }

    private static void NotUnderstood(string where, StoragePart part, List<string> lines, string what, Questions questions)
    {
        foreach (var line in lines)
        {
            questions.Problem(where, $"a line is not understood, and a {what} not known: {line}");
            questions.Miss(part, $"{where}: a line is not understood: {line}");
        }
    }

    /// <summary>The tool's answer; empty, or what there is of it, with the reason if it is not whole.</summary>
    private static string Ask(int controller, int controllers, Questions questions, StoragePart? part, out string? unseen, params string[] words)
    {
        string[] arguments = controllers == 1 ? words : [$"curctrl={controller}", .. words];
        const string unknown = "what is behind the Areca controller";
        var answer = questions.Ask(unknown, "cli64", arguments);

        // Its exit code says nothing; its last line does, and where that is missing the answer is cut off, or is the reason why there is none.
        if (answer is not null && !answer.Output.Contains(": Success", StringComparison.Ordinal))
        {
            var lines = (answer.Output + "\n" + answer.Error).Split('\n').Select(line => line.Trim()).ToList();
            var said = lines.LastOrDefault(line => line.StartsWith("GuiErrMsg", StringComparison.Ordinal))
                ?? lines.Find(line => line.StartsWith("Error", StringComparison.OrdinalIgnoreCase));
            questions.Unanswered(MachineRecord.KeyOf("cli64", arguments), said ?? "the answer is cut off", unknown);
        }
        else if (answer is not null)
        {
            unseen = null;
            return answer.Output;
        }

        unseen = questions.Why;
        if (part is { } missed)
        {
            questions.Miss(missed);
        }

        return answer?.Output ?? "";
    }

    private static ObservedDrive Drive(int controller, ArecaRow row, ArecaDetails details, string? unseen) => new()
    {
        Device = null,
        Bus = null,
        Areca = new ArecaSlot(controller, row.Enclosure, row.Slot, row.Usage),
        Model = details.Model ?? row.Model,
        Serial = DiskIdentities.Serial(details.Serial),
        Wwn = null,
        Bytes = row.Bytes,
        Media = details.Rotates switch { true => DriveMedia.Hdd, false => DriveMedia.Ssd, _ => null },
        Health = HealthOf(row, details) with { Unseen = unseen },
    };

    private static DriveHealth HealthOf(ArecaRow row, ArecaDetails details)
    {
        var reasons = new List<string>();
        var failed = ArecaTables.UseOf(row.Usage) == ArecaUse.Failed || details.State?.Contains("FAIL", StringComparison.OrdinalIgnoreCase) == true;
        if (failed)
        {
            reasons.Add("the controller reports failure");
        }

        if (details.MediaErrors > 0)
        {
            reasons.Add($"{details.MediaErrors} media errors");
        }

        if (details.Timeouts > 0)
        {
            reasons.Add($"{details.Timeouts} timeouts");
        }

        var verdict = failed ? HealthVerdict.Failed : reasons.Count > 0 ? HealthVerdict.Worn : details.State is null ? HealthVerdict.Unknown
            : HealthVerdict.Good;
        return new DriveHealth(verdict, reasons, details.Celsius, null);
    }
}
