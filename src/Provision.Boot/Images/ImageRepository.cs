using System.Security.Cryptography;
using System.Text.Json;
using Provision.Boot.Jobs;

namespace Provision.Boot.Images;

/// <summary>
/// The folder of images: <c>NAME/DIGEST/...</c>, which never change once they are there, and <c>current/NAME</c>, which says the digest to use.
/// </summary>
/// <param name="folder">The store.</param>
public sealed class ImageRepository(string folder)
{
    private readonly string root = Path.GetFullPath(folder);

    /// <summary>The image to use of a name, as <c>NAME/DIGEST</c>; null where there is none, or not all of it.</summary>
    public string? Current(string name)
    {
        try
        {
            var digest = File.ReadAllText(Path.Combine(root, "current", name)).Trim();
            return IsDigest(digest) && IsComplete($"{name}/{digest}") ? $"{name}/{digest}" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True if the files of an image that a boot or an installation begins with are there.</summary>
    /// <param name="image"><c>NAME/DIGEST</c>.</param>
    public bool IsComplete(string image)
    {
        ArgumentNullException.ThrowIfNull(image);
        string[] needed = image.StartsWith(ImageNames.Installer + "/", StringComparison.Ordinal) ? ["vmlinuz", "initrd.zst"]
            : ["manifest.json", "manifest.json.sig"];
        return needed.All(file => Find($"{image}/{file}") is not null);
    }

    /// <summary>SHA-256 of an image's manifest; null if it has none.</summary>
    /// <param name="image"><c>NAME/DIGEST</c>.</param>
    public string? ManifestHash(string image) =>
        Find(image + "/manifest.json") is { } file ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))) : null;

    /// <summary>The allowed signers that an image was built with; null if it does not say.</summary>
    /// <param name="image"><c>NAME/DIGEST</c>.</param>
    public string? SignersIn(string image)
    {
        try
        {
            return Find(image + "/inputs.json") is { } file
                && JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), ImagesJson.Default.ImageInputs) is { } inputs
                && inputs.Recipe.Files.TryGetValue("allowed_signers", out var signers) ? signers : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The file of a path below <c>/artefacts/</c>; null where there is none. Only plain names lead there: no dots in front, nothing encoded, and no link
    /// on the way.
    /// </summary>
    public FileInfo? Find(string path)
    {
        var parts = path.Split('/');
        if (parts.Length is < 3 or > 12 || !IsDigest(parts[1]) || !parts.All(IsPlain))
        {
            return null;
        }

        var at = root;
        foreach (var part in parts[..^1])
        {
            at = Path.Combine(at, part);
            if (new DirectoryInfo(at) is not { Exists: true, LinkTarget: null })
            {
                return null;
            }
        }

        return new FileInfo(Path.Combine(at, parts[^1])) is { Exists: true, LinkTarget: null } file ? file : null;
    }

    private static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsPlain(string part) =>
        part.Length is > 0 and <= 200 && part[0] != '.'
            && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+' or '~' or '=' or ':' or '%');
}
