using System.Globalization;
using System.Text.Json;
using Provision.Boot.Installer.Target;
using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Image;

/// <summary>Checks the image before anything is written: signed by an allowed signer, complete as far as can be seen, and small enough.</summary>
internal static class ImageCheck
{
    private const int MostManifest = 16 << 20;

    public static void Verify(InstallRun run)
    {
        var address = run.Parts.Image;
        var manifest = Fetch(run, address);
        if (run.Holds(Safeguard.Pinned))
        {
            ImageSignature.CheckPinned(address, manifest, run.Order.ImageManifest);
        }

        if (run.Holds(Safeguard.Signature))
        {
            ImageSignature.Check(run.Machine, address, manifest, Fetch(run, address + ".sig"));
        }

        run.Image = Parse(address, manifest);
        if (run.Holds(Safeguard.Size) && Problem(run.Image.Root, run.Target.Disks.Min(disk => disk.Bytes)) is { } small)
        {
            throw new InstallException(small);
        }

        // Its first piece, too: an image that is not there at all shall not cost a system that starts.
        new PieceReader(run.Channel, run.Image, run.Holds(Safeguard.PieceHash), run.Machine.Wait, (_, _) => { }).Read(Stream.Null, 1);
        run.Say(string.Create(CultureInfo.InvariantCulture,
            $"image {run.Image.Manifest.Name} ({run.Image.Manifest.Release}), {run.Image.Root.Bytes >> 20} MiB packed, is signed"));
    }

    /// <summary>Why an image does not fit; null where it does. ext4 takes 1/64 for inodes and its journal, and a system needs room to work.</summary>
    internal static string? Problem(ImageFile root, long diskBytes)
    {
        const long table = 2 << 20, array = 128 << 20, journal = 64 << 20;
        var room = diskBytes - table - TargetMaker.BiosBytes - TargetMaker.EfiBytes - Math.Min(array, diskBytes / 64);
        var needed = root.UnpackedBytes + (root.UnpackedBytes / 10) + Math.Min(journal, root.UnpackedBytes);
        return room - (room / 64) >= needed ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"the operating system's disk is too small: the image unpacks to {root.UnpackedBytes} bytes and needs {needed}, and of {diskBytes} bytes " +
                $"{room - (room / 64)} can be used");
    }

    /// <summary>The manifest of bytes whose signature was verified.</summary>
    internal static ImageSource Parse(string address, byte[] bytes)
    {
        var manifest = ManifestOf(address, bytes);
        var root = manifest.Files.FirstOrDefault(file => file.Name == ImageSource.RootArchive)
            ?? throw new InstallException($"{address}: the image {manifest.Name} has no {ImageSource.RootArchive}: it is none of an operating system");
        var pieces = (root.Bytes + ImageManifest.PieceBytes - 1) / ImageManifest.PieceBytes;
        return root.Bytes > 0 && root.Pieces.Count == pieces
            ? new ImageSource(manifest, root, address[..(address.LastIndexOf('/') + 1)] + root.Name)
            : throw new InstallException($"{address}: {root.Name} of {root.Bytes} bytes has {pieces} pieces, and the manifest names {root.Pieces.Count}");
    }

    /// <summary>Reads a manifest whose signature was verified.</summary>
    internal static ImageManifest ManifestOf(string address, byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, JobsJson.Default.ImageManifest) ?? throw new InstallException($"{address} holds no manifest");
        }
        catch (JsonException e)
        {
            throw new InstallException($"{address}({e.LineNumber + 1},{e.BytePositionInLine + 1}): no manifest of an image: {e.Message}");
        }
    }

    private static byte[] Fetch(InstallRun run, string address)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var from = run.Channel.Open(address, 0);
                using var to = new MemoryStream();
                var buffer = new byte[1 << 16];
                for (int read; (read = from.Read(buffer)) > 0;)
                {
                    to.Write(buffer, 0, read);
                    if (to.Length > MostManifest)
                    {
                        throw new InstallException($"{address} is larger than any manifest ({MostManifest} bytes)");
                    }
                }

                return to.ToArray();
            }
            catch (IOException lost) when (attempt < PieceReader.MostTries)
            {
                run.Say($"{address}: {lost.Message}; trying again");
                run.Machine.Wait(PieceReader.Pause(attempt));
            }
        }
    }
}
