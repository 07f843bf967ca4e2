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

    /// <summary>The key of the requests of one installer: 32 bytes, sent to it once, encrypted to its own key.</summary>
    /// <param name="job">The job.</param>
    /// <param name="claim">The 1-based number of its claim: a key that comes again is no session that comes again.</param>
    /// <param name="recipient">Its public key.</param>
    public byte[] SessionOf(string job, int claim, string recipient) =>
        HMACSHA256.HashData(secret.Span, Encoding.UTF8.GetBytes($"session {job} {claim} {recipient}"));

    /// <summary>The key by which the job's machine is known again; each approval by code makes the one before worthless.</summary>
    public ReturnKey ReturnKeyOf(string job, int approvals) =>
        new(job, Base64Url.EncodeToString(HMACSHA256.HashData(secret.Span, Encoding.UTF8.GetBytes($"return {job} {approvals}"))));
}

/// <summary>Tokens, keys and what is kept of them.</summary>
internal static class JobSecrets
{
    /// <summary>Length of a token: 256 bits in base64url.</summary>
    public const int Characters = 43;

    private static readonly System.Buffers.SearchValues<char> Bech32 = System.Buffers.SearchValues.Create("qpzry9x8gf2tvdw0s3jn54khce6mua7l");

    /// <summary>A fresh random token.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is kept of a token.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>True for the secret that a hash was made of; takes as long for a wrong one as for the right one.</summary>
    public static bool Matches(string? secret, string? hash) =>
        secret is { Length: Characters } && hash is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(HashOf(secret)), Encoding.UTF8.GetBytes(hash));

    /// <summary>True for a public key of age itself: no plugin and no ssh key.</summary>
    public static bool IsRecipient(string? text) =>
        text is { Length: 62 } && text.StartsWith("age1", StringComparison.Ordinal) && !text.AsSpan(4).ContainsAnyExcept(Bech32);

    /// <summary>
    /// The code that an installer shows on its console and an engineer gives to <c>netboot approve --code</c>: twelve characters that follow from the
    /// public key of this boot and from the order. Whoever claimed the job instead, or gave the machine another order, has another one. To search
    /// for a key with a given
    /// code takes 2^59 tries.
    /// </summary>
    /// <param name="recipient">The public key.</param>
    /// <param name="orderHash">Hash of the order's text.</param>
    public static string CodeOf(string recipient, string orderHash)
    {
        const string letters = "abcdefghjkmnpqrstuvwxyz23456789"; // none that is taken for another
        var number = new System.Numerics.BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes($"provision code {recipient} {orderHash}")), isUnsigned: true);
        var code = new StringBuilder();
        for (var i = 0; i < 12; i++)
        {
            code.Append(i is 4 or 8 ? "-" : "").Append(letters[(int)(number % letters.Length)]);
            number /= letters.Length;
        }

        return code.ToString();
    }
}
