namespace Provision.Core.Tests;

public class NearestNameTests
{
    private static readonly string[] Known = ["chassis", "roles", "address", "slot_network", "macs", "branch"];

    [Theory]
    [InlineData("chasis", "chassis")]
    [InlineData("role", "roles")]
    [InlineData("adress", "address")]
    [InlineData("slotnetwork", "slot_network")]
    [InlineData("macS", "macs")]
    [InlineData("brnach", "branch")]
    [InlineData("zzz", null)]
    [InlineData("", null)]
    public void The_nearest_known_name_is_found(string given, string? expected) => Assert.Equal(expected, NearestName.Of(given, Known));

    [Fact]
    public void Ties_do_not_depend_on_the_order_of_candidates()
    {
        Assert.Equal("imap33", NearestName.Of("imap3", ["imap34", "imap33"]));
        Assert.Equal("imap33", NearestName.Of("imap3", ["imap33", "imap34"]));
    }
}
