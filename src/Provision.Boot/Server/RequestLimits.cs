using System.Net;
using Microsoft.AspNetCore.Http;

namespace Provision.Boot.Server;

/// <summary>How much anyone may ask of a boot server. A refused request is answered with 429 and a time; a boot script is never refused.</summary>
/// <param name="clock">The clock.</param>
internal sealed class RequestLimits(TimeProvider clock)
{
    /// <summary>Connections of one address, and in all.</summary>
    public const int ConnectionsOfSource = 300, Connections = 8000;

    private readonly SourceRate discoveries = new(10, TimeSpan.FromSeconds(20), clock), claims = new(60, TimeSpan.FromSeconds(1), clock),
        log = new(60, TimeSpan.FromSeconds(1), clock);
    private readonly Turns discovered = new(4, 1), claimed = new(32, 2), reported = new(64, 8), downloads = new(400, ConnectionsOfSource);
    private int leftOut;

    /// <summary>What unknown machines report: each does it once a minute.</summary>
    public RequestDelegate Discoveries(RequestDelegate work) => Limited(discoveries, discovered, work);

    /// <summary>Claims: an installer that waits asks every few seconds.</summary>
    public RequestDelegate Claims(RequestDelegate work) => Limited(claims, claimed, work);

    /// <summary>Bodies of installers that hold a job.</summary>
    public RequestDelegate Reports(RequestDelegate work) => Limited(null, reported, work);

    /// <summary>Files: each has a buffer while it is sent.</summary>
    public RequestDelegate Downloads(RequestDelegate work) => Limited(null, downloads, work);

    /// <summary>Returns the line that is to be logged: null if there were too many, and then the next one says how many were left out.</summary>
    public string? Line(string line)
    {
        if (!log.TryTake(IPAddress.Any))
        {
            Interlocked.Increment(ref leftOut);
            return null;
        }

        return Interlocked.Exchange(ref leftOut, 0) is > 0 and var lines ? $"{line} ({lines} lines were left out before it)" : line;
    }

    /// <summary>The address that a request comes from.</summary>
    public static IPAddress SourceOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : IPAddress.None;

    private static RequestDelegate Limited(SourceRate? rate, Turns turns, RequestDelegate work) => async context =>
    {
        var source = SourceOf(context);
        if (rate?.TryTake(source) == false)
        {
            context.Response.Headers.RetryAfter = "20";
            await Answers.Refuse(context, StatusCodes.Status429TooManyRequests, "too many requests from this address: try again later");
            return;
        }

        using var turn = turns.TryTake(source);
        if (turn is null)
        {
            context.Response.Headers.RetryAfter = "5";
            await Answers.Refuse(context, StatusCodes.Status503ServiceUnavailable, "the server is busy: try again in some seconds");
            return;
        }

        await work(context);
    };
}
