namespace Provision.Storage.Keys;

/// <summary>
/// Where recovery keys and header backups are kept, each encrypted with age to the operators: a folder that is not on the machine's
/// own operating system disk, which a reinstall wipes.
/// </summary>
/// <param name="machine">Encrypts and writes.</param>
/// <param name="folder">The folder; each host has one below it.</param>
/// <param name="host">The host.</param>
public sealed class Escrow(StorageMachine machine, string folder, string host)
{
    /// <summary>LUKS2 allows headers of 4 MiB and a keyslot area of 128 MiB; what cryptsetup makes by itself has 16 MiB.</summary>
    private const long MostHeaderBytes = 132L << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Keeps a volume's key, durably, before the volume has it.</summary>
    /// <param name="label">The volume or pool.</param>
    /// <param name="key">Its key.</param>
    /// <param name="recipients">File with the operators' age recipients.</param>
    public void KeepKey(string label, RecoveryKey key, string recipients) => Keep(KeyPath(label), key.Bytes, recipients);

    /// <summary>Keeps the backup of a container's header.</summary>
    /// <param name="label">The volume.</param>
    /// <param name="header">The header as cryptsetup saved it.</param>
    /// <param name="recipients">File with the operators' age recipients.</param>
    public void KeepHeader(string label, ReadOnlyMemory<byte> header, string recipients) =>
        Keep(HeaderPath(label), machine.Commands.Run(Command.Of("zstd", "-q", "-c").WithInput(header).WithTimeout(Limit)).OrThrow().Output, recipients);

    /// <summary>Reads a volume's key with an operator's identity.</summary>
    /// <exception cref="StorageException">It is not there, or cannot be read.</exception>
    public RecoveryKey ReadKey(string label, string identity) => RecoveryKey.Of(Open(KeyPath(label), identity).Span);

    /// <summary>Reads a header backup with an operator's identity.</summary>
    /// <exception cref="StorageException">It is not there, or cannot be read.</exception>
    public ReadOnlyMemory<byte> ReadHeader(string label, string identity)
    {
        var packed = Open(HeaderPath(label), identity);
        return Zstandard.Unpack(packed.Span, MostHeaderBytes, out var header) == UnpackOutcome.Whole ? header
            : throw new StorageException($"{HeaderPath(label)} is damaged");
    }

    private string KeyPath(string label) => $"{folder}/{host}/{label}.key.age";

    private string HeaderPath(string label) => $"{folder}/{host}/{label}.header.zst.age";

    private void Keep(string path, ReadOnlyMemory<byte> plain, string recipients)
    {
        var sealedBytes = machine.Commands.Run(Command.Of("age", "--encrypt", "--recipients-file", recipients).WithInput(plain).WithTimeout(Limit))
            .OrThrow().Output;
        AtomicFile.Write(machine.Files, path, sealedBytes.Span, FileModes.Private);
    }

    private ReadOnlyMemory<byte> Open(string path, string identity)
    {
        var file = machine.Files.Read(path) ?? throw new StorageException($"there is no {path}: without it the volume opens only through the Tang servers");
        var result = machine.Commands.Run(Command.Of("age", "--decrypt", "--identity", identity).WithInput(file.Content).WithTimeout(Limit));
        return result.Succeeded ? result.Output : throw new StorageException($"{path} cannot be decrypted with {identity}: {result.Error.Split('\n')[0]}");
    }
}
