using System.Text;

namespace Provision.Core;

/// <summary>Tells which machine this is, by the hardware addresses of its NICs.</summary>
public static class MachineIdentity
{
    private const string Nics = "/sys/class/net";

    /// <summary>The addresses of a machine's NICs, each once. A NIC that is part of a bond shows the bond's address as its own, and its own elsewhere.</summary>
    /// <param name="nics">Names in <c>/sys/class/net</c>.</param>
    /// <param name="text">The text of a file without blanks around it; null if there is none.</param>
    public static IReadOnlyList<MacAddress> Macs(IEnumerable<string> nics, Func<string, string?> text) =>
    [
        .. nics.Select(nic => text($"{Nics}/{nic}/bonding_slave/perm_hwaddr") ?? text($"{Nics}/{nic}/address"))
            .Select(address => MacAddress.TryParse(address, out var mac) ? mac : default)
            .Where(mac => !mac.IsGroupOrZero)
            .Distinct(),
    ];

    /// <summary>The addresses of the NICs of the machine whose files these are; of the running one if its <c>/sys</c> is not among them.</summary>
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
