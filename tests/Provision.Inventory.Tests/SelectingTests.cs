namespace Provision.Inventory.Tests;

public class SelectingTests
{
    [Theory]
    [InlineData("imap33", "imap33")]
    [InlineData("imap3*", "imap33 imap34")]
    [InlineData("imap?3", "imap33 imap43")]
    [InlineData("*", "imap33 imap34 imap43 web1")]
    [InlineData("role=imap site=nyi", "imap33 imap34")]
    [InlineData("role=imap site=nyi imap3* web1", "imap33 imap34")]
    [InlineData("site=nyi site=ice role=imap", "imap33 imap34 imap43")]
    [InlineData("role=base", "imap33 imap34 imap43 web1")]
    [InlineData("chassis=4u40 site=ice", "imap43")]
    [InlineData("status=retired", "imap3")]
    [InlineData("status=new", "web1")]
    [InlineData("imap3 web1", "imap3 web1")]
    [InlineData("  imap43   web1 ", "imap43 web1")]
    [InlineData("*3*3*", "imap33")]
    public void A_selector_selects_its_hosts(string selector, string expected)
    {
        var found = new DiagnosticBag();
        var hosts = HostSelector.Select(SampleFleet.Fleet, selector, Location.OfFile("selector"), found);
        Assert.Empty(found);
        Assert.Equal(expected, string.Join(' ', hosts.Select(h => h.Name)));
    }

    [Theory]
    [InlineData("", "the selector is empty (name hosts, or for example role=web site=nyi; \"*\" means all)")]
    [InlineData("   ", "the selector is empty (name hosts, or for example role=web site=nyi; \"*\" means all)")]
    [InlineData("imap35", "unknown host \"imap35\" (did you mean \"imap3\"?)")]
    [InlineData("role=imp", "unknown role \"imp\" in the selector \"role=imp\" (did you mean \"imap\"?)")]
    [InlineData("rle=imap", "unknown key \"rle\" in the selector \"rle=imap\" (did you mean \"role\"?)")]
    [InlineData("role=", "\"role=\" in the selector \"role=\" names nothing")]
    [InlineData("site=oslo", "unknown site \"oslo\" in the selector \"site=oslo\" (known are ice, nyi)")]
    [InlineData("role=web site=ice", "the selector \"role=web site=ice\" names no host")]
    [InlineData("db*", "the selector \"db*\" names no host")]
    public void An_empty_selection_is_an_error(string selector, string expected)
    {
        var found = new DiagnosticBag();
        Assert.Empty(HostSelector.Select(SampleFleet.Fleet, selector, Location.OfFile("selector"), found));
        Assert.Equal("selector: error: " + expected, Assert.Single(found).ToString());
    }

    [Theory]
    [InlineData("02:00:00:00:00:01 00:00:5e:00:53:02", "imap33", null)]
    [InlineData("00-00-5E-00-53-04", "web1", null)]
    [InlineData("02:00:00:00:00:01 02:00:00:00:00:02", null, "no host of the inventory has a network card of this machine (02:00:00:00:00:01, 02:00:00:00:00:02); add it with \"provision host add\", or name the host with --host")]
    [InlineData("00:00:5e:00:53:01 00:00:5e:00:53:03", null, "the network cards of this machine are of two hosts: 00:00:5e:00:53:01 is of imap33 (hosts/nyi.yaml:3:3), 00:00:5e:00:53:03 is of imap34 (hosts/nyi.yaml:13:3)")]
    [InlineData("00:00:5e:00:53:05", null, "this machine is imap3, which is retired (hosts/nyi.yaml:28:13)")]
    [InlineData("", null, "this machine shows no network card; name the host with --host")]
    public void A_host_finds_itself(string macs, string? host, string? error)
    {
        var identity = ThisHost.Find(SampleFleet.Fleet, [.. macs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => MacAddress.Parse(text))]);
        Assert.Equal(host, identity.Host?.Name);
        Assert.Equal(error, identity.Error);
    }
}
