using System.Security.Cryptography;
using System.Text;

namespace Provision.Storage.Keys;

/// <summary>A volume's offline recovery key: what opens it when every Tang server is gone. Lives in memory and, encrypted, in the escrow.</summary>
public sealed class RecoveryKey : IDisposable
{
    // Without i, l, o and 1, so that it can be read out over a phone and typed at 3 am.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz023456789";
    private readonly byte[] text;

    private RecoveryKey(byte[] text) => this.text = text;

    /// <summary>What is given to the tool: the characters without a line end.</summary>
    public ReadOnlyMemory<byte> Bytes => text;

    /// <summary>A new key of 160 random bits: eight groups of four characters.</summary>
    public static RecoveryKey New()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        var key = new List<byte>(39);
        for (var i = 0; i < random.Length; i++)
        {
            if (i > 0 && i % 4 == 0)
            {
                key.Add((byte)'-');
            }

            key.Add((byte)Alphabet[random[i] & 31]);
        }

        return new RecoveryKey([.. key]);
    }

    /// <summary>A new raw key for ZFS: 256 random bits as 64 hexadecimal digits.</summary>
    public static RecoveryKey NewForPool() => new(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));

    /// <summary>A key that came out of the escrow.</summary>
    public static RecoveryKey Of(ReadOnlySpan<byte> bytes) => new(bytes.TrimEnd("\r\n"u8).ToArray());

    /// <summary>Forgets it.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(text);
}
