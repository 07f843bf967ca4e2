using System.Globalization;
using System.Net;
using System.Text.Json;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>A boot server that goes away and comes back delays an installation; what it was to hear it hears later.</summary>
public sealed class HttpJobChannelTests
{
    private static readonly MachineClaim Machine = new(null, [], []);

    private static readonly JobOrder Order = new()
    {
        Order = new SignedOrder("imap33", null),
        Repository = "r",
        Image = "i",
        Deadline = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void A_claim_waits_for_the_server()
    {
        var server = new Server("lost", "503", "order");
        using var channel = server.Channel();
        Assert.Equal("imap33", channel.Claim(Machine).Order.Document);
        Assert.Equal(["/jobs/j1/claim", "/jobs/j1/claim", "/jobs/j1/claim"], server.Asked);
    }

    /// <summary>The console is the one place that only whoever stands at the machine can read.</summary>
    [Fact]
    public void A_claim_that_waits_for_a_person_shows_its_code_and_asks_again()
    {
        var server = new Server("code", "lost", "429", "code", "order");
        using var channel = server.Channel();
        Assert.Equal("imap33", channel.Claim(Machine).Order.Document);
        Assert.Contains(JobSecrets.CodeOf(Sample.BootKey, Order.Order.Hash()), Assert.Single(server.Said), StringComparison.Ordinal);
        Assert.Equal(5, server.Asked.Count);
    }

    /// <summary>The code is of one order: whoever shows a code for one and sends another is found out.</summary>
    [Fact]
    public void Another_order_than_the_one_of_the_code_is_refused()
    {
        using var channel = new Server("other-code", "order").Channel();
        Assert.Contains("another order than the one that the code on the console was made of",
            Assert.Throws<InstallException>(() => channel.Claim(Machine)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("403")]
    [InlineData("404")]
    [InlineData("409")]
    [InlineData("410")]
    public void A_claim_that_is_refused_is_refused(string code)
    {
        using var channel = new Server(code).Channel();
        Assert.StartsWith($"http://server does not give job j1 to this machine: {code}",
            Assert.Throws<InstallException>(() => channel.Claim(Machine)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_that_nobody_heard_are_said_again_in_their_order()
    {
        var server = new Server("order", "lost", "200");
        using var channel = server.Channel();
        channel.Claim(Machine);
        channel.Tell(new InstallEvent(server.GetUtcNow(), "probe", "one"));
        channel.Tell(new InstallEvent(server.GetUtcNow(), "probe", "two"));
        server.Now += TimeSpan.FromMinutes(1);
        channel.Tell(new InstallEvent(server.GetUtcNow(), "probe", "three"));
        Assert.Equal(["one"], server.Events[0]);
        Assert.Equal(["one", "two", "three"], server.Events[1]);
    }

    [Fact]
    public void A_report_that_nobody_hears_is_no_failure()
    {
        var server = new Server();
        using var channel = server.Channel();
        channel.Report(new InstallReport { Outcome = InstallOutcome.Done });
        Assert.True(server.Asked.Count > 5);
    }

    [Fact]
    public void An_artefact_goes_on_where_it_was_cut()
    {
        var server = new Server("206", "503", "404", "200");
        using var channel = server.Channel();
        channel.Open("images/root.tar.zst", 4096).Dispose();
        Assert.Equal("bytes=4096-", server.Range);
        Assert.Throws<IOException>(() => channel.Open("images/root.tar.zst", 4096));
        Assert.Throws<InstallException>(() => channel.Open("images/root.tar.zst", 4096));
        Assert.Contains("answers no ranges", Assert.Throws<InstallException>(() => channel.Open("images/root.tar.zst", 4096)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_stops_coming_is_lost_and_not_waited_for()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        using var end = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.In, pipe.ClientSafePipeHandle);
        using var stream = new ImpatientStream(end, TimeSpan.FromSeconds(2));
        pipe.Write("piece"u8);
        var content = new byte[5];
        stream.ReadExactly(content);
        Assert.Equal("piece"u8.ToArray(), content);
        Assert.Contains("nothing came", Assert.Throws<IOException>(() => stream.ReadExactly(content)).Message, StringComparison.Ordinal);
    }

    /// <summary>The network: answers as said, then is lost for good.</summary>
    private sealed class Server(params string[] answers) : TimeProvider
    {
        private int next;

        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public List<string> Asked { get; } = [];

        public List<string> Said { get; } = [];

        public List<string[]> Events { get; } = [];

        public string? Range { get; private set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public HttpJobChannel Channel() => new(new JobTicket("http://server", "j1", "token"), new BootKey(Sample.BootKey, encrypted => encrypted.ToArray()),
            this, pause => Now += pause, Said.Add, new Wire(this));

        private HttpResponseMessage Answer(HttpRequestMessage request)
        {
            Asked.Add(request.RequestUri!.AbsolutePath);
            Range = request.Headers.Range?.ToString();
            if (request.RequestUri.AbsolutePath.EndsWith("/events", StringComparison.Ordinal))
            {
                using var body = request.Content!.ReadAsStream();
                Events.Add([.. JsonSerializer.Deserialize(body, JobsJson.Default.IReadOnlyListInstallEvent)!.Select(what => what.Text)]);
            }

            return (next < answers.Length ? answers[next++] : "lost") switch
            {
                "code" => new HttpResponseMessage(
                    HttpStatusCode.Accepted)
                {
                    Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                        new ClaimWait(Order.Order.Hash(), "waits for: provision netboot approve imap33 --code CODE"), JobsJson.Default.ClaimWait))
                },
                "other-code" => new HttpResponseMessage(
                    HttpStatusCode.Accepted)
                {
                    Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new ClaimWait(new string('0', 64), "waits"),
                    JobsJson.Default.ClaimWait))
                },
                "lost" => throw new HttpRequestException("connection refused"),
                "order" => new HttpResponseMessage
                {
                    Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new ClaimAnswer(new byte[32 + 43],
                    Order), JobsJson.Default.ClaimAnswer))
                },
                var code => new HttpResponseMessage((HttpStatusCode)int.Parse(code, CultureInfo.InvariantCulture)),
            };
        }

        private sealed class Wire(Server server) : HttpMessageHandler
        {
            protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => server.Answer(request);

            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
                Task.FromResult(server.Answer(request));
        }
    }
}
