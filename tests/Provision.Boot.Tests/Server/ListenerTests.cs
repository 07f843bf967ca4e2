using System.Net;
using System.Text;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>What someone has who heard every byte of a reinstall, and what he can do with it. The installer's own channel, a real boot server.</summary>
public sealed class ListenerTests : IAsyncLifetime
{
    private readonly ProcessRunner runner = new();
    private BootSite site = null!;

    public async Task InitializeAsync() => site = await BootSite.Start();

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task A_listener_reads_no_identity_and_can_repeat_nothing()
    {
        var server = BootSite.NewRecipient();
        var archive = Encoding.ASCII.GetBytes("the host's private keys");
        Directory.CreateDirectory(Path.Combine(site.Repository, "hosts/secrets"));
        runner.Run(Command.Of("age", "-r", server, "-o", Path.Combine(site.Repository, "hosts/secrets/identity-web1.age")).WithInput(archive)).OrThrow();
        site.Identity = Path.Combine(Path.GetTempPath(), $"provision-boot-keys-{Environment.ProcessId}", server);
        await site.Restart();
        var job = site.Arm();
        await site.Script();
        var ticket = await site.Ticket(job);
        var heard = new Listener();
        ReturnKey given;
        using (var channel = new HttpJobChannel(ticket, new BootKey(BootSite.BootKey, encrypted => BootSite.Decrypt(encrypted)), site.Clock, Thread.Sleep, _ =>
            { }, heard))
        {
            var order = channel.Claim(new MachineClaim(BootSite.Uuid, job.Macs, []));
            channel.Tell(new InstallEvent(site.Clock.GetUtcNow(), "probe", "looks"));
            using var identity = new MemoryStream();
            using (var opened = channel.OpenIdentity(order.Identity!))
            {
                opened.CopyTo(identity);
            }

            Assert.Equal(archive, identity.ToArray());
            given = channel.ReturnKey!;
        }

        var key = new StateDirectory(site.State).Key();
        Assert.Equal(key.ReturnKeyOf(job.Id, 0), given);
        var traffic = Encoding.Latin1.GetString(heard.Traffic.ToArray());
        Assert.Contains(BootSite.BootKey, traffic, StringComparison.Ordinal);
        Assert.All(
            [Encoding.ASCII.GetString(archive), given.Secret, Convert.ToBase64String(key.SessionOf(job.Id, 1, BootSite.BootKey)),
                Encoding.Latin1.GetString(key.SessionOf(job.Id, 1, BootSite.BootKey))],
            secret => Assert.DoesNotContain(secret, traffic, StringComparison.Ordinal));

        // Every request again, as it was heard: only the claim is answered, with what the machine alone can decrypt.
        Assert.Contains(heard.Requests, request => request.Path.EndsWith("/identity", StringComparison.Ordinal));
        foreach (var (method, path, proof, body) in heard.Requests)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body.Length == 0 ? null : new ByteArrayContent(body) };
            request.Headers.TryAddWithoutValidation("Authorization", proof);
            using var answer = await site.Http.SendAsync(request);
            Assert.Equal(path.EndsWith("/claim", StringComparison.Ordinal) ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        // And a report of his own with what he heard.
        using var forged = new HttpRequestMessage(HttpMethod.Post, $"/jobs/{job.Id}/report") { Content = new StringContent("{\"outcome\":\"Refused\"}") };
        forged.Headers.TryAddWithoutValidation("Authorization", heard.Requests[^1].Proof);
        using var refused = await site.Http.SendAsync(forged);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var jobs = site.Jobs();
        Assert.True(jobs.Find(job.Id)!.State.IsOpen());
    }

    /// <summary>Someone between machine and server who changes the body of a request that the machine signed.</summary>
    [Fact]
    public async Task A_body_that_was_exchanged_is_refused()
    {
        var job = await site.Claimed();
        var path = $"/jobs/{job.Id}/report";
        var proof = RequestProof.Of(new StateDirectory(site.State).Key().SessionOf(job.Id, 1, BootSite.BootKey), "POST", path, "{\"outcome\":\"Failed\"}"u8,
            1L << 40);
        foreach (var (body, status) in new[] { ("{\"outcome\":\"Done\"}", HttpStatusCode.BadRequest), ("{\"outcome\":\"Failed\"}", HttpStatusCode.NoContent) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
            request.Headers.TryAddWithoutValidation("Authorization", proof.Header);
            using var answer = await site.Http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    private sealed class Listener : HttpClientHandler
    {
        public List<(HttpMethod Method, string Path, string Proof, byte[] Body)> Requests { get; } = [];

        public MemoryStream Traffic { get; } = new();

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            request.Content?.ReadAsStream(cancellationToken).CopyTo(body);
            var proof = request.Headers.TryGetValues("Authorization", out var values) ? string.Join(' ', values) : "";
            Requests.Add((request.Method, request.RequestUri!.AbsolutePath, proof, body.ToArray()));
            Traffic.Write(Encoding.ASCII.GetBytes(proof));
            Traffic.Write(body.ToArray());
            var answer = base.Send(request, cancellationToken);
            using var content = new MemoryStream();
            answer.Content.ReadAsStream(cancellationToken).CopyTo(content);
            Traffic.Write(content.ToArray());
            answer.Content = new ByteArrayContent(content.ToArray());
            return answer;
        }
    }
}
