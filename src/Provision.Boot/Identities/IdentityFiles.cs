using Provision.Boot.Jobs;
using Provision.Configuration.Secrets;

namespace Provision.Boot.Identities;

/// <summary>The identities in the repository, decrypted by the key that the site's boot servers have.</summary>
/// <param name="secrets">The repository's secrets.</param>
/// <param name="commands">Runs age.</param>
internal sealed class IdentityFiles(SecretStore secrets, ICommandRunner commands) : IIdentitySource
{
    public (byte[]? Encrypted, string? Problem) EncryptFor(Job job) => EncryptFor(job.Host, job.Recipient!);

    /// <summary>Returns a host's identity, encrypted to a recipient.</summary>
    /// <param name="host">The host.</param>
    /// <param name="recipient">An age recipient.</param>
    public (byte[]? Encrypted, string? Problem) EncryptFor(string host, string recipient)
    {
        var (bytes, problem) = secrets.ReadBytes(IdentityHelper.SecretOf(host));
        return bytes is { } archive ? AgeRecipient.Encrypt(recipient, archive, commands) : (null, problem);
    }
}
