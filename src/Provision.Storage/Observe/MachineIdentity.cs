namespace Provision.Storage.Observe;

/// <summary>Whose storage it is: host name, firmware's ids, network cards.</summary>
public static class MachineIdentity
{
    /// <summary>The card's own address, below its folder in <c>/sys/class/net</c>: one that is part of a bond shows the bond's as its <c>address</c>.</summary>
    public const string OfBondedCard = "bonding_slave/perm_hwaddr";

    internal static ObservedMachine Find(Questions questions)
    {
        var macs = questions.Look.List("/sys/class/net")
            .Select(card => (questions.Text($"/sys/class/net/{card}/{OfBondedCard}") ?? questions.Text($"/sys/class/net/{card}/address"))?.ToLowerInvariant())
            .OfType<string>()
            .Where(mac => mac.Length == 17 && mac != "00:00:00:00:00:00")
            .Distinct();
        return new ObservedMachine(
            questions.Text("/proc/sys/kernel/hostname") ?? questions.Text("/etc/hostname") ?? "unknown",
            questions.Look.Taken,
            questions.Text("/sys/class/dmi/id/product_uuid")?.ToLowerInvariant(),
            questions.Text("/sys/class/dmi/id/product_name"),
            questions.Text("/sys/class/dmi/id/product_serial"),
            [.. macs],
            questions.Text("/proc/sys/kernel/random/boot_id"));
    }
}
