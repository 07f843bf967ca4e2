using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Provision.Boot.Jobs;

/// <summary>
/// A secret of one job on the system disk of its host: put there by the old system, or by the installer as soon as it can write. A machine that has it is the
/// one that the job is for. It is not sent: the machine proves that it has it, for the token and the key of this boot.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Secret">32 bytes in base64url.</param>
public sealed record ReturnKey(string Job, string Secret)
{
    /// <summary>Path on each EFI system partition of the system's disks.</summary>
    public const string Path = "/provision/return";

    /// <summary>Text of the file.</summary>
    public string Text => $"{Job} {Secret}\n";

    /// <summary>Parses the text of a file; null if it is none.</summary>
    public static ReturnKey? Parse(string text)
    {
        var words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is [{ Length: 32 } job, { Length: JobSecrets.Characters } secret] && job.All(char.IsAsciiHexDigitLower)
            ? new ReturnKey(job, secret) : null;
    }

    /// <summary>Proves to have it.</summary>
    /// <param name="token">The token of this boot: the boot server chose it, and it is used once.</param>
    /// <param name="recipient">The public key of this boot.</param>
    public string Prove(string token, string recipient) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"claim\n{Job}\n{token}\n{recipient}")));

    /// <summary>True if one of some proofs is this key's.</summary>
    public bool IsProvedBy(IEnumerable<string> proofs, string token, string recipient)
    {
        var wanted = Encoding.ASCII.GetBytes(Prove(token, recipient));
        return proofs.Take(4).Any(proof => CryptographicOperations.FixedTimeEquals(wanted, Encoding.ASCII.GetBytes(proof)));
    }
}
