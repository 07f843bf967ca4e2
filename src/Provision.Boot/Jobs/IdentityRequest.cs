using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Provision.Boot.Jobs;

/// <summary>The one question that the identity helper answers: a line of JSON. The answer is a line, <c>ok</c> or the reason of a refusal, and after
/// <c>ok</c> the encrypted identity.</summary>
/// <param name="Order">The order of the host's reinstall, as it was signed.</param>
/// <param name="Recipient">The age recipient of its installer.</param>
internal sealed record IdentityRequest(SignedOrder Order, string Recipient)
{
    /// <summary>The most bytes of a question and of an answer.</summary>
    public const int MostBytes = 1 << 20;

    private const string Granted = "ok";

    internal byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, JobsJson.Default.IdentityRequest), (byte)'\n'];

    /// <summary>Reads a question.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    internal static IdentityRequest Parse(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, JobsJson.Default.IdentityRequest) is { Order: { Document: not null }, Recipient: not null } request ? request
            : throw new JsonException();

    internal static byte[] Answer(byte[]? encrypted, string? problem) =>
        [.. Encoding.UTF8.GetBytes((encrypted is null ? Printable.Of(problem!, 500) : Granted) + "\n"), .. encrypted ?? []];

    internal static (byte[]? Encrypted, string? Problem) ParseAnswer(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf((byte)'\n');
        if (end < 0)
        {
            return (null, "the identity helper gave no answer; its own log says why (journalctl -u 'provision-identity@*')");
        }

        var line = Encoding.UTF8.GetString(answer[..end]);
        return line == Granted ? (answer[(end + 1)..].ToArray(), null) : (null, $"the identity helper refuses: {Printable.Of(line, 500)}");
    }

    /// <summary>Reads a question: to the end of the line or of the stream, or to more than what is allowed.</summary>
    internal static byte[] ReadLine(Stream stream) => Read(stream, read => read.Contains((byte)'\n'));

    /// <summary>Reads an answer: to the end of the stream, or to more than what is allowed.</summary>
    internal static byte[] ReadAll(Stream stream) => Read(stream, _ => false);

    private static byte[] Read(Stream stream, Func<ReadOnlySpan<byte>, bool> isWhole)
    {
        var read = new ArrayBufferWriter<byte>();
        while (read.WrittenCount <= MostBytes && stream.Read(read.GetSpan(64 << 10)) is > 0 and var more)
        {
            read.Advance(more);
            if (isWhole(read.WrittenSpan[^more..]))
            {
                break;
            }
        }

        return read.WrittenSpan.ToArray();
    }
}
