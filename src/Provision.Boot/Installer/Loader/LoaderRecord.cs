using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Boot.Installer.Loader;

/// <summary>What was last written as boot loader, and where: kept on the system itself, so that a health check needs no look at the disks' contents.</summary>
/// <param name="Fingerprint">Of the packages that it was made of.</param>
/// <param name="Partitions">UUIDs of the EFI system partitions of the disks that start this system.</param>
public sealed record LoaderRecord(string Fingerprint, IReadOnlyList<string> Partitions)
{
    /// <summary>Where it lies.</summary>
    public const string Path = "/var/lib/provision/boot-loader.json";

    /// <summary>Reads the record of a system; null before the first.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static LoaderRecord? Read(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            return files.Read(Path) is { } file ? JsonSerializer.Deserialize(file.Content, LoaderJson.Default.LoaderRecord) : null;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"{Path} is damaged ({wrong.Message}): \"provision boot-loader --renew\" writes it again", wrong);
        }
    }

    internal void Write(IMachineFiles files) =>
        AtomicFile.Write(files, Path, JsonSerializer.SerializeToUtf8Bytes(this, LoaderJson.Default.LoaderRecord), FileModes.Private);
}

/// <summary>JSON of <see cref="LoaderRecord"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(LoaderRecord))]
internal sealed partial class LoaderJson : JsonSerializerContext;
