using System.Text;

namespace Provision.Inventory.Tests;

public class MastersTests
{
    [Fact]
    public void Masters_are_written_and_read_again()
    {
        var masters = Masters.Default.With("store9", "sloti34d1t01").With("store1", "sloti43d1t01");
        var json = masters.ToJson();
        Assert.Equal("{\n  \"serial\": 2,\n  \"masters\": {\n    \"store1\": \"sloti43d1t01\",\n    \"store9\": \"sloti34d1t01\"\n  }\n}",
            Encoding.UTF8.GetString(json));
        var read = Masters.FromJson(json, "masters.json", [])!;
        Assert.Equal(2, read.Serial);
        Assert.Equal(masters.Slots, read.Slots);
    }

    [Theory]
    [InlineData("", "masters.json:1:1: error: not JSON: a snapshot of masters was expected")]
    [InlineData("{\n  \"serial\": 1,\n  oops", "masters.json:3:3: error: not JSON: a snapshot of masters was expected")]
    [InlineData("[]", "masters.json: error: not a snapshot of masters: expected {\"serial\": N, \"masters\": {STORE: SLOT}}")]
    [InlineData("{\"serial\": \"1\", \"masters\": {}}",
        "masters.json: error: not a snapshot of masters: the serial is a number, every master the name of a slot")]
    [InlineData("{\"serial\": 1, \"masters\": {\"store1\": 5}}",
        "masters.json: error: not a snapshot of masters: the serial is a number, every master the name of a slot")]
    public void Bad_json_is_an_error(string json, string expected)
    {
        var found = new DiagnosticBag();
        Assert.Null(Masters.FromJson(Encoding.UTF8.GetBytes(json), "masters.json", found));
        Assert.Equal(expected, Assert.Single(found).ToString());
    }

    [Fact]
    public void A_slot_that_is_not_the_stores_is_passed_over()
    {
        var store = SampleFleet.Fleet.FindStore("store1")!;
        Assert.Equal("sloti33d1t01", Masters.Default.With("store1", "sloti34d2t20").MasterOf(store));
    }
}
