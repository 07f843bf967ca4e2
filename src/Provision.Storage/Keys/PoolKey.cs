namespace Provision.Storage.Keys;

/// <summary>The key of an imported pool.</summary>
internal static class PoolKey
{
    /// <summary>
    /// The key, sealed to the Tang servers: a property of the pool, because Clevis itself knows only LUKS and no key may lie on the operating
    /// system's disk.
    /// </summary>
    public const string SealedProperty = "provision:clevis";

    /// <summary>Gets it from the Tang servers, by what is sealed in the pool's property.</summary>
    /// <exception cref="StorageException">The pool was never bound, or too few servers answered.</exception>
    public static RecoveryKey FromTang(StorageMachine machine, string pool)
    {
        var answer = machine.Reader.Run("zfs", "get", "-H", "-o", "value", SealedProperty, pool);
        var jwe = answer.Output.Trim();
        return answer.ExitCode == 0 && jwe.Length > 1
            ? TangServers.Unseal(machine.Commands, jwe)
            : throw new StorageException($"the pool {pool} is not bound to Tang servers; only its recovery key opens it");
    }
}
