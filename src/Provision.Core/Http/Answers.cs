using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Provision.Core;

/// <summary>Reads requests within limits and writes responses; every refusal is a single sentence.</summary>
public static class Answers
{
    /// <summary>How long a body may take.</summary>
    private static readonly TimeSpan BodyLimit = TimeSpan.FromSeconds(20);

    /// <summary>Returns the server's address as the machine reached it, from the socket: a client can send any Host header.</summary>
    public static string BaseOf(HttpContext context)
    {
        var address = context.Connection.LocalIpAddress ?? System.Net.IPAddress.Loopback;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var host = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return $"http://{host}:{context.Connection.LocalPort}";
    }

    /// <summary>Reads a body as JSON; if it is too long or not valid, sends the response and returns null.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">What it is read as.</param>
    /// <param name="mostBytes">The longest body.</param>
    /// <param name="sha256">The hash that the body must have, lower-case hexadecimal; null for any.</param>
    public static async Task<T?> Read<T>(HttpContext context, JsonTypeInfo<T> type, int mostBytes, string? sha256 = null)
        where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = mostBytes;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(BodyLimit);
        try
        {
            using var sha = SHA256.Create();
            await using var body = new CryptoStream(context.Request.Body, sha, CryptoStreamMode.Read, leaveOpen: true);
            var read = await JsonSerializer.DeserializeAsync(body, type, limit.Token);
            if (sha256 is not null && (sha.Hash is not { } hash || Convert.ToHexStringLower(hash) != sha256))
            {
                await Refuse(context, 400, "the body is not the one that was signed");
            }
            else if (read is null)
            {
                await Refuse(context, 400, "the body is null");
            }
            else
            {
                return read;
            }
        }
        catch (JsonException e)
        {
            await Refuse(context, 400, $"the body is not the JSON that is expected here, at {Text(e.Path)}");
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, $"the body cannot be read; at most {mostBytes} bytes are taken");
        }

        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            await Refuse(context, StatusCodes.Status408RequestTimeout, $"the body did not arrive within {BodyLimit.TotalSeconds:0} seconds");
        }

        return null;

        static string Text(string? path) => Printable.Of(path ?? "its beginning");
    }

    /// <summary>Responds with text.</summary>
    public static Task Text(HttpContext context, string text) => Bytes(context, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    /// <summary>Responds with a value as JSON.</summary>
    public static Task Json<T>(HttpContext context, T value, JsonTypeInfo<T> type) =>
        Bytes(context, JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json");

    /// <summary>Responds with a status and one sentence.</summary>
    public static Task Refuse(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        return Text(context, sentence + "\n");
    }

    /// <summary>Responds with bytes that must not be cached.</summary>
    public static Task Bytes(HttpContext context, byte[] content, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(content, 0, content.Length, context.RequestAborted);
    }
}
