using Provision.Inventory;

namespace Provision.Storage.Observe;

/// <summary>Areca controllers: their volume sets and the drives behind them.</summary>
internal static class Areca
{
    /// <summary>Drives of every controller; the tool is only run where the driver has one.</summary>
    public static IReadOnlyList<ObservedDrive> FindDrives(Questions questions, out IReadOnlyList<ArecaVolume> volumes)
    {
        // The driver's folder has a link of each controller's PCI address, and files of its own.
        var controllers = questions.Look.List("/sys/bus/pci/drivers/arcmsr").Count(entry => entry.Contains(':', StringComparison.Ordinal));
        var drives = new List<ObservedDrive>();
        var found = new List<ArecaVolume>();
        for (var controller = 1; controller <= controllers; controller++)
        {
            var where = controllers == 1 ? "cli64" : $"cli64 curctrl={controller}";
            var rows = ArecaTables.Drives(Ask(controller, controllers, questions, "disk", "info"), out var strange);
            strange.ForEach(line => questions.Problem($"{where} disk info", $"a line is not understood, and a drive not known: {line}"));
            found.AddRange(ArecaTables.Volumes(Ask(controller, controllers, questions, "vsf", "info"), controller, [.. rows.Select(row => row.Usage).Distinct()], out strange));
            strange.ForEach(line => questions.Problem($"{where} vsf info", $"a line is not understood, and a volume not known: {line}"));
            foreach (var odd in found.Where(volume => volume.Controller == controller && volume.Health == SetHealth.Unknown))
            {
                questions.Problem($"{where} vsf info", $"the state \"{odd.State}\" of the volume {odd.Name} is not understood");
            }

            foreach (var row in rows.Where(row => row.Model is not null))
            {
                var details = ArecaTables.Details(Ask(controller, controllers, questions, "disk", "info", $"drv={row.Number}"));
                drives.Add(Drive(controller, row, details));
            }
        }

        volumes = found;
        return drives;
    }

    private static string Ask(int controller, int controllers, Questions questions, params string[] words)
    {
        string[] arguments = controllers == 1 ? words : [$"curctrl={controller}", .. words];
        const string unknown = "what is behind the Areca controller";
        if (questions.Ask(unknown, "cli64", arguments) is not { } answer)
        {
            return "";
        }

        // Its exit code says nothing; its last line does, and where that is missing the answer is cut off.
        if (!answer.Output.Contains(": Success", StringComparison.Ordinal))
        {
            var said = answer.Output.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.StartsWith("GuiErrMsg", StringComparison.Ordinal));
            questions.Problem(LookRecord.KeyOf("cli64", arguments), $"{said ?? "the answer is cut off"}: {unknown} cannot be known");
        }

        return answer.Output;
    }

    private static ObservedDrive Drive(int controller, ArecaRow row, ArecaDetails details) => new()
    {
        Device = null,
        Bus = null,
        Areca = new ArecaSlot(controller, row.Enclosure, row.Slot, row.Usage),
        Model = details.Model ?? row.Model,
        Serial = details.Serial,
        Wwn = null,
        Bytes = row.Bytes,
        Media = details.Rotates switch { true => DriveMedia.Hdd, false => DriveMedia.Ssd, _ => null },
        Health = HealthOf(row, details),
    };

    private static DriveHealth HealthOf(ArecaRow row, ArecaDetails details)
    {
        var reasons = new List<string>();
        var failed = row.Usage.StartsWith("Failed", StringComparison.OrdinalIgnoreCase) || details.State?.Contains("FAIL", StringComparison.OrdinalIgnoreCase) == true;
        if (failed)
        {
            reasons.Add("the controller says that it failed");
        }

        if (details.MediaErrors > 0)
        {
            reasons.Add($"{details.MediaErrors} media errors");
        }

        if (details.Timeouts > 0)
        {
            reasons.Add($"{details.Timeouts} timeouts");
        }

        var verdict = failed ? HealthVerdict.Failed : reasons.Count > 0 ? HealthVerdict.Worn : details.State is null ? HealthVerdict.Unknown : HealthVerdict.Good;
        return new DriveHealth(verdict, reasons, details.Celsius, null);
    }
}
