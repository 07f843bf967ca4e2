using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provision.Boot.Jobs;

/// <summary>What an installer proves with each request that it has the session key: over method, path, body and a counter that rises. Whoever hears it can
/// neither send another request nor the same one again.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path of the address.</param>
/// <param name="BodyHash">SHA-256 of the body, lower-case hexadecimal.</param>
/// <param name="Counter">Rises with each request of a session.</param>
/// <param name="Mac">HMAC-SHA256 of the four with the session key, base64url.</param>
internal sealed record RequestProof(string Method, string Path, string BodyHash, long Counter, string Mac)
{
    private const string Scheme = "Provision ";

    /// <summary>Value of the header <c>Authorization</c>.</summary>
    public string Header => string.Create(CultureInfo.InvariantCulture, $"{Scheme}{Counter} {BodyHash} {Mac}");

    /// <summary>Makes a proof.</summary>
    public static RequestProof Of(ReadOnlySpan<byte> session, string method, string path, ReadOnlySpan<byte> body, long counter)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return new RequestProof(method, path, hash, counter, MacOf(session, method, path, hash, counter));
    }

    /// <summary>Parses a header; null if it is none of ours.</summary>
    public static RequestProof? Parse(string header, string method, string path)
    {
        var words = header.StartsWith(Scheme, StringComparison.Ordinal) && header.Length < 256 ? header[Scheme.Length..].Split(' ') : [];
        return words.Length == 3 && words[1].Length == 64 && words[1].All(char.IsAsciiHexDigitLower)
            && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var counter)
                ? new RequestProof(method, path, words[1], counter, words[2]) : null;
    }

    /// <summary>True if it was made with a session key.</summary>
    public bool IsOf(ReadOnlySpan<byte> session) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Mac), Encoding.ASCII.GetBytes(MacOf(session, Method, Path, BodyHash, Counter)));

    private static string MacOf(ReadOnlySpan<byte> session, string method, string path, string bodyHash, long counter) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(session,
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{method}\n{path}\n{bodyHash}\n{counter}"))));
}

/// <summary>A request's proof, and the boot server's secret that it is checked with.</summary>
/// <param name="Key">The secret.</param>
/// <param name="Request">The proof.</param>
internal sealed record InstallerProof(JobKey Key, RequestProof Request)
{
    /// <summary>True if the installer that claimed the job last sent the request, and sent it just now.</summary>
    public bool Holds(Job job) => job.Recipient is { } recipient && Request.Counter > job.Counter && Request.IsOf(Key.SessionOf(job.Id, job.Claims, recipient));
}
