using System.Security.Cryptography;
using Provision.Boot.Installer.Image;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>Nobody sees a byte of an image that was not verified, and a network that is cut costs a piece.</summary>
public class PieceReaderTests
{
    private static readonly byte[] Content = Enumerable.Range(0, (2 * ImageManifest.PieceBytes) + 12345).Select(at => (byte)(at * 31 >> 3)).ToArray();

    /// <summary>What goes wrong, one after the other, and from where the image is opened in all.</summary>
    [Theory]
    [InlineData("", "0")]
    [InlineData("refused refused", "0 0 0")]
    [InlineData("cut", "0 1")]
    [InlineData("cut refused bit", "0 1 1 1")]
    [InlineData("bit", "0 0")]
    [InlineData("bit bit", "0 0 0")]
    public void An_image_comes_whole_through_trouble(string troubles, string pieces)
    {
        var channel = Channel(troubles);
        var to = new MemoryStream();
        Reader(channel, verify: true).Read(to);
        Assert.Equal(Content, to.ToArray());
        Assert.Equal(pieces, string.Join(' ', channel.Asked.Select(offset => offset / ImageManifest.PieceBytes)));
    }

    [Theory]
    [InlineData("bit bit bit", "its content is not what the manifest says, also after 3 tries")]
    [InlineData("refused refused refused refused refused refused refused refused refused refused refused refused refused refused",
        "connection refused, also after 14 tries")]
    public void What_does_not_come_right_is_an_error_and_nothing_of_it_was_seen(string troubles, string says)
    {
        var to = new MemoryStream();
        var wrong = Assert.Throws<InstallException>(() => Reader(Channel(troubles), verify: true).Read(to));
        Assert.Equal($"piece 1 of 3 of image/root.tar.zst: {says}", wrong.Message);
        Assert.Equal(0, to.Length);
    }

    [Fact]
    public void Without_the_hash_of_a_piece_a_changed_image_is_installed()
    {
        var to = new MemoryStream();
        Reader(Channel("bit"), verify: false).Read(to);
        Assert.NotEqual(Content, to.ToArray());
    }

    private static FlakyChannel Channel(string troubles)
    {
        var channel = new FlakyChannel(Content);
        troubles.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList().ForEach(channel.Troubles.Enqueue);
        return channel;
    }

    private static PieceReader Reader(FlakyChannel channel, bool verify)
    {
        var file = new ImageFile(ImageSource.RootArchive, Content.Length, "",
            [.. Content.Chunk(ImageManifest.PieceBytes).Select(piece => Convert.ToHexStringLower(SHA256.HashData(piece)))], Content.Length);
        var manifest = new ImageManifest { Name = "os", Inputs = "", Release = "trixie", Files = [file] };
        return new PieceReader(channel, new ImageSource(manifest, file, "image/root.tar.zst"), verify, _ => { }, (_, _) => { });
    }
}
