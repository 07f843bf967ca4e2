using Provision.Boot.Dhcp;
using Provision.Inventory;

namespace Provision.Boot.Tests;

/// <summary>The rendered configuration, as dnsmasq itself sees it.</summary>
public sealed class DnsmasqTests : IDisposable
{
    private static readonly ProcessRunner Runner = new();
    private readonly string folder = Directory.CreateTempSubdirectory("provision-dnsmasq-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(DhcpMode.Full)]
    [InlineData(DhcpMode.Proxy)]
    public void Dnsmasq_takes_the_configuration(DhcpMode mode)
    {
        var file = Path.Combine(folder, "dnsmasq.conf");
        File.WriteAllText(file, Config(mode));
        var result = Runner.Run(Command.Of("dnsmasq", "--test", $"--conf-file={file}"));
        Assert.True(result.Succeeded, result.Error);
    }

    [Fact]
    public void Hosts_have_their_own_addresses_and_retired_ones_none()
    {
        var lines = Config(DhcpMode.Full).Split('\n');
        Assert.Contains("dhcp-host=00:00:5e:00:53:a1,00:00:5e:00:53:a2,192.0.2.11,web1,10m", lines);
        Assert.DoesNotContain(lines, line => line.Contains(BootSite.Old, StringComparison.Ordinal));
        Assert.Contains("dhcp-range=set:net0,192.0.2.200,192.0.2.250,255.255.255.0,10m", lines);
        Assert.Contains("dhcp-boot=tag:ipxe,http://192.0.2.4:8480/boot.ipxe", lines);
        Assert.DoesNotContain(Config(DhcpMode.Proxy).Split('\n'), line => line.StartsWith("dhcp-host", StringComparison.Ordinal));
    }

    /// <summary>A real exchange in two network namespaces of the test's own: how a BIOS, a UEFI, an HTTP client and iPXE are answered.</summary>
    [Fact]
    public void Machines_are_told_what_to_load_by_how_they_were_started()
    {
        var (server, client) = ($"pvs{Environment.ProcessId}", $"pvc{Environment.ProcessId}");
        try
        {
            Ip("netns", "add", server);
            Ip("netns", "add", client);
            Ip("link", "add", "boot0", "netns", server, "type", "veth", "peer", "name", "card0", "netns", client, "address", BootSite.Web1);
            Ip("-n", server, "address", "add", "192.0.2.4/24", "dev", "boot0");
            Ip("-n", server, "link", "set", "boot0", "up");
            Ip("-n", client, "link", "set", "card0", "up");
            var file = Path.Combine(folder, "dnsmasq.conf");
            File.WriteAllText(file, Config(DhcpMode.Full));
            using var daemon = RunningCommand.Start(Command.Of("ip", "netns", "exec", server, "dnsmasq", "--keep-in-foreground", $"--conf-file={file}"));
            Assert.Equal("192.0.2.11 undionly.kpxe 192.0.2.4", Ask(client, "0x5d:0000"));
            Assert.Equal("192.0.2.11 snponly.efi 192.0.2.4", Ask(client, "0x5d:0007"));
            Assert.Equal("192.0.2.11 snponly.efi 192.0.2.4", Ask(client, "0x5d:0009"));
            Assert.StartsWith("192.0.2.11 http://192.0.2.4:8480/ipxe/snponly.efi", Ask(client, "0x5d:0010"), StringComparison.Ordinal);
            Assert.StartsWith("192.0.2.11 http://192.0.2.4:8480/boot.ipxe", Ask(client, "0x5d:0000", "0x4d:69505845"), StringComparison.Ordinal);
            Assert.StartsWith("192.0.2.11 http://192.0.2.4:8480/boot.ipxe", Ask(client, "0x5d:0007", "0x4d:69505845"), StringComparison.Ordinal);
        }
        finally
        {
            Runner.Run(Command.Of("ip", "netns", "delete", server));
            Runner.Run(Command.Of("ip", "netns", "delete", client));
        }
    }

    /// <summary>What busybox's client is answered: address, file, server; options as it sends them.</summary>
    private string Ask(string client, params string[] options)
    {
        var script = Path.Combine(folder, "answer.sh");
        File.WriteAllText(script, "#!/bin/sh\n[ \"$1\" = bound ] && echo \"$ip $boot_file$bootfile $siaddr\"\nexit 0\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var result = Runner.Run(Command.Of(
            "ip", ["netns", "exec", client, "busybox", "udhcpc", "-i", "card0", "-f", "-q", "-n", "-t", "20", "-T", "1", "-s", script, "-O", "bootfile",
            .. options.SelectMany(option => new[] { "-x", option })]).WithTimeout(TimeSpan.FromMinutes(1)));
        Assert.True(result.Succeeded, result.Error);
        return result.Text.Trim();
    }

    private static void Ip(params string[] arguments) => Runner.Run(Command.Of("ip", arguments)).OrThrow();

    private string Config(DhcpMode mode)
    {
        var fleet = InventoryLoader.Load(InventoryFiles.Of(("hosts/fleet.yaml", BootSite.Fleet), ("roles/plain.yaml", "data: cache\ngate: none\n"))).Fleet!;
        return DnsmasqConfig.Of(fleet, fleet.FindSite("lab")!, mode, new DnsmasqPlace(fleet.BootServerOf(fleet.FindSite("lab")!)!.Value, 8480, folder, folder));
    }
}
