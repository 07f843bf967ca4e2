using System.Text;
using Provision.Inventory;

namespace Provision.Boot.Dhcp;

/// <summary>Where a boot server's DHCP and TFTP server finds what it needs.</summary>
/// <param name="Server">The boot server's address; its network card is the one that is listened on.</param>
/// <param name="HttpPort">The boot server's HTTP port.</param>
/// <param name="Folder">Folder for leases and pid.</param>
/// <param name="Ipxe">Folder of Debian's iPXE.</param>
internal sealed record DnsmasqPlace(Ipv4Address Server, int HttpPort, string Folder, string Ipxe)
{
    /// <summary>Where Debian has it.</summary>
    public const string DebianIpxe = "/usr/lib/ipxe";
}

/// <summary>
/// dnsmasq's configuration of a site, from the inventory. Which machine gets an installer is not in it: every boot asks the boot server, so the
/// configuration changes only when hosts do.
/// </summary>
internal static class DnsmasqConfig
{
    /// <summary>What a machine's firmware loads first, by how it was started. Client architectures: 0 BIOS, 7 and 9 UEFI, 16 UEFI over HTTP.</summary>
    private const string Bios = "undionly.kpxe", Uefi = "snponly.efi";

    /// <summary>The text of the configuration file.</summary>
    public static string Of(Fleet fleet, Site site, DhcpMode mode, DnsmasqPlace place)
    {
        var first = $"http://{place.Server}:{place.HttpPort}/boot.ipxe";
        var text = new StringBuilder();
        Line(text, "# Made by provision netboot serve; it is rewritten when the inventory changes.");
        Line(text, "port=0");
        Line(text, "bind-dynamic");
        Line(text, $"listen-address={place.Server}");
        Line(text, $"pid-file={place.Folder}/dnsmasq.pid");
        Line(text, "no-resolv", "no-hosts", "no-ping", "log-dhcp", "log-facility=-");
        Line(text, "enable-tftp", $"tftp-root={place.Ipxe}", "tftp-no-fail", "tftp-single-port");
        Line(text, "", "# How the machine was started");
        Line(text, "dhcp-userclass=set:ipxe,iPXE");
        Line(text, "dhcp-match=set:bios,option:client-arch,0");
        Line(text, "dhcp-match=set:uefi,option:client-arch,7", "dhcp-match=set:uefi,option:client-arch,9");
        Line(text, "dhcp-match=set:http,option:client-arch,16");
        Line(text, "");
        if (mode == DhcpMode.Proxy)
        {
            Proxy(text, site, first);
        }
        else
        {
            Full(text, fleet, site, place, first);
        }

        return text.ToString();
    }

    private static void Full(StringBuilder text, Fleet fleet, Site site, DnsmasqPlace place, string first)
    {
        Line(text, "# The first file: iPXE by TFTP, or by HTTP where the firmware can; everything else by HTTP");
        Line(text, $"dhcp-boot=tag:!ipxe,tag:bios,{Bios},,{place.Server}", $"dhcp-boot=tag:!ipxe,tag:uefi,{Uefi},,{place.Server}");
        Line(text, $"dhcp-boot=tag:!ipxe,tag:http,http://{place.Server}:{place.HttpPort}/ipxe/{Uefi}", "dhcp-option-force=tag:!ipxe,tag:http,60,HTTPClient");
        Line(text, $"dhcp-boot=tag:ipxe,{first}");
        Line(text, "", "# Addresses: every host its own; others a lent one of the boot server's network", "dhcp-authoritative", "dhcp-lease-max=5000",
            $"dhcp-leasefile={place.Folder}/dnsmasq.leases");
        Line(text, $"domain={fleet.Domain}");
        for (var i = 0; i < site.Networks.Count; i++)
        {
            var network = site.Networks[i];
            var mask = new Ipv4Address((uint)(0x1_0000_0000L - network.Size));
            // The last fifty usable addresses below the top five, where the network is large enough; hosts are numbered from below.
            var lent = network.Contains(place.Server) && network.Size >= 256;
            Line(text, lent
                ? $"dhcp-range=set:net{i},{network.At(network.Size - 56)},{network.At(network.Size - 6)},{mask},{site.Netboot.Lease}"
                : $"dhcp-range=set:net{i},{network.First},static,{mask},{site.Netboot.Lease}");
            Line(text, $"dhcp-option=tag:net{i},option:router,{(network.Contains(site.Gateway) ? site.Gateway : network.At(1))}");
        }

        List(text, "dhcp-option=option:dns-server,", site.Resolvers.Where(address => !address.Contains(':', StringComparison.Ordinal)));
        List(text, "dhcp-option=option:ntp-server,", fleet.TimeServers.Where(server => Ipv4Address.TryParse(server, out _)));
        foreach (var host in fleet.Hosts.Where(host => host.Site == site.Name && host.Status != HostStatus.Retired))
        {
            Line(text, $"dhcp-host={string.Join(',', host.Macs)},{host.Address},{host.Name},{site.Netboot.Lease}");
        }
    }

    private static void Proxy(StringBuilder text, Site site, string first)
    {
        Line(text, "# Another server assigns addresses; this one announces what to boot");
        foreach (var network in site.Networks)
        {
            Line(text, $"dhcp-range={network.First},proxy,{new Ipv4Address((uint)(0x1_0000_0000L - network.Size))}");
        }

        foreach (var (architecture, file) in new[] { ("x86PC", Bios), ("X86-64_EFI", Uefi), ("BC_EFI", Uefi) })
        {
            Line(text, $"pxe-service=tag:!ipxe,{architecture},\"provision\",{file}", $"pxe-service=tag:ipxe,{architecture},\"provision\",{first}");
        }
    }

    private static void List(StringBuilder text, string key, IEnumerable<string> values)
    {
        if (string.Join(',', values) is { Length: > 0 } joined)
        {
            Line(text, key + joined);
        }
    }

    private static void Line(StringBuilder text, params ReadOnlySpan<string> lines)
    {
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }
    }
}
