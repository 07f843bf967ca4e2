using System.Security.Cryptography;
using System.Text.Json;
using Provision.Boot.Jobs;

namespace Provision.Boot.Images;

/// <summary>Packs a root, and describes files for a manifest.</summary>
internal static class ImagePacker
{
    /// <summary>Packs a root into <c>root.tar.zst</c>: names in order, owners as numbers, with extended attributes (capabilities are among them).</summary>
    /// <param name="root">The root.</param>
    /// <param name="folder">Where the archive comes.</param>
    /// <param name="commands">Runs tar.</param>
    /// <returns>The file, for the manifest.</returns>
    public static ImageFile PackRoot(string root, string folder, ICommandRunner commands)
    {
        var archive = Path.Combine(folder, "root.tar.zst");
        string[] how = ["--create", "--sort=name", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--one-file-system",
            "--use-compress-program=zstd -T0 -6", "--file=" + archive, "--directory=" + root, "."];
        commands.Run(Command.Of("tar", how).WithTimeout(TimeSpan.FromHours(1))).OrThrow();
        var used = commands.Run(Command.Of("du", "-s", "-x", "-B1", root).WithTimeout(TimeSpan.FromMinutes(10))).OrThrow().Text.Split('\t')[0];
        return Describe(archive, long.Parse(used, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A file for a manifest: its size and the hashes of the whole and of each piece.</summary>
    /// <param name="path">The file.</param>
    /// <param name="unpackedBytes">What its content needs; null where it is not packed.</param>
    public static ImageFile Describe(string path, long? unpackedBytes = null)
    {
        using var file = File.OpenRead(path);
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pieces = new List<string>();
        var buffer = new byte[ImageManifest.PieceBytes];
        for (int read; (read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            whole.AppendData(buffer, 0, read);
            pieces.Add(Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, read))));
        }

        return new ImageFile(Path.GetFileName(path), file.Length, Convert.ToHexStringLower(whole.GetHashAndReset()), pieces, unpackedBytes ?? file.Length);
    }

    /// <summary>Writes a manifest and signs it.</summary>
    /// <param name="path">Where to: <c>manifest.json</c>; its signature comes beside it.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="signer">Signs it.</param>
    public static void WriteManifest(string path, ImageManifest manifest, ImageSigner signer)
    {
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(manifest, JobsJson.Default.ImageManifest));
        signer.SignManifest(path);
    }
}
