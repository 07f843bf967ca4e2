using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Provision.Cli.Tests;

/// <summary>The running boot server under what a host of the provisioning network can send it: its memory is bounded, and machines boot.</summary>
public sealed class BootServerFloodTests : IDisposable
{
    private const int Connections = 5000, SlowBodies = 200, Scripts = 300;
    private static readonly string Program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(TestRepository.Root, "out/provision");
    private readonly string work = Directory.CreateTempSubdirectory("provision-flood-").FullName;
    private readonly List<Socket> sockets = [];

    public void Dispose()
    {
        sockets.ForEach(socket => socket.Dispose());
        Directory.Delete(work, recursive: true);
    }

    /// <summary>Before there were limits, 60 open reports took 2 GB.</summary>
    [Fact]
    public async Task A_flood_takes_bounded_memory_and_boot_scripts_are_answered()
    {
        var port = FreePort();
        var pid = Path.Combine(work, "pid");
        using var server = RunningCommand.Start(Command.Of(
            "sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", pid, Program, "netboot", "serve", "--listen", $"0.0.0.0:{port}", "--dnsmasq", "off", "--site", "nyi",
                "--state", Path.Combine(work, "state"),
            "--store", work, "--repo", TestRepository.Root).WithListener(line => Console.Error.WriteLine(line)));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var quiet = await Slowest(http);

        // From many addresses: of one, the server takes no more than some hundred connections.
        for (var i = 0; i < Connections; i++)
        {
            Open(i, port);
        }

        var head = Encoding.ASCII.GetBytes(
            "POST /discovered HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{\"macs\":[\"");
        for (var i = 0; i < SlowBodies; i++)
        {
            var socket = Open(Connections + i, port);
            socket.Send(head);
            socket.Send(Enumerable.Repeat((byte)'a', 64 << 10).ToArray());
        }

        var busy = await Slowest(http);
        var resident = long.Parse(File.ReadLines($"/proc/{File.ReadAllText(pid).Trim()}/status")
            .Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        Assert.True(resident < 300 << 10, $"{resident} kB are resident");

        // On a machine that is busy with other tests the quiet server is slow, too.
        Assert.True(busy < TimeSpan.FromSeconds(1) || busy < 3 * quiet, $"{busy} at the 99th percentile, {quiet} before the flood");
    }

    private Socket Open(int number, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = true, SendTimeout = 2000 };
        sockets.Add(socket);
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (number % 100))]), 0));
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>Returns the time that 99 of 100 boot scripts take at most; waits until the server has started.</summary>
    private static async Task<TimeSpan> Slowest(HttpClient http)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await http.GetStringAsync("/boot.ipxe");
                break;
            }
            catch (HttpRequestException) when (i < 600)
            {
                await Task.Delay(100);
            }
        }

        var times = new List<TimeSpan>();
        for (var i = 0; i < Scripts; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var script = await http.GetStringAsync($"/boot/02-00-00-00-{i >> 8:x2}-{i & 255:x2}?uuid={Guid.NewGuid()}");
            Assert.StartsWith("#!ipxe", script, StringComparison.Ordinal);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times.Order().ElementAt(Scripts * 99 / 100);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
