namespace Provision.Core;

/// <summary>Finds the network interfaces of a machine.</summary>
public static class NetworkInterfaces
{
    /// <summary>The addresses of network cards, lower case, each once. A card that is part of a bond shows the bond's address as its own, and its own elsewhere.</summary>
    /// <param name="cards">Names in <c>/sys/class/net</c>.</param>
    /// <param name="text">The text of a file without blanks around it; null where there is none.</param>
    public static IReadOnlyList<string> Macs(IEnumerable<string> cards, Func<string, string?> text) =>
    [
        .. cards.Select(card => (text($"/sys/class/net/{card}/bonding_slave/perm_hwaddr") ?? text($"/sys/class/net/{card}/address"))?.ToLowerInvariant())
            .OfType<string>()
            .Where(mac => mac.Length == 17 && mac != "00:00:00:00:00:00")
            .Distinct(),
    ];
}
