using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Provision.Boot.Dhcp;
using Provision.Inventory;

namespace Provision.Boot.Tests;

/// <summary>What the boot server answers those who look for an IPv6 router, in network namespaces of the test's own.</summary>
public sealed partial class RouterSolicitationTests : IDisposable
{
    private static readonly ProcessRunner Runner = new();
    private readonly string server = $"pvrs{Environment.ProcessId}", client = $"pvrc{Environment.ProcessId}", router = $"pvrr{Environment.ProcessId}";
    private readonly List<string> said = [];

    public RouterSolicitationTests()
    {
        Ip("netns", "add", server);
        Ip("netns", "add", client);
        Ip("-n", server, "link", "add", "boot0", "type", "bridge", "mcast_snooping", "0");
        Plug(client, "card0");
        Ip("-n", server, "address", "add", "192.0.2.4/24", "dev", "boot0");
        Ip("-n", server, "link", "set", "boot0", "up");
    }

    public void Dispose()
    {
        foreach (var space in (string[])[server, client, router])
        {
            Runner.Run(Command.Of("ip", "netns", "delete", space));
        }
    }

    [Fact]
    public void A_machine_that_asks_learns_at_once_that_there_is_no_router_and_changes_nothing()
    {
        using var answers = Answering();
        var heard = Solicit();
        Assert.NotEmpty(heard);
        Assert.All(heard, answer => Assert.Equal(RouterSolicitations.Answer.ToArray(), answer));
        Assert.DoesNotContain("default", Routes(), StringComparison.Ordinal);
        Assert.DoesNotContain("global", Addresses(), StringComparison.Ordinal);
        Assert.Empty(said);
    }

    /// <summary>The control: without it, and without another router, no answer comes.</summary>
    [Fact]
    public void Without_it_nobody_answers() => Assert.Empty(Solicit());

    /// <summary>Another router announces itself and a prefix: both stay, whoever is heard last.</summary>
    [Fact]
    public void Beside_a_real_router_its_route_and_its_prefix_stay()
    {
        Ip("netns", "add", router);
        Plug(router, "lan0");

        // Or its neighbour advertisements say that it is no router, and the client drops its route by itself.
        Runner.Run(Command.Of("ip", "netns", "exec", router, "sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1")).OrThrow();
        Ip("-n", router, "address", "add", "2001:db8:1::1/64", "dev", "lan0", "nodad");
        using var other = RunningCommand.Start(Command.Of("ip", "netns", "exec", router, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
            "--interface=lan0", "--pid-file=", "--dhcp-range=2001:db8:1::,ra-only,64", "--dhcp-leasefile=/dev/null"));
        Until(() => Solicit().Count > 0 && Routes().Contains("default", StringComparison.Ordinal));
        var before = Routes();
        using var answers = Answering();
        for (var round = 0; round < 2; round++)
        {
            var heard = Solicit();
            Assert.Contains(heard, answer => answer.AsSpan().SequenceEqual(RouterSolicitations.Answer.Span));
            Assert.Contains(heard, answer => answer.Length > RouterSolicitations.Answer.Length);
        }

        Assert.Equal(before, Routes());
        Assert.Contains("2001:db8:1:", Addresses(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_without_IPv6_is_left_alone()
    {
        Runner.Run(Command.Of("ip", "netns", "exec", server, "sysctl", "-q", "-w", "net.ipv6.conf.boot0.disable_ipv6=1")).OrThrow();
        using var answers = Answering();
        Assert.Empty(Solicit());
    }

    [Theory]
    [InlineData("8500000000000000", "fe80::1", true)]
    [InlineData("85000000000000000101005e005333", "fe80::1", true)]
    [InlineData("8500000000000000", "::", false)]
    [InlineData("8500000000000000", "2001:db8::1", false)]
    [InlineData("8600000000000000", "fe80::1", false)]
    [InlineData("8501000000000000", "fe80::1", false)]
    [InlineData("85", "fe80::1", false)]
    [InlineData("", "fe80::1", false)]
    public void Only_solicitations_of_the_link_are_answered(string packet, string from, bool answered) =>
        Assert.Equal(answered, RouterSolicitations.IsToAnswer(Convert.FromHexString(packet), IPAddress.Parse(from)));

    [Fact]
    public void The_answer_names_no_router_no_prefix_and_no_setting()
    {
        var answer = RouterSolicitations.Answer.ToArray();
        Assert.Equal(16, answer.Length);    // no option
        Assert.Equal(134, answer[0]);
        Assert.All(answer[1..], value => Assert.Equal(0, value));
    }

    private RouterSolicitations Answering() => Within(server, () =>
    {
        Until(() => !Runner.Run(Command.Of("ip", "-n", server, "-6", "address", "show", "dev", "boot0")).Text.Contains("tentative", StringComparison.Ordinal));
        var answers = new RouterSolicitations(said.Add);
        answers.Keep(Ipv4Address.TryParse("192.0.2.4", out var address) ? address : default);
        return answers;
    });

    /// <summary>Asks for routers, as iPXE does, and listens until nothing has come for a while; the answers without their checksums. Those to the
    /// client's own kernel, which asks too, are heard as well.</summary>
    private List<byte[]> Solicit() => Within(client, () =>
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6) { Ttl = 255, ReceiveTimeout = 1500 };
        var index = (int)NativeIndexOf("card0");
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, 255);
        byte[] question = [133, 0, 0, 0, 0, 0, 0, 0];
        Until(() => Addresses().Contains("fe80", StringComparison.Ordinal) && !Addresses().Contains("tentative", StringComparison.Ordinal));
        socket.SendTo(question, new IPEndPoint(IPAddress.Parse($"ff02::2%{index}"), 0));
        var found = new List<byte[]>();
        var packet = new byte[1500];
        try
        {
            while (true)
            {
                var length = socket.Receive(packet);
                if (packet[0] == 134)
                {
                    packet[2] = packet[3] = 0;
                    found.Add(packet[..length]);
                }
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return found;
        }
    });

    private string Routes() => Runner.Run(Command.Of("ip", "-n", client, "-6", "route", "show", "default")).OrThrow().Text.Split(" expires")[0];

    private string Addresses() => Runner.Run(Command.Of("ip", "-n", client, "-6", "address", "show", "dev", "card0")).OrThrow().Text;

    private void Plug(string space, string card)
    {
        Ip("link", "add", card, "netns", space, "type", "veth", "peer", "name", "to-" + card, "netns", server);
        Ip("-n", server, "link", "set", "to-" + card, "master", "boot0", "up");
        Ip("-n", space, "link", "set", "lo", "up");
        Ip("-n", space, "link", "set", card, "up");
    }

    private static void Until(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(() => holds() || Wait(), TimeSpan.FromMinutes(2)));

    private static bool Wait()
    {
        Thread.Sleep(100);
        return false;
    }

    private static void Ip(params string[] arguments) => Runner.Run(Command.Of("ip", arguments)).OrThrow();

    /// <summary>Does something in a network namespace, on a thread of its own that ends with it; sockets stay where they were opened.</summary>
    private static T Within<T>(string space, Func<T> work)
    {
        var (result, wrong) = (default(T), (Exception?)null);
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle("/run/netns/" + space);
                Assert.Equal(0, SetNamespace((int)file.DangerousGetHandle(), 0x40000000));
                result = work();
            }
            catch (Exception e)
            {
                wrong = e;
            }
        });
        thread.Start();
        thread.Join();
        return wrong is null ? result! : throw new InvalidOperationException(wrong.Message, wrong);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NativeIndexOf(string name);
}
