using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Provision.Core;

/// <summary>Common setup of the project's HTTP servers: limits, and a one-sentence 503 if their state is lost.</summary>
public static class SmallServer
{
    /// <summary>Builds a server that listens on one address, without endpoints.</summary>
    /// <param name="listen">The address and port.</param>
    /// <param name="folder">An existing directory.</param>
    /// <param name="connections">The most connections at a time.</param>
    /// <param name="connectionsOfSource">The most connections of one address; more are closed when they open. Null for no such limit.</param>
    /// <param name="certificate">The certificate with which it speaks TLS there; null for plain HTTP.</param>
    /// <param name="plain">Another address, with plain HTTP; null for none.</param>
    public static WebApplication Build(
        IPEndPoint listen, string folder, int connections = 5000, int? connectionsOfSource = null, X509Certificate2? certificate = null,
        IPEndPoint? plain = null)
    {
        var turns = new Turns(connections, connectionsOfSource ?? connections);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = folder });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(listen, options =>
            {
                options.Use(Limited);
                if (certificate is not null)
                {
                    options.UseHttps(certificate);
                }
            });
            if (plain is not null)
            {
                kestrel.Listen(plain, options => options.Use(Limited));
            }

            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 << 10;
            kestrel.Limits.MaxRequestLineSize = 4 << 10;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.MaxConcurrentConnections = connections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        });
        ConnectionDelegate Limited(ConnectionDelegate next) => async connection =>
        {
            using var turn = turns.TryTake((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
            if (turn is null)
            {
                connection.Abort();
                return;
            }

            await next(connection);
        };
        var built = builder.Build();
        built.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (StateLostException e) when (!context.Response.HasStarted)
            {
                await Answers.Refuse(context, 503, e.Message);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
            {
                // The client disconnected.
            }
        });
        return built;
    }

    /// <summary>Starts a server.</summary>
    /// <param name="app">From <see cref="Build"/>.</param>
    /// <param name="listen">The address and port that it was built with.</param>
    /// <exception cref="IOException">The address is in use, or does not belong to this machine.</exception>
    public static async Task Start(WebApplication app, IPEndPoint listen)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            var failure = e as SocketException ?? e.InnerException?.InnerException as SocketException ?? e.InnerException as SocketException;
            var reason = failure?.SocketErrorCode switch
            {
                SocketError.AddressNotAvailable => "the address does not belong to this machine",
                SocketError.AccessDenied => "ports below 1024 need root",
                SocketError.AddressAlreadyInUse => "the port is in use",
                _ => e.Message,
            };
            throw new IOException($"cannot listen on {listen}: {reason}", e);
        }
    }
}
