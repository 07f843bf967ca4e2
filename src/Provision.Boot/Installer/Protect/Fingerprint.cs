using System.Security.Cryptography;

namespace Provision.Boot.Installer.Protect;

/// <summary>
/// SHA-256 over what gives a disk its meaning: the first and last 4 MiB of it and of each of its partitions. In there are tables at both ends,
/// superblocks of md, ext4 and xfs, headers of LUKS, labels of ZFS.
/// </summary>
internal static class Fingerprint
{
    private const int Head = 4 << 20;
    private const int Block = 4096;

    /// <summary>The fingerprint, in lower-case hexadecimal.</summary>
    /// <param name="parts">Nodes and sizes in bytes: the disk, then its partitions in order.</param>
    public static string Of(IEnumerable<(string Node, long Bytes)> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (node, bytes) in parts)
        {
            hash.AppendData(BlockReader.Read(node, 0, Head));
            if (bytes > Head)
            {
                hash.AppendData(BlockReader.Read(node, Math.Max(Head, bytes - Head) / Block * Block, Head));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
