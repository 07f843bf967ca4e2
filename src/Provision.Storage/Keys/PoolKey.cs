using Provision.Storage.Create;

namespace Provision.Storage.Keys;

/// <summary>The key of an imported pool.</summary>
internal static class PoolKey
{
    /// <summary>Gets it from the Tang servers, by what is sealed in the pool's property.</summary>
    /// <exception cref="StorageException">The pool was never bound, or too few servers answered.</exception>
    public static RecoveryKey FromTang(StorageMachine machine, string pool)
    {
        var answer = machine.Look.Run("zfs", "get", "-H", "-o", "value", PoolMaker.SealedKey, pool);
        var jwe = answer.Output.Trim();
        return answer.ExitCode == 0 && jwe.Length > 1
            ? TangServers.Unseal(machine.Commands, jwe)
            : throw new StorageException($"the pool {pool} is not bound to Tang servers; only its recovery key opens it");
    }
}
