namespace Provision.Inventory.Tests;

/// <summary>Stores put where they are to be, as text: comments, order and quotes stay.</summary>
public class StoreEntriesTests
{
    private const string Stores = "hosts/stores.yaml";

    [Theory]
    [InlineData(
        "stores:   # ours\n  store1: { class: tera, slots: [sloti33d1t01, \"sloti34d1t07\", sloti43d1t01] }  # gold\n",
        "stores:   # ours\n  store1: { class: tera, slots: [sloti34d2t11, \"sloti33d1t01\", sloti43d1t01] }  # gold\n  store2: { class: tera, slots: [sloti33d1t02, sloti34d1t02, sloti43d1t02] }\n")]
    [InlineData(
        "stores:\n    store1:\n        class: tera\n        slots:\n            - sloti33d1t01\n            - sloti34d1t07\n            - sloti43d1t01   # remote",
        "stores:\n    store1:\n        class: tera\n        slots:\n            - sloti34d2t11\n            - sloti33d1t01\n            - sloti43d1t01   # remote\n    store2: { class: tera, slots: [sloti33d1t02, sloti34d1t02, sloti43d1t02] }\n")]
    [InlineData(
        "# none yet\n",
        "# none yet\nstores:\n  store1: { class: tera, slots: [sloti34d2t11, sloti33d1t01, sloti43d1t01] }\n  store2: { class: tera, slots: [sloti33d1t02, sloti34d1t02, sloti43d1t02] }\n")]
    public void SlotsAreExchangedInPlaceAndNewStoresFollow(string before, string after)
    {
        var edit = StoreEntries.Place(SampleFleet.With(Stores, before), [new("store1", "tera", ["sloti34d2t11", "sloti33d1t01", "sloti43d1t01"]), new("store2", "tera", ["sloti33d1t02", "sloti34d1t02", "sloti43d1t02"])]);
        Assert.Empty(edit.Result.Diagnostics);
        Assert.Equal((Stores, before, after), (edit.Path, edit.Before, edit.After));
        Assert.Equal("sloti34d2t11", edit.Result.Fleet!.FindStore("store1")!.Slots[0]);
    }

    [Fact]
    public void AnEditThatBreaksARuleIsRefused()
    {
        var edit = StoreEntries.Place(SampleFleet.Files, [new("store1", "tera", ["sloti33d1t01", "sloti33d1t02", "sloti43d1t01"])]);
        Assert.False(edit.IsGood);
        Assert.Equal("hosts/stores.yaml:2:48: error: store1 has two slots on imap33: sloti33d1t01 and sloti33d1t02\n    hosts/stores.yaml:2:34: the other", string.Join("\n", edit.Result.Diagnostics));
    }

    [Fact]
    public void StoresInSeveralFilesAreNotEdited()
    {
        var files = SampleFleet.With("hosts/more.yaml", "stores:\n  store3: { class: tera, slots: [sloti33d1t03, sloti34d1t03, sloti43d1t03] }\n");
        var edit = StoreEntries.Place(files, [new("store1", "tera", ["sloti33d1t05", "sloti34d1t07", "sloti43d1t01"]), new("store3", "tera", ["sloti33d1t06", "sloti34d1t03", "sloti43d1t03"])]);
        Assert.False(edit.IsGood);
        Assert.Contains("the stores that change lie in 2 files: hosts/stores.yaml, hosts/more.yaml", string.Join("\n", edit.Result.Diagnostics), StringComparison.Ordinal);
    }
}
