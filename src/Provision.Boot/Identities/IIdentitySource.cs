using Provision.Boot.Jobs;

namespace Provision.Boot.Identities;

/// <summary>Where a boot server gets the identities of hosts from: encrypted to one installer, never in plain text.</summary>
internal interface IIdentitySource
{
    /// <summary>Returns a host's identity, encrypted to the recipient of the job's installer; null and the reason for the boot server's log if it cannot be
    /// had.</summary>
    /// <param name="job">The job, whose installer has claimed it.</param>
    (byte[]? Encrypted, string? Problem) EncryptFor(Job job);
}

/// <summary>Asks the helper if it listens, and decrypts itself otherwise: for a boot server that was started by hand as root.</summary>
/// <param name="helper">The helper.</param>
/// <param name="own">Decrypts in this process.</param>
internal sealed class HelperOrOwn(IdentitySocket helper, IIdentitySource own) : IIdentitySource
{
    public (byte[]? Encrypted, string? Problem) EncryptFor(Job job) => helper.Exists ? helper.EncryptFor(job) : own.EncryptFor(job);
}
