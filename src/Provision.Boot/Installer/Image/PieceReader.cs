using System.Security.Cryptography;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Image;

/// <summary>
/// Reads an image piece by piece: each is whole in memory and verified before anybody sees a byte of it. What is lost or bad is fetched again
/// from where it begins, so a network that is cut costs the piece that it cut.
/// </summary>
/// <param name="channel">Where the image is.</param>
/// <param name="image">The image; its manifest was verified.</param>
/// <param name="verify">False for the test that shows what happens without.</param>
/// <param name="wait">Waits between two tries.</param>
/// <param name="progress">Told of the part that is done, 0 to 1, and of what went wrong meanwhile (else null).</param>
internal sealed class PieceReader(IJobChannel channel, ImageSource image, bool verify, Action<TimeSpan> wait, Action<double, string?> progress)
{
    /// <summary>Tries of one piece: with the pauses between them about five minutes.</summary>
    public const int MostTries = 14;

    /// <summary>Tries of a piece that comes whole and is not what the manifest says.</summary>
    private const int MostBad = 3;

    /// <summary>The pause after a try, at most half a minute.</summary>
    public static TimeSpan Pause(int attempt) => TimeSpan.FromSeconds(Math.Min(30, 1 << Math.Min(attempt - 1, 5)));

    /// <summary>Copies the first pieces, or all of them.</summary>
    /// <exception cref="InstallException">A piece cannot be had, or is not what the manifest says.</exception>
    public void Read(Stream to, int? most = null)
    {
        var file = image.Root;
        var count = Math.Min(most ?? file.Pieces.Count, file.Pieces.Count);
        var buffer = new byte[(int)Math.Min(ImageManifest.PieceBytes, file.Bytes)];
        Stream? from = null;
        try
        {
            for (var piece = 0; piece < count; piece++)
            {
                var offset = (long)piece * ImageManifest.PieceBytes;
                var content = buffer.AsSpan(0, (int)Math.Min(ImageManifest.PieceBytes, file.Bytes - offset));
                ReadOne(ref from, piece, offset, content);
                to.Write(content);
                progress((double)(piece + 1) / file.Pieces.Count, null);
            }
        }
        finally
        {
            from?.Dispose();
        }
    }

    private void ReadOne(ref Stream? from, int piece, long offset, Span<byte> content)
    {
        var who = $"piece {piece + 1} of {image.Root.Pieces.Count} of {image.Address}";
        for (int attempt = 1, bad = 0; ; attempt++)
        {
            string why;
            try
            {
                from ??= channel.Open(image.Address, offset);
                from.ReadExactly(content);
                if (!verify || Convert.ToHexStringLower(SHA256.HashData(content)) == image.Root.Pieces[piece])
                {
                    return;
                }

                why = "its content is not what the manifest says";
                bad++;
            }
            catch (IOException lost)
            {
                why = lost.Message;
            }

            from?.Dispose();
            from = null;
            if (attempt == MostTries || bad == MostBad)
            {
                throw new InstallException($"{who}: {why}, also after {attempt} tries");
            }

            progress((double)piece / image.Root.Pieces.Count, $"{who}: {why}; trying again");
            wait(Pause(attempt));
        }
    }
}
