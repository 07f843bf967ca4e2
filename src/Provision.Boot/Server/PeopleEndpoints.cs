using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Provision.Boot.Jobs;
using Provision.Inventory;

namespace Provision.Boot.Server;

/// <summary>What people look at (the page and the live stream), and what unknown machines say of themselves.</summary>
internal sealed class PeopleEndpoints(BootServerState server)
{
    private const int MostStreams = 100;

    /// <summary>How long a page is shown again: making one reads up to 200 jobs.</summary>
    private static readonly TimeSpan PageAge = TimeSpan.FromSeconds(1);

    private readonly Lock turn = new();
    private (long At, string Text, string Nonce)? page;

    private int streams;

    public Task Page(HttpContext context)
    {
        string text, nonce;
        lock (turn)
        {
            if (page is null || Stopwatch.GetElapsedTime(page.Value.At) > PageAge)
            {
                nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
                page = (Stopwatch.GetTimestamp(), Render(nonce), nonce);
            }

            (_, text, nonce) = page.Value;
        }

        context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; " +
            $"frame-ancestors 'none'";
        return Answers.Bytes(context, Encoding.UTF8.GetBytes(text), "text/html; charset=utf-8");
    }

    private string Render(string nonce)
    {
        try
        {
            var (jobs, lines) = server.Jobs.Ask(store => (store.Jobs(onlyOpen: false, 200), store.LastLines(200)));
            return StatusPage.Of(jobs, lines, server.State.Discovered.Count, null, server.Now(), nonce);
        }
        catch (StateLostException e)
        {
            return StatusPage.Of([], new Dictionary<string, JobLine>(), 0, e.Message, server.Now(), nonce);
        }
    }

    /// <summary>
    /// Every line as it is written, by this server or by a command beside it, as server-sent events; a reader that reconnects continues after the last line
    /// it saw.
    /// </summary>
    public async Task Stream(HttpContext context)
    {
        if (Interlocked.Increment(ref streams) > MostStreams)
        {
            Interlocked.Decrement(ref streams);
            await Answers.Refuse(context, 503, $"{MostStreams} readers follow already");
            return;
        }

        try
        {
            var after = long.TryParse(context.Request.Headers["Last-Event-ID"], out var last) && last >= 0 ? last : server.Jobs.Ask(jobs => jobs.LastLine());
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(": follows\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
            while (await timer.WaitForNextTickAsync(context.RequestAborted))
            {
                foreach (var line in server.Jobs.Ask(jobs => jobs.Lines(after, null, 500)))
                {
                    after = line.Number;
                    await context.Response.WriteAsync(
                        $"id: {line.Number}\ndata: {JsonSerializer.Serialize(line, NetbootJson.Default.JobLine)}\n\n", context.RequestAborted);
                }

                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or StateLostException)
        {
            // The reader left, or there is nothing to follow any more: it comes back by itself.
        }
        finally
        {
            Interlocked.Decrement(ref streams);
        }
    }

    public async Task Discovered(HttpContext context)
    {
        if (await Answers.Read(context, JobsJson.Default.DiscoveryReport, DiscoveredMachines.MostBytes) is not { } report)
        {
            return;
        }

        var macs = report.Macs.Take(64).Select(text => MacAddress.TryParse(text, out var mac) && !mac.IsGroupOrZero ? mac : default)
            .Where(mac => mac != default).Distinct().OrderBy(mac => mac.Bits).ToList();
        if (macs.Count == 0)
        {
            await Answers.Refuse(context, 400, "the machine has no network card");
            return;
        }

        // Which host it is would tell whoever sends an address whose it is.
        if (macs.Any(mac => server.Fleet.Current?.FindHost(mac) is not null))
        {
            await Answers.Refuse(context, 409, "a host of the inventory has this network card");
            return;
        }

        var kept = new DiscoveryReport(
            BootEndpoints.Uuid(report.DmiUuid),
            [.. macs.Select(mac => mac.ToString())],
            report.Product is null ? null : Printable.Of(report.Product),
            report.Serial is null ? null : Printable.Of(report.Serial),
            [.. report.Summary.Take(200).Select(line => Printable.Of(line, 200))],
            []);
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kept.DmiUuid} {string.Join(' ', kept.Macs)}")))[..8];
        if (server.State.Discovered.Put(new DiscoveredMachine(id, server.Now(), RequestLimits.SourceOf(context).ToString(), kept), report.Bundle) is { } full)
        {
            server.Say($"discovered {id}: {full}");
            await Answers.Refuse(context, 503, full);
            return;
        }

        server.Say($"discovered {id}: {kept.Product} {kept.Macs[0]}");
        await Answers.Json(context, new DiscoveryAnswer(id), JobsJson.Default.DiscoveryAnswer);
    }
}
