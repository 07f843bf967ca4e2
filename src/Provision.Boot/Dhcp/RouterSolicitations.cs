using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Provision.Inventory;

namespace Provision.Boot.Dhcp;

/// <summary>
/// Answers IPv6 router solicitations on the boot network: "I am no router, and I know of no prefix". iPXE waits for some answer before it continues,
/// 13 seconds at each boot where nobody gives one. dnsmasq cannot: it answers only where it has a prefix to announce.
/// </summary>
/// <remarks>
/// The answer goes to the one that asked and changes nothing for it: a router lifetime of 0 removes no router but the sender, and every other value is
/// "not specified". So it does no harm beside real routers.
/// </remarks>
/// <param name="say">Told when it cannot answer.</param>
internal sealed class RouterSolicitations(Action<string> say) : IDisposable
{
    private const int Solicitation = 133, Advertisement = 134;
    private const int HeaderBytes = 8;

    // <linux/socket.h>, <asm-generic/socket.h>, <linux/icmpv6.h>; a bit that is set in the filter keeps a type out.
    private const int SolSocket = 1, BindToDevice = 25, SolIcmpV6 = 58, Filter = 1, FilterBytes = 32;
    private static readonly IPAddress AllRouters = IPAddress.Parse("ff02::2");
    private readonly Lock turn = new();
    private Socket? socket;
    private int card;
    private string? told;

    /// <summary>
    /// The answer (RFC 4861, 4.2): hop limit, router lifetime, reachable time and retransmission timer 0, no flags, no options. The kernel fills in the
    /// checksum.
    /// </summary>
    internal static ReadOnlyMemory<byte> Answer { get; } = new byte[] { Advertisement, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

    /// <summary>Keeps answering on the card that has the boot server's address. A card that is not there yet is looked for at the next call.</summary>
    public void Keep(Ipv4Address server)
    {
        lock (turn)
        {
            try
            {
                if (CardOf(server) is not { } index || (socket is not null && index == card))
                {
                    return;
                }

                socket?.Dispose();
                socket = null;
                var opened = Open(index);
                (socket, card) = (opened, index);
                _ = Answering(opened, index);
            }
            catch (Exception e) when (e is SocketException or NetworkInformationException)
            {
                Tell($"IPv6 router solicitations are not answered ({e.Message}): iPXE waits 13 seconds longer at each boot. It takes IPv6 and CAP_NET_RAW");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (turn)
        {
            socket?.Dispose();
            socket = null;
        }
    }

    /// <summary>True for a solicitation from an address of the link itself; who has no address yet could only be answered through everybody.</summary>
    internal static bool IsToAnswer(ReadOnlySpan<byte> packet, IPAddress from) =>
        packet.Length >= HeaderBytes && packet[0] == Solicitation && packet[1] == 0 && from.IsIPv6LinkLocal;

    private static int? CardOf(Ipv4Address server)
    {
        var address = IPAddress.Parse(server.ToString());
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.Supports(NetworkInterfaceComponent.IPv6))
            .Select(card => card.GetIPProperties())
            .FirstOrDefault(properties => properties.UnicastAddresses.Any(own => own.Address.Equals(address)))?.GetIPv6Properties().Index;
    }

    private static Socket Open(int card)
    {
        var opened = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        try
        {
            Span<byte> filter = stackalloc byte[FilterBytes];
            filter.Fill(byte.MaxValue);
            filter[Solicitation / 8] &= unchecked((byte)~(1 << (Solicitation % 8)));
            opened.SetRawSocketOption(SolIcmpV6, Filter, filter);
            var name = NetworkInterface.GetAllNetworkInterfaces().First(known => known.Supports(NetworkInterfaceComponent.IPv6)
                && known.GetIPProperties().GetIPv6Properties().Index == card).Name;
            opened.SetRawSocketOption(SolSocket, BindToDevice, Encoding.UTF8.GetBytes(name));
            opened.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(AllRouters, card));

            // A packet that was forwarded has less, and is not believed.
            opened.Ttl = byte.MaxValue;
            opened.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private async Task Answering(Socket opened, int index)
    {
        var packet = new byte[1500];
        while (true)
        {
            try
            {
                var received = await opened.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.IPv6Any, 0)).ConfigureAwait(false);
                var from = (IPEndPoint)received.RemoteEndPoint;
                if (IsToAnswer(packet.AsSpan(0, received.ReceivedBytes), from.Address))
                {
                    await opened.SendToAsync(Answer, new IPEndPoint(new IPAddress(from.Address.GetAddressBytes(), index), 0)).ConfigureAwait(false);
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted)
            {
                return;
            }
            catch (SocketException e)
            {
                // Who asked is gone again, or the card is: the next one is answered all the same.
                Tell($"an IPv6 router solicitation was not answered: {e.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            }
        }
    }

    private void Tell(string what)
    {
        if (what != told)
        {
            told = what;
            say(what);
        }
    }
}
