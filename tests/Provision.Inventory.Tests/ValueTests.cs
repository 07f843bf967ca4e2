namespace Provision.Inventory.Tests;

public class ValueTests
{
    [Theory]
    [InlineData("2000G", 2_000_000_000_000)]
    [InlineData("2T", 2_000_000_000_000)]
    [InlineData("4096", 4096)]
    [InlineData("9223372P", -1)]
    [InlineData("9223P", 9_223_000_000_000_000_000)]
    [InlineData("-1G", -1)]
    [InlineData("1.5T", -1)]
    [InlineData("2GB", -1)]
    [InlineData("G", -1)]
    [InlineData("", -1)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.Equal(bytes >= 0, ByteSize.TryParse(text, out var read));
        Assert.Equal(Math.Max(0, bytes), read);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(2_000_000_000_000, "2T")]
    [InlineData(1500, "1500")]
    [InlineData(23_040_000_000_000, "23040G")]
    public void Sizes_are_written(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1023, "1023")]
    [InlineData(1024, "1.0K")]
    [InlineData(10_240, "10K")]
    [InlineData(10_138, "10K")]
    [InlineData(1_048_576, "1.0M")]
    public void Sizes_are_written_as_df_does(long bytes, string text) => Assert.Equal(text, ByteSize.FormatLikeDf(bytes));

    [Theory]
    [InlineData("192.0.2.37", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("192.0.2", false)]
    [InlineData("192.0.2.037", false)]
    [InlineData("192.0.2.256", false)]
    [InlineData("192.0.2.1.1", false)]
    [InlineData("192.0.2. 1", false)]
    [InlineData("192.0.2.+1", false)]
    [InlineData("::1", false)]
    public void Addresses_are_read(string text, bool right)
    {
        Assert.Equal(right, Ipv4Address.TryParse(text, out var address));
        Assert.Equal(right ? text : "0.0.0.0", address.ToString());
    }

    [Theory]
    [InlineData("198.18.33.0/26", 64, "198.18.33.63")]
    [InlineData("0.0.0.0/0", 4_294_967_296, "255.255.255.255")]
    [InlineData("192.0.2.1/32", 1, "192.0.2.1")]
    public void Networks_are_read(string text, long size, string last)
    {
        Assert.True(Ipv4Network.TryParse(text, out var network));
        Assert.Equal((size, last, text), (network.Size, network.Last.ToString(), network.ToString()));
    }

    [Theory]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0")]
    [InlineData("192.0.2.1/24")]
    public void What_is_no_network_is_refused(string text) => Assert.False(Ipv4Network.TryParse(text, out _));

    [Theory]
    [InlineData("00:00:5E:00:53:A1", "00:00:5e:00:53:a1")]
    [InlineData("00-00-5e-00-53-a1", "00:00:5e:00:53:a1")]
    [InlineData("00:00:5e-00:53:a1", null)]
    [InlineData("00:00:5e:00:53:a", null)]
    [InlineData("00:00:5e:00:53:ag", null)]
    [InlineData("00005e0053a1", null)]
    public void Hardware_addresses_are_read(string text, string? expected) =>
        Assert.Equal(expected, MacAddress.TryParse(text, out var mac) ? mac.ToString() : null);

    [Fact]
    public void Names_are_in_the_order_of_people()
    {
        string[] names = ["web1", "imap10", "imap9", "imap", "imap010", "db1", "imap9a", "imap1"];
        Array.Sort(names, NaturalOrder.Instance);
        Assert.Equal(["db1", "imap", "imap1", "imap9", "imap9a", "imap010", "imap10", "web1"], names);
    }

    [Theory]
    [InlineData("imap33", 33, "i33")]
    [InlineData("compute4", 4, "compute4")]
    [InlineData("imap", null, "imap")]
    [InlineData("imapx3", 3, "imapx3")]
    [InlineData("web-2b", null, "web-2b")]
    public void Names_say_number_and_short_name(string name, int? number, string shortName) =>
        Assert.Equal((number, shortName), (HostName.NumberOf(name), HostName.ShortOf(name, new Dictionary<string, string> { ["imap"] = "i" })));
}
