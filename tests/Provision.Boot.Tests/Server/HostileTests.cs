using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Provision.Boot.Images;
using Provision.Boot.Jobs;
using Provision.Boot.Server;

namespace Provision.Boot.Tests;

/// <summary>Whoever can reach the server may send it anything.</summary>
public sealed class HostileTests : IAsyncLifetime
{
    private BootSite site = null!;

    public async Task InitializeAsync() => site = await BootSite.Start();

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Theory]
    [InlineData("/artefacts/../state/key")]
    [InlineData("/artefacts/%2e%2e/state/key")]
    [InlineData("/artefacts/installer/DIGEST/../../../state/key")]
    [InlineData("/artefacts/installer/DIGEST/..%2f..%2f..%2fstate%2fkey")]
    [InlineData("/artefacts/installer/DIGEST/link")]
    [InlineData("/artefacts/installer/DIGEST/.hidden")]
    [InlineData("/artefacts/installer/DIGEST//etc/passwd")]
    [InlineData("/artefacts//etc/passwd")]
    [InlineData("/artefacts/current/installer")]
    [InlineData("/artefacts/installer/DIGEST/vmlinuz%00")]
    [InlineData("/artefacts/linked/DIGEST/key")]
    [InlineData("/ipxe/..%2f..%2fetc%2fpasswd")]
    [InlineData("/jobs/..%2f/ticket")]
    [InlineData("/jobs/00000000000000000000000000000000/ticket")]
    public async Task No_path_leads_out_of_the_store(string path)
    {
        var folder = Path.Combine(site.Store, "installer", BootSite.Digest);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(site.State, "key"));
        File.WriteAllText(Path.Combine(folder, ".hidden"), "hidden");
        Directory.CreateDirectory(Path.Combine(site.Store, "linked"));
        Directory.CreateSymbolicLink(Path.Combine(site.Store, "linked", BootSite.Digest), site.State);
        var answer = await Raw($"GET {path.Replace("DIGEST", BootSite.Digest, StringComparison.Ordinal)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|404) ", answer);
    }

    [Theory]
    [InlineData("claim", "{}", 400)]
    [InlineData("claim", "null", 400)]
    [InlineData("claim", "{\"token\":1}", 400)]
    [InlineData("claim", "{\"token\":null,\"recipient\":\"k\",\"dmiUuid\":null,\"macs\":[]}", 400)]
    [InlineData("claim", "{\"token\":\"t\",\"recipient\":\"k\",\"dmiUuid\":\"x\",\"macs\":[\"'; DROP TABLE jobs; --\"]}", 400)]
    [InlineData("claim", "{\"token\":\"t\",\"recipient\":\"'; DROP TABLE jobs; --\",\"dmiUuid\":\"x\",\"macs\":[\"02:00:00:00:00:99\"]}", 409)]
    [InlineData("claim", "[[[[[[", 400)]
    [InlineData("claim", "HUGE", 413)]
    [InlineData("report", "{}", 400)]
    [InlineData("report", "{\"outcome\":\"Splendid\"}", 400)]
    [InlineData("report", "HUGE", 413)]
    [InlineData("events", "{}", 400)]
    [InlineData("events", "[{\"at\":\"yesterday\"}]", 400)]
    [InlineData("events", "HUGE", 413)]
    public async Task Bodies_are_checked(string what, string body, int status)
    {
        var job = await site.Claimed();
        using var content = new StringContent(body == "HUGE" ? new string(' ', 5 << 20) : body, Encoding.UTF8, "application/json");
        HttpResponseMessage answer;
        try
        {
            answer = await site.Held(HttpMethod.Post, $"/jobs/{job.Id}/{what}", content);
        }
        catch (HttpRequestException) when (body == "HUGE")
        {
            return; // The server hung up on a body that is too long, before the client had sent it.
        }

        Assert.Equal(status, (int)answer.StatusCode);
        using var jobs = site.Jobs();
        Assert.Contains(jobs.Find(job.Id)!.State, new[] { JobState.Claimed, JobState.Installing });
    }

    [Fact]
    public async Task What_an_installer_says_is_text_on_the_page_and_in_the_stream()
    {
        var job = await site.Claimed();
        using var stream = await site.Http.GetStreamAsync("/events");
        using var reader = new StreamReader(stream);
        Assert.Equal(": follows", await reader.ReadLineAsync());
        using var events = await site.Held(HttpMethod.Post, $"/jobs/{job.Id}/events", JsonContent.Create<IReadOnlyList<InstallEvent>>(
            [new(DateTimeOffset.UnixEpoch, "alarm", "<script>alert(1)</script>\u001b[2J\n\ndata: forged", 7)], JobsJson.Default.IReadOnlyListInstallEvent));
        string? line;
        do
        {
            line = await reader.ReadLineAsync();
        }
        while (line?.Contains("alert", StringComparison.Ordinal) == false);
        Assert.StartsWith("data: {", line, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", line, StringComparison.Ordinal);
        Assert.Contains("\"step\":\"installer\"", line, StringComparison.Ordinal);
        var page = await site.Http.GetStringAsync("/");
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing special", "nothing special")]
    [InlineData("x\nkernel http://evil/", "x kernel http://evil/")]
    [InlineData("a || kernel x && boot ${net0/ip}", "a    kernel x    boot   net0/ip ")]
    public void A_script_says_words_only(string why, string said)
    {
        var script = BootScripts.Of(new BootDecision(BootTarget.Local, why), null, null);
        Assert.Equal($"echo provision: local disk: {said.Replace("x kernel", "x?kernel", StringComparison.Ordinal).Replace('?', ' ')}", script.Split('\n')[1]);
    }

    [Fact]
    public async Task Unknown_machines_are_noted_as_text_and_known_ones_are_not()
    {
        var found = new DiscoveryReport(BootSite.Uuid, [BootSite.Unknown.ToUpperInvariant(), "nonsense"], "ACME\u001b[2J", null, ["disk <b>"], [1, 2, 3]);
        using var noted = await site.Http.PostAsJsonAsync("/discovered", found, JobsJson.Default.DiscoveryReport);
        var id = (await noted.Content.ReadFromJsonAsync(JobsJson.Default.DiscoveryAnswer))!.Id;
        using var again = await site.Http.PostAsJsonAsync("/discovered", found, JobsJson.Default.DiscoveryReport);
        var discovered = new StateDirectory(site.State).Discovered;
        var machine = Assert.Single(discovered.List());
        Assert.Equal((id, "ACME?[2J", BootSite.Unknown), (machine.Id, machine.Report.Product, Assert.Single(machine.Report.Macs)));
        Assert.Equal([1, 2, 3], discovered.BundleOf(id));
        Assert.Equal("127.0.0.1", machine.Source);
        using var known = await site.Http.PostAsJsonAsync("/discovered", found with { Macs = [BootSite.Web1] }, JobsJson.Default.DiscoveryReport);
        Assert.Equal(HttpStatusCode.Conflict, known.StatusCode);
        Assert.DoesNotContain("web1", await known.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var nobody = await site.Http.PostAsJsonAsync("/discovered", found with { Macs = [] }, JobsJson.Default.DiscoveryReport);
        Assert.Equal(HttpStatusCode.BadRequest, nobody.StatusCode);
    }

    /// <summary>Monitoring asks with HEAD; some firmware doubles the slash after a directory and gives up at a redirect.</summary>
    [Theory]
    [InlineData("HEAD", "/boot.ipxe", 200)]
    [InlineData("HEAD", "/boot/00-00-5e-00-53-a1", 200)]
    [InlineData("HEAD", "/", 200)]
    [InlineData("GET", "//boot.ipxe", 200)]
    [InlineData("GET", "/boot//00-00-5e-00-53-a1", 200)]
    [InlineData("HEAD", "/artefacts//installer/DIGEST///vmlinuz", 200)]
    [InlineData("GET", "/ipxe//nothing.efi", 404)]
    public async Task Firmware_and_monitoring_are_answered(string method, string path, int status)
    {
        var answer = await Raw($"{method} {path.Replace("DIGEST", BootSite.Digest, StringComparison.Ordinal)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(method == "HEAD", answer.EndsWith("\r\n\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")]
    [InlineData("To Be Filled By O.E.M.")]
    [InlineData("Not Specified")]
    [InlineData("")]
    public async Task What_makers_leave_in_the_UUID_is_none(string uuid)
    {
        var job = site.Arm();
        Assert.Contains($"provision.job={job.Id}", await site.Script(uuid: Uri.EscapeDataString(uuid)), StringComparison.Ordinal);
        using var jobs = site.Jobs();
        Assert.Null(jobs.Find(job.Id)!.DmiUuid);
    }

    [Theory]
    [InlineData("bytes=0-9", 206, 0, 10)]
    [InlineData("bytes=10-", 206, 10, 290)]
    [InlineData("bytes=-5", 206, 295, 5)]
    [InlineData("bytes=290-999", 206, 290, 10)]
    [InlineData("bytes=-999", 206, 0, 300)]
    [InlineData("bytes=300-", 416, 0, 0)]
    [InlineData("bytes=0-1,5-6", 200, 0, 300)]
    [InlineData("lines=0-1", 200, 0, 300)]
    public async Task Ranges_are_answered(string range, int status, int from, int length)
    {
        var content = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        File.WriteAllBytes(Path.Combine(site.Store, "os-plain", BootSite.Digest, "root.tar.zst"), content);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/artefacts/os-plain/{BootSite.Digest}/root.tar.zst");
        request.Headers.TryAddWithoutValidation("Range", range);
        using var answer = await site.Http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(content[from..(from + length)], await answer.Content.ReadAsByteArrayAsync());
        if (status == 206)
        {
            Assert.Equal(new ContentRangeHeaderValue(from, from + length - 1, 300), answer.Content.Headers.ContentRange);
        }
    }

    [Fact]
    public async Task What_never_changes_is_kept_and_known_by_its_tag()
    {
        var path = $"/artefacts/installer/{BootSite.Digest}/vmlinuz";
        using var first = await site.Http.GetAsync(path);
        Assert.Contains("immutable", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        using var known = new HttpRequestMessage(HttpMethod.Get, path);
        known.Headers.IfNoneMatch.Add(tag);
        Assert.Equal(HttpStatusCode.NotModified, (await site.Http.SendAsync(known)).StatusCode);
        using var other = new HttpRequestMessage(HttpMethod.Get, path);
        other.Headers.Range = new RangeHeaderValue(0, 1);
        other.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue("\"another\""));
        Assert.Equal(HttpStatusCode.OK, (await site.Http.SendAsync(other)).StatusCode);
        using var head = await site.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(6, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task The_inventory_is_taken_when_it_changes_and_only_if_it_is_right()
    {
        site.Write("repository/hosts/fleet.yaml", BootSite.Fleet + "  web1:\n    macs: []\n");
        await BootSite.Until(() => Task.FromResult(site.HasSaid("errors and is not taken")));
        Assert.Contains("web1 is not armed", await site.Script(), StringComparison.Ordinal);
        site.Write("repository/hosts/fleet.yaml", BootSite.Fleet +
            $"  web3:\n    macs: [\"{BootSite.Unknown}\"]\n    roles: [plain]\n    address: 192.0.2.14\n");
        await BootSite.Until(async () => (await site.Script(BootSite.Unknown)).Contains("web3 is not armed", StringComparison.Ordinal));
    }

    private async Task<string> Raw(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, site.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
