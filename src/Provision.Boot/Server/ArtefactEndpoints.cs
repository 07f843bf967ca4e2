using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Provision.Boot.Images;

namespace Provision.Boot.Server;

/// <summary>
/// Files: whole or one range of them, with a strong tag. What lies below a digest never changes, so it may be kept for ever, and any other web server or cache
/// can serve it as well.
/// </summary>
internal sealed class ArtefactEndpoints(BootServerState server)
{
    /// <summary>Bytes that are read and sent at a time: the pages of a file that is sent to many are in memory, and larger steps only wait longer.</summary>
    private const int Step = 128 << 10;

    public Task Image(HttpContext context)
    {
        var path = (string?)context.Request.RouteValues["path"] ?? "";
        return server.Images.Find(path) is { } file
            ? Send(context, file, $"\"{path.Split('/')[1]}-{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}\"", isForever: true)
            : Answers.Refuse(context, 404, "there is no such file in the store");
    }

    /// <summary>Debian's iPXE, for firmware that boots over HTTP.</summary>
    public Task Ipxe(HttpContext context)
    {
        var name = (string?)context.Request.RouteValues["file"];
        return name is "undionly.kpxe" or "snponly.efi" or "ipxe.efi" && new FileInfo(Path.Combine(server.Options.IpxeFolder, name)) is { Exists: true } file
            ? Send(context, file, $"\"{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}\"", isForever: false)
            : Answers.Refuse(context, 404, "there is no such file of iPXE here");
    }

    /// <summary>Sends a file, or the range that was asked for, or that it is the one the asker has.</summary>
    public static Task Send(HttpContext context, FileInfo file, string tag, bool isForever)
    {
        var response = context.Response;
        var asked = context.Request.GetTypedHeaders();
        response.Headers.ETag = tag;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = isForever ? "public, max-age=31536000, immutable" : "private, no-cache";
        response.ContentType = "application/octet-stream";
        if (asked.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Tag == tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var (from, length) = (0L, file.Length);
        // Several ranges at once are answered with the whole, as the standard allows; so is a range of a file that changed.
        if (asked.Range is { Ranges.Count: 1 } ranges && ranges.Unit == "bytes" && (asked.IfRange is not { } condition || condition.EntityTag?.Tag == tag))
        {
            var range = ranges.Ranges.First();
            from = range.From ?? Math.Max(0, length - range.To!.Value);
            var last = range.From is null ? length - 1 : Math.Min(range.To ?? long.MaxValue, length - 1);
            if (from > last)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = $"bytes */{length}";
                return Task.CompletedTask;
            }

            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {from}-{last}/{length}";
            length = last - from + 1;
        }

        response.ContentLength = length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : Copy(context, file, from, length);
    }

    private static async Task Copy(HttpContext context, FileInfo file, long from, long length)
    {
        using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            while (length > 0)
            {
                var read = RandomAccess.Read(handle, buffer.AsSpan(0, (int)Math.Min(Step, length)), from);
                if (read == 0)
                {
                    context.Abort(); // The file is shorter than it was: a broken connection says so, a short answer would not.
                    return;
                }

                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                (from, length) = (from + read, length - read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
