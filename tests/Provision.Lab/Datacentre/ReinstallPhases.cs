using System.Globalization;
using System.Text.Json;

namespace Provision.Lab;

/// <summary>Where the seconds of a reinstall are, as its console and its report tell them.</summary>
internal static class ReinstallPhases
{
    /// <summary>What phases end with on the console, in order.</summary>
    private static readonly string[] Ends =
    [
        "iPXE 1.", "Filename:", "provision: installer:", "installer: looks for devices", "installer: address", "installer: ssh host key", "disks are read-only",
        "the commit is fetched", "the plan is compared", "the image is verified", "the old boot loader is taken away", "the file systems are made",
        "the image is unpacked", "the host's configuration is installed", "the boot loader is written", "protected disks are as they were",
        "iPXE 1.", "Filename:", "provision: local disk:", "GRUB", "Linux version", "login:",
    ];

    /// <summary>The phases, a line each, with their seconds; what the console does not say is left out.</summary>
    public static string Of(BootedMachine machine, JsonElement report)
    {
        var times = machine.SaidAt(Ends);
        var lines = times.Zip(times.Select(time => time.At).Prepend(TimeSpan.Zero), (time, since) => string.Create(CultureInfo.InvariantCulture,
            $"{(time.At - since).TotalSeconds:F1} to \"{time.Words}\""));
        var steps = StepsOf(report).Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Key} {step.Value:F1}"));
        return $"phases: {string.Join("; ", lines)}\nsteps: {string.Join(", ", steps)}";
    }

    /// <summary>Seconds of the installer's steps.</summary>
    public static IReadOnlyDictionary<string, double> StepsOf(JsonElement report) => Property(report, "steps").EnumerateArray()
        .ToDictionary(step => Property(step, "step").GetString()!, step => Property(step, "seconds").GetDouble(), StringComparer.Ordinal);

    private static JsonElement Property(JsonElement element, string name) => element.EnumerateObject()
        .First(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
