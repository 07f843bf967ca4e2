using Microsoft.AspNetCore.Http;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>Reads what requests about jobs name.</summary>
internal static class JobRequests
{
    /// <summary>The job that the path names; null where there is none.</summary>
    public static Job? JobOf(HttpContext context, BootServerState server) =>
        context.Request.RouteValues["id"] is string { Length: 32 } id && id.All(char.IsAsciiHexDigitLower) ? server.Jobs.Ask(jobs => jobs.Find(id)) : null;

    /// <summary>What the sender proves; null for nothing.</summary>
    public static InstallerProof? ProofOf(HttpContext context, BootServerState server) =>
        context.Request.Headers.Authorization is [{ } header] && RequestProof.Parse(header, context.Request.Method, context.Request.Path.Value!) is { } proof
            ? new InstallerProof(server.Key, proof) : null;
}
