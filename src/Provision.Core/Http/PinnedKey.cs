using System.Buffers;
using System.Net.Http;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Provision.Core;

/// <summary>
/// The public key of a server, pinned in its URL: <c>https://192.0.2.4:8490#SHA256:…</c>. No authority vouches for the server's certificate, and neither
/// its names nor its dates count: the key alone does.
/// </summary>
public static class PinnedKey
{
    /// <summary>What the fragment of a URL begins with; 43 characters follow: the base64 of SHA-256 over the SubjectPublicKeyInfo, without padding.</summary>
    public const string Prefix = "#SHA256:";

    private const int Characters = 43;

    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <summary>True if a text is a pin, with its prefix.</summary>
    public static bool IsPin(ReadOnlySpan<char> text) => text.Length == Prefix.Length + Characters && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text[Prefix.Length..].IndexOfAnyExcept(Base64) < 0;

    /// <summary>Returns the pin of a certificate.</summary>
    public static string Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Prefix + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())).TrimEnd('=');
    }

    /// <summary>Returns a URL without its pin, for messages.</summary>
    public static string Show(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.GetLeftPart(UriPartial.Query).TrimEnd('/');
    }

    /// <summary>Returns why a request failed, in a sentence about the key if that was it.</summary>
    public static string Why(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.InnerException is AuthenticationException
            ? "it has another key than the inventory says; find out why before you change the inventory" : failure.Message;
    }

    /// <summary>Returns what sends requests to some servers: over https, only to those that have the key of one of these URLs.</summary>
    /// <param name="servers">The URLs, with pins where they are https.</param>
    /// <param name="connect">The longest time to connect.</param>
    public static SocketsHttpHandler Handler(IEnumerable<Uri> servers, TimeSpan connect)
    {
        var pins = servers.Select(server => server.Fragment).Where(fragment => IsPin(fragment)).ToHashSet(StringComparer.Ordinal);
        return new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = connect,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && pins.Contains(Of(shown)),
            },
        };
    }

    /// <summary>Creates a key with a certificate of its own, as PEM. The certificate has no end: it is changed with its pin.</summary>
    public static string NewServerPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=provision", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>Reads what <see cref="NewServerPem"/> returned.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read, or is none.</exception>
    public static X509Certificate2 ReadServerPem(string path)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(path);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{path} is not a certificate with its private key: {e.Message}", e);
        }
    }
}
