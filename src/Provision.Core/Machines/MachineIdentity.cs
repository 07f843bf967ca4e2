using System.Text;

namespace Provision.Core;

/// <summary>Identifies a machine by the hardware addresses of its NICs.</summary>
public static class MachineIdentity
{
    private const string Nics = "/sys/class/net";

    /// <summary>Returns the distinct addresses of a machine's NICs. A NIC in a bond reports the bond's address; its own is read from another file.</summary>
    /// <param name="nics">Names in <c>/sys/class/net</c>.</param>
    /// <param name="text">Returns the trimmed text of a file; null if there is none.</param>
    public static IReadOnlyList<MacAddress> Macs(IEnumerable<string> nics, Func<string, string?> text) =>
    [
        .. nics.Select(nic => text($"{Nics}/{nic}/bonding_slave/perm_hwaddr") ?? text($"{Nics}/{nic}/address"))
            .Select(address => MacAddress.TryParse(address, out var mac) ? mac : default)
            .Where(mac => !mac.IsGroupOrZero)
            .Distinct(),
    ];

    /// <summary>Returns the addresses of the NICs of the machine with these files; of the running machine if the files do not include <c>/sys</c>.</summary>
    public static IReadOnlyList<MacAddress> Macs(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.List(Nics) is { Count: > 0 } || files.IsRunningSystem)
        {
            return Macs(files.List(Nics), path => files.Read(path, follow: true) is { } file ? Encoding.ASCII.GetString(file.Content).Trim() : null);
        }

        using var system = RootedFiles.Open("/");
        return Macs(system);
    }
}
