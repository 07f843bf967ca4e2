namespace Provision.Lab;

/// <summary>The disks of an <see cref="InstallerTrial"/>: two of the system, three of data.</summary>
/// <param name="Images">Their images, in the order of the bays.</param>
public sealed record InstallerDisks(IReadOnlyList<string> Images)
{
    private const int BootCode = 440;

    /// <summary>Disks as the guest has them.</summary>
    public IReadOnlyList<UmlDisk> Disks => [.. Images.Select((image, index) => new UmlDisk(image, $"LAB{index + 1}"))];

    /// <summary>SHA-256 of each whole data disk.</summary>
    public string Data => string.Join(' ', Images.Skip(2).Select(StorageTrial.Hash));

    /// <summary>SHA-256 of each whole disk.</summary>
    public string All => string.Join(' ', Images.Select(StorageTrial.Hash));

    /// <summary>The boot code of both system disks, in hexadecimal; <c>none</c> where there is only zeros.</summary>
    public string Boot => string.Join(' ', Images.Take(2).Select(image =>
    {
        using var stream = File.OpenRead(image);
        var code = new byte[BootCode];
        stream.ReadExactly(code);
        return code.All(value => value == 0) ? "none" : Convert.ToHexStringLower(code);
    }));

    /// <summary>Removes the images.</summary>
    public void Delete() => Directory.Delete(Path.GetDirectoryName(Images[0])!, recursive: true);
}
