using Microsoft.AspNetCore.Http;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>Reads what requests about jobs name.</summary>
internal static class JobRequests
{
    /// <summary>The job that the path names; null where there is none.</summary>
    public static Job? JobOf(HttpContext context, BootServerState server) =>
        context.Request.RouteValues["id"] is string { Length: 32 } id && id.All(char.IsAsciiHexDigitLower) ? server.Jobs.Ask(jobs => jobs.Find(id)) : null;

    /// <summary>The key that the sender bears; null for none.</summary>
    public static string? BearerOf(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.Ordinal) && header.Length == 7 +
            JobSecrets.Characters ? header[7..] : null;
}
