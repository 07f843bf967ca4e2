namespace Provision.Boot.Jobs;

/// <summary>
/// What an image is (<c>manifest.json</c>): signed as a whole, and with the hash of every piece of its content, so that a piece is
/// verified before it is written while the rest is still on its way.
/// </summary>
internal sealed record ImageManifest
{
    /// <summary>Bytes of a piece; the last one is shorter.</summary>
    public const int PieceBytes = 4 << 20;

    /// <summary>Namespace of the signature (<c>ssh-keygen -Y sign -n</c>).</summary>
    public const string SignatureNamespace = "provision-image";

    /// <summary>Name, such as <c>os-store</c> or <c>installer</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over everything that it was made from.</summary>
    public required string Inputs { get; init; }

    /// <summary>The Debian release.</summary>
    public required string Release { get; init; }

    /// <summary>Its files.</summary>
    public required IReadOnlyList<ImageFile> Files { get; init; }
}

/// <summary>One file of an image, beside the manifest.</summary>
/// <param name="Name"><c>root.tar.zst</c>, <c>vmlinuz</c>, <c>initrd.zst</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of the whole, lower-case hexadecimal.</param>
/// <param name="Pieces">SHA-256 of each piece of <see cref="ImageManifest.PieceBytes"/>, in order.</param>
/// <param name="UnpackedBytes">Space that the content needs unpacked; the file's own size where it is not packed.</param>
internal sealed record ImageFile(string Name, long Bytes, string Sha256, IReadOnlyList<string> Pieces, long UnpackedBytes);

/// <summary>Where images are: <c>STORE/NAME/DIGEST/</c> with the manifest and its files, and <c>STORE/current/NAME</c>, a file that holds the digest.</summary>
public static class ImageNames
{
    /// <summary>The image that holds the kernel and the initrd of installer and discovery.</summary>
    public const string Installer = "installer";

    /// <summary>The image of a set of roles, as hosts list them: <c>os-store</c>, <c>os-web-mon</c>.</summary>
    public static string OfRoles(IEnumerable<string> roles) => "os-" + string.Join('-', roles);
}
