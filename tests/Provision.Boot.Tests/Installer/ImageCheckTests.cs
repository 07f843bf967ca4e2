using System.Text;
using Provision.Boot.Installer.Image;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>Manifests that say nonsense, and disks that are too small.</summary>
public class ImageCheckTests
{
    [Theory]
    [InlineData("", "m/manifest.json(1,1): no manifest of an image")]
    [InlineData("null", "m/manifest.json holds no manifest")]
    [InlineData("{\"name\":\"os\"", "no manifest of an image")]
    [InlineData("{\"name\":\"os\",\"inputs\":\"\",\"release\":\"trixie\"}", "no manifest of an image")]
    [InlineData("{\"name\":\"os\",\"inputs\":\"\",\"release\":\"trixie\",\"files\":[]}", "the image os has no root.tar.zst")]
    [InlineData("{\"name\":\"os\",\"inputs\":\"\",\"release\":\"trixie\",\"files\":[{\"name\":\"root.tar.zst\",\"bytes\":4194305,\"sha256\":\"\",\"pieces\":[\"a\"],\"unpackedBytes\":1}]}", "has 2 pieces, and the manifest names 1")]
    [InlineData("{\"name\":\"os\",\"inputs\":\"\",\"release\":\"trixie\",\"files\":[{\"name\":\"root.tar.zst\",\"bytes\":0,\"sha256\":\"\",\"pieces\":[],\"unpackedBytes\":1}]}", "of 0 bytes")]
    public void A_manifest_that_says_nonsense_is_refused(string text, string says) =>
        Assert.Contains(says, Assert.Throws<InstallException>(() => ImageCheck.Parse("m/manifest.json", Encoding.UTF8.GetBytes(text))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_archive_is_beside_its_manifest()
    {
        var source = ImageCheck.Parse("images/os/manifest.json", "{\"name\":\"os\",\"inputs\":\"\",\"release\":\"trixie\",\"files\":[{\"name\":\"root.tar.zst\",\"bytes\":5,\"sha256\":\"\",\"pieces\":[\"a\"],\"unpackedBytes\":1}]}"u8.ToArray());
        Assert.Equal("images/os/root.tar.zst", source.Address);
    }

    [Theory]
    [InlineData(1_000, 500, false)]
    [InlineData(1_000, 2_000, true)]
    [InlineData(1_000, 1_000, false)]
    [InlineData(1_000, 64, false)]
    [InlineData(300_000, 500_000, true)]
    public void An_image_must_fit(long unpackedMebibytes, long diskMebibytes, bool fits) =>
        Assert.Equal(fits, ImageCheck.Problem(new ImageFile("root.tar.zst", 1, "", ["a"], unpackedMebibytes << 20), diskMebibytes << 20) is null);
}
