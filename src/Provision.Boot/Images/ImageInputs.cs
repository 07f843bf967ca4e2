using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Boot.Images;

/// <summary>One package of an image.</summary>
/// <param name="File">Name of its file, with its version: <c>cron_3.0pl1-197_amd64.deb</c>.</param>
/// <param name="Sha256">Of the file, lower-case hexadecimal.</param>
public sealed record ImagePackage(string File, string Sha256)
{
    /// <summary>Its name.</summary>
    [JsonIgnore]
    public string Name => File.Split('_')[0];
}

/// <summary>
/// Everything that an image is made from. Its digest is the image's address: the same inputs are the same image, and a build of them has nothing to do.
/// The mirror is in it as the exact packages that it gave; where they came from is not.
/// </summary>
/// <param name="Recipe">How it is made.</param>
/// <param name="Packages">The exact packages.</param>
/// <param name="Signer">Public key that it is signed with.</param>
public sealed record ImageInputs(ImageRecipe Recipe, IReadOnlyList<ImagePackage> Packages, string Signer)
{
    /// <summary>SHA-256 of the inputs' one spelling as JSON, lower-case hexadecimal: members as they are declared, lists and names in order.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Canonical()));

    /// <summary>The inputs' one spelling as JSON; kept beside the image as <c>inputs.json</c>.</summary>
    public byte[] Canonical() => JsonSerializer.SerializeToUtf8Bytes(
        this with
        {
            Recipe = Recipe with { Files = new SortedDictionary<string, string>(Recipe.Files.ToDictionary(), StringComparer.Ordinal) },
            Packages = [.. Packages.OrderBy(package => package.File, StringComparer.Ordinal)],
        },
        ImagesJson.Default.ImageInputs);
}

/// <summary>JSON of the images' own files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageInputs))]
internal sealed partial class ImagesJson : JsonSerializerContext;
