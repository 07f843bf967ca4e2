using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Provision.Boot.Jobs;

/// <summary>
/// The boot server's own secret, from which the tokens are made: firmware may fetch a ticket more than once and gets the same one, while
/// only the token's hash is in the database.
/// </summary>
/// <param name="secret">At least 32 bytes.</param>
public sealed class JobKey(ReadOnlyMemory<byte> secret)
{
    /// <summary>The token of one boot of a job: 43 characters of base64url.</summary>
    public string TokenOf(string job, int boot) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(secret.Span, Encoding.UTF8.GetBytes($"token {job} {boot}")));
}

/// <summary>Tokens, keys and what is kept of them.</summary>
internal static class JobSecrets
{
    /// <summary>Length of tokens and boot keys: 256 bits in base64url.</summary>
    public const int Characters = 43;

    /// <summary>A fresh random token or boot key.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is kept of a token or key.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>True for the secret that a hash was made of; takes as long for a wrong one as for the right one.</summary>
    public static bool Matches(string? secret, string? hash) =>
        secret is { Length: Characters } && hash is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(HashOf(secret)), Encoding.UTF8.GetBytes(hash));

    /// <summary>
    /// The code that an installer shows on its console and an engineer gives to <c>netboot approve --code</c>: eight characters that follow from
    /// the hash of the boot key, so that whoever else claimed the job has another one.
    /// </summary>
    public static string CodeOf(string bootKeyHash)
    {
        const string letters = "abcdefghjkmnpqrstuvwxyz23456789"; // none that is taken for another
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes("provision code " + bootKeyHash));
        return string.Create(9, bytes, static (text, from) =>
        {
            for (var i = 0; i < 9; i++)
            {
                text[i] = i == 4 ? '-' : letters[from[i] % letters.Length];
            }
        });
    }
}
