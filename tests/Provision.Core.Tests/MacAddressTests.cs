using System.Text.Json;

namespace Provision.Core.Tests;

public class MacAddressTests
{
    private static readonly MacAddress One = MacAddress.Parse("00:00:5e:00:53:01"), Two = MacAddress.Parse("00-00-5E-00-53-02");

    [Fact]
    public void Its_text_is_its_form_in_json()
    {
        Assert.Equal("\"00:00:5e:00:53:02\"", JsonSerializer.Serialize(Two));
        Assert.Equal(One, JsonSerializer.Deserialize<MacAddress>("\"00:00:5E:00:53:01\""));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"00:00:5e:00:53\"")]
    [InlineData("1")]
    [InlineData("null")]
    public void What_is_none_is_no_json_of_one(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<MacAddress>(json));

    [Fact]
    public void A_machine_is_known_by_any_of_its_addresses()
    {
        Assert.True(MacAddress.AnyOf([One, Two], [Two]));
        Assert.False(MacAddress.AnyOf([One], [Two]));
        Assert.False(MacAddress.AnyOf([], [Two]));
        Assert.Throws<FormatException>(() => MacAddress.Parse("eth0"));
    }
}
