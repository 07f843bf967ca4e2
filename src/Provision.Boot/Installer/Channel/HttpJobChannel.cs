using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Channel;

/// <summary>Speaks to the boot server. Its loss or restart delays an installation and never ends it.</summary>
public sealed class HttpJobChannel : IJobChannel
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReportPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan EventLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenEvents = TimeSpan.FromSeconds(1);
    private const int SessionBytes = 32, MostIdentity = 4 << 20;
    private readonly HttpClient http;
    private readonly JobTicket ticket;
    private readonly TimeProvider clock;
    private readonly Action<TimeSpan> wait;
    private readonly EventBuffer events = new();
    private DateTimeOffset nextEvents;
    private readonly Action<string> say;
    private readonly BootKey key;
    private readonly Lock turn = new();
    private Timer? heartbeat;
    private byte[]? session;
    private long counter;

    /// <summary>A channel to the server of a ticket.</summary>
    /// <param name="ticket">What the boot server gave to this machine.</param>
    /// <param name="key">The key of this boot.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="wait">Waits between two tries.</param>
    /// <param name="say">Receives what a person at the console has to know.</param>
    /// <param name="handler">Carries the requests; null for the network.</param>
    public HttpJobChannel(JobTicket ticket, BootKey key, TimeProvider clock, Action<TimeSpan> wait, Action<string> say, HttpMessageHandler? handler = null)
    {
        this.key = key;
        this.say = say;
        this.ticket = ticket;
        this.clock = clock;
        this.wait = wait;
        http = new HttpClient(handler ?? new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1)
        })
        { Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <inheritdoc/>
    public bool CanApprove => true;

    /// <inheritdoc/>
    public ReturnKey? ReturnKey { get; private set; }

    /// <inheritdoc/>
    public JobOrder Claim(MachineClaim machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var proofs = machine.ReturnKeys.Where(known => known.Job == ticket.Job).Select(known => known.Prove(ticket.Token, key.Recipient)).ToList();
        var (claimed, shown) = Claimed(new ClaimRequest(ticket.Token, key.Recipient, machine.DmiUuid, machine.Macs, proofs));
        using var answer = claimed;
        if (!answer.IsSuccessStatusCode)
        {
            throw new InstallException($"{ticket.Server} does not give job {ticket.Job} to this machine: {(int)answer.StatusCode} {TextOf(answer)}");
        }

        var given = Read(answer, JobsJson.Default.ClaimAnswer);
        if (shown is not null && shown != given.Order.Order.Hash())
        {
            throw new InstallException($"{ticket.Server} sent another order than the one that the code on the console was made of");
        }

        var keys = key.Decrypt(given.Keys, "the session key");
        if (keys.Length != SessionBytes + JobSecrets.Characters)
        {
            throw new InstallException($"{ticket.Server} is no boot server of this version: its session key has another length");
        }

        session = keys[..SessionBytes];
        ReturnKey = new ReturnKey(ticket.Job, Encoding.ASCII.GetString(keys.AsSpan(SessionBytes)));
        heartbeat ??= new Timer(_ => Beat(), null, BetweenBeats, BetweenBeats);
        return given.Order;
    }

    /// <summary>Claims, and waits for a person where the server says so: until the code is approved, or the job is over.</summary>
    /// <returns>The answer, and the hash of the order that the code was shown for; null if none was shown.</returns>
    private (HttpResponseMessage Answer, string? Shown) Claimed(ClaimRequest claim)
    {
        for (string? shown = null; ; wait(BetweenQuestions))
        {
            var answer = Persist(() => Post("claim", claim, JobsJson.Default.ClaimRequest), Patience, "claimed");
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                return (answer, shown);
            }

            using (answer)
            {
                var waits = Read(answer, JobsJson.Default.ClaimWait);
                if (shown != waits.Order)
                {
                    shown = waits.Order;
                    say($"this job waits for a person: compare and approve the code {JobSecrets.CodeOf(key.Recipient, shown)}; the boot server " +
                        Printable.Of(waits.Why, 200));
                }
            }
        }
    }

    private T Read<T>(HttpResponseMessage answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var body = answer.Content.ReadAsStream();
            return JsonSerializer.Deserialize(body, type) ?? throw new InstallException($"{ticket.Server} answered the claim with nothing");
        }
        catch (JsonException)
        {
            throw new InstallException($"{ticket.Server} is no boot server of this version: it does not answer a claim as expected");
        }
    }

    /// <summary>Tells the server that the installer lives, also during a step that has nothing to say.</summary>
    private void Beat()
    {
        if (!turn.TryEnter())
        {
            return; // It is being heard just now.
        }

        try
        {
            using var answer = Post("events", (IReadOnlyList<InstallEvent>)[], JobsJson.Default.IReadOnlyListInstallEvent, EventLimit);
        }
        catch (IOException)
        {
            // The next one may be heard.
        }
        catch (ObjectDisposedException)
        {
            // The installation has ended.
        }
        finally
        {
            turn.Exit();
        }
    }

    /// <inheritdoc/>
    public void Tell(InstallEvent what)
    {
        events.Add(what);
        if (session is not null && clock.GetUtcNow() >= nextEvents)
        {
            nextEvents = clock.GetUtcNow() + (SendEvents() ? BetweenEvents : BetweenEvents * 10);
        }
    }

    /// <inheritdoc/>
    public void Report(InstallReport report)
    {
        try
        {
            SendEvents();
            using var answer = Persist(() => Post("report", report, JobsJson.Default.InstallReport), ReportPatience, "reported");
        }
        catch (InstallException)
        {
            // No server answers. The marker on the target reports success at the next boot; a failure is sent again until the deadline.
        }
    }

    /// <inheritdoc/>
    public Stream Open(string address, long from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(address));
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
        }

        var answer = Send(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.StatusCode == HttpStatusCode.OK && from > 0)
        {
            answer.Dispose();
            throw new InstallException($"{Address(address)} cannot be had from its middle: the server answers no ranges");
        }

        if (!answer.IsSuccessStatusCode)
        {
            var why = $"{Address(address)}: {(int)answer.StatusCode} {TextOf(answer)}";
            answer.Dispose();
            throw IsPassing(answer.StatusCode) ? new IOException(why) : new InstallException(why);
        }

        return new ImpatientStream(answer.Content.ReadAsStream(), ReadLimit);
    }

    /// <inheritdoc/>
    public Stream OpenIdentity(string address)
    {
        using var from = Open(address, 0);
        using var encrypted = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            encrypted.Write(buffer, 0, read);
            if (encrypted.Length > MostIdentity)
            {
                throw new InstallException($"{Address(address)} is larger than any identity ({MostIdentity} bytes)");
            }
        }

        return new MemoryStream(key.Decrypt(encrypted.ToArray(), "the host's identity"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        heartbeat?.Dispose();
        http.Dispose();
    }

    private bool SendEvents()
    {
        var waiting = events.Waiting;
        try
        {
            using var answer = Post("events", waiting, JobsJson.Default.IReadOnlyListInstallEvent, EventLimit);
            if (answer.IsSuccessStatusCode)
            {
                events.Heard(waiting);
            }

            return answer.IsSuccessStatusCode;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private HttpResponseMessage Post<T>(string what, T body, JsonTypeInfo<T> type, TimeSpan? limit = null)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Address($"jobs/{ticket.Job}/{what}")) { Content = content };
        return Send(request, HttpCompletionOption.ResponseContentRead, limit, bytes);
    }

    /// <summary>Sends a request; one about the job with its proof. Those are sent one after the other, because their counter rises.</summary>
    private HttpResponseMessage Send(HttpRequestMessage request, HttpCompletionOption completion, TimeSpan? limit = null, byte[]? body = null)
    {
        using var timer = limit is { } time ? new CancellationTokenSource(time) : new CancellationTokenSource();
        var address = request.RequestUri!;
        try
        {
            if (session is null || !address.ToString().StartsWith($"{ticket.Server}/jobs/{ticket.Job}", StringComparison.Ordinal))
            {
                return http.Send(request, completion, timer.Token);
            }

            lock (turn)
            {
                var proof = RequestProof.Of(session, request.Method.Method, address.AbsolutePath, body, ++counter);
                request.Headers.TryAddWithoutValidation("Authorization", proof.Header);
                return http.Send(request, completion, timer.Token);
            }
        }
        catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException)
        {
            throw new IOException($"{request.RequestUri}: {lost.Message}", lost);
        }
    }

    /// <summary>Tries again while the server is away or says that it cannot answer now.</summary>
    private HttpResponseMessage Persist(Func<HttpResponseMessage> ask, TimeSpan patience, string what)
    {
        var end = clock.GetUtcNow() + patience;
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause < TimeSpan.FromSeconds(15) ? pause * 2 : pause)
        {
            string why;
            try
            {
                var answer = ask();
                if (!IsPassing(answer.StatusCode))
                {
                    return answer;
                }

                why = $"{(int)answer.StatusCode} {TextOf(answer)}";
                answer.Dispose();
            }
            catch (IOException lost)
            {
                why = lost.Message;
            }

            if (clock.GetUtcNow() >= end)
            {
                throw new InstallException($"job {ticket.Job} could not be {what} at {ticket.Server} within {patience.TotalMinutes:0} minutes: {why}");
            }

            wait(pause);
        }
    }

    private static bool IsPassing(HttpStatusCode code) => code >= HttpStatusCode.InternalServerError
        || code is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private Uri Address(string address) => Uri.TryCreate(address, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https"
        ? new Uri(address) : new Uri($"{ticket.Server}/{address.TrimStart('/')}");

    private static string TextOf(HttpResponseMessage answer)
    {
        using var reader = new StreamReader(answer.Content.ReadAsStream());
        var text = reader.ReadToEnd().Trim();
        return text.Length > 500 ? text[..500] : text;
    }
}
