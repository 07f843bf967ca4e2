using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Provision.Templating.Builtins;

/// <summary><c>string.*</c>: digests, as lower-case hexadecimal of the UTF-8 text.</summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Templates name the digest that the other side asks for.")]
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Templates name the digest that the other side asks for.")]
internal static class HashFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("string.md5", "text", static (_, a) => Hex(MD5.HashData(Bytes(a.Text(0))))),
        new("string.sha1", "text", static (_, a) => Hex(SHA1.HashData(Bytes(a.Text(0))))),
        new("string.sha256", "text", static (_, a) => Hex(SHA256.HashData(Bytes(a.Text(0))))),
        new("string.sha512", "text", static (_, a) => Hex(SHA512.HashData(Bytes(a.Text(0))))),
        new("string.hmac_sha1", "text secret_key", static (_, a) => Hex(HMACSHA1.HashData(Bytes(a.Text(1)), Bytes(a.Text(0))))),
        new("string.hmac_sha256", "text secret_key", static (_, a) => Hex(HMACSHA256.HashData(Bytes(a.Text(1)), Bytes(a.Text(0))))),
        new("string.hmac_sha512", "text secret_key", static (_, a) => Hex(HMACSHA512.HashData(Bytes(a.Text(1)), Bytes(a.Text(0))))),
    ];

    private static byte[] Bytes(string? text) => Encoding.UTF8.GetBytes(text ?? "");

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
