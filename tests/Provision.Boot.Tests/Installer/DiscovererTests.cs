using System.Net;
using System.Text.Json;
using Provision.Boot.Installer.Discover;
using Provision.Boot.Jobs;
using Provision.Storage.Observe;

namespace Provision.Boot.Tests;

/// <summary>An unknown machine says what it is until it is a host, however often the server is away.</summary>
public class DiscovererTests
{
    [Fact]
    public void It_repeats_until_the_machine_is_a_host()
    {
        var server = new Server("lost", "503", "known", "known", "adopted");
        var (said, waits) = Run(server);
        Assert.Equal(5, server.Reports.Count);
        Assert.Equal(4, waits);
        Assert.Equal("52:54:00:12:34:56", Assert.Single(server.Reports[2].Macs));
        Assert.Equal([1, 2, 3], server.Reports[2].Bundle);
        Assert.Contains(server.Reports[2].Summary, line => line.StartsWith("drive sda ", StringComparison.Ordinal)
            && line.Contains("serial WX11", StringComparison.Ordinal) && line.EndsWith("pci-0000:00:1f.2-ata-1", StringComparison.Ordinal));
        Assert.Contains("controller 0000:00:1f.2: 1 drives", server.Reports[2].Summary);
        // The same answer is not told twice.
        Assert.Single(said, line => line.Contains("provision host adopt 1a2b3c4d", StringComparison.Ordinal));
        Assert.Equal("the machine is web9 of the inventory: restarts", said[^1]);
    }

    [Fact]
    public void A_report_that_is_refused_for_good_ends_it() =>
        Assert.Contains("400 the machine has no network card", Assert.Throws<InstallException>(() => Run(new Server("400"))).Message, StringComparison.Ordinal);

    private static (List<string> Said, int Waits) Run(Server server)
    {
        var (said, waits) = (new List<string>(), 0);
        using var discoverer = new Discoverer(
            "http://server", () => new MachineReport(new MachineRecord { Taken = DateTimeOffset.UnixEpoch }, Storage()), _ => [1, 2, 3], said.Add, _ => waits++,
            server);
        discoverer.Run();
        return (said, waits);
    }

    private static ObservedStorage Storage() => new()
    {
        Machine = new ObservedMachine("installer", DateTimeOffset.UnixEpoch, "564d0000-0000-0000-0000-000000000001", "X10", "S1",
            [MacAddress.Parse("52:54:00:12:34:56")], null),
        Devices = [],
        Arrays = [],
        ArecaVolumes = [],
        Pools = [],
        Mounts = [],
        Problems = [],
        Drives =
        [
            new ObservedDrive
            {
                Device = "sda", Bus = new BusAddress("0000:00:1f.2", 1, null, null, "0:0:0:0", "pci-0000:00:1f.2-ata-1"), Areca = null, Model = "WD40",
                    Serial = "WX11", Wwn = null,
                Bytes = 4_000_000_000_000, Media = Inventory.DriveMedia.Hdd, Health = DriveHealth.Unknown,
            },
        ],
    };

    private sealed class Server(params string[] answers) : HttpMessageHandler
    {
        private int asked;

        public List<DiscoveryReport> Reports { get; } = [];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("http://server/discovered", request.RequestUri!.ToString());
            Reports.Add(JsonSerializer.Deserialize(request.Content!.ReadAsStream(cancellationToken), JobsJson.Default.DiscoveryReport)!);
            return answers[asked++] switch
            {
                "lost" => throw new HttpRequestException("connection refused"),
                "known" => Answer(HttpStatusCode.OK, "{\"id\":\"1a2b3c4d\"}"),
                "adopted" => Answer(HttpStatusCode.Conflict, "the machine is web9 of the inventory"),
                "400" => Answer(HttpStatusCode.BadRequest, "the machine has no network card"),
                _ => Answer(HttpStatusCode.ServiceUnavailable, "the jobs are lost"),
            };
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        private static HttpResponseMessage Answer(HttpStatusCode code, string text) => new(code) { Content = new StringContent(text) };
    }
}
