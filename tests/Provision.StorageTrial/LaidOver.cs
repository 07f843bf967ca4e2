using Provision.Storage.Observe;

namespace Provision.Trial;

/// <summary>
/// Identities for disks of user-mode Linux, which have none, laid over what was seen: disk N of the pairs <c>ubdb=2</c> sits in bay 2 and has the
/// serial LAB2.
/// </summary>
internal static class LaidOver
{
    /// <summary>Bays by disk, of the words that have an equals sign.</summary>
    public static Dictionary<string, int> Places(IEnumerable<string> words) =>
        words.Where(word => word.Contains('=', StringComparison.Ordinal)).Select(word => word.Split('='))
            .ToDictionary(pair => pair[0], pair => int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>The same look with those identities; of a drive that was replaced, number 106 is the one in bay 6.</summary>
    public static ObservedStorage On(ObservedStorage seen, Dictionary<string, int> places)
    {
        BlockDevice Named(BlockDevice device) =>
            device.Kind == BlockKind.Disk && places.TryGetValue(device.Name, out var bay) ? device with { Serial = $"LAB{bay}" } : device;
        var drives = seen.Devices.Where(device => places.ContainsKey(device.Name)).Select(device => new ObservedDrive
        {
            Device = device.Name,
            Bus = new BusAddress(null, places[device.Name] % 100, null, null, null, null),
            Areca = null,
            Model = null,
            Serial = $"LAB{places[device.Name]}",
            Wwn = null,
            Bytes = device.Bytes,
            Media = null,
            Health = DriveHealth.Unknown,
        });
        return seen with { Devices = [.. seen.Devices.Select(Named)], Drives = [.. drives] };
    }
}
