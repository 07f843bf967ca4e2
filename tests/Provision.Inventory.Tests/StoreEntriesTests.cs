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
        var edit = StoreEntries.Place(SampleFleet.With(Stores, before), [new("store1", "tera", ["sloti34d2t11", "sloti33d1t01", "sloti43d1t01"]),
            new("store2", "tera", ["sloti33d1t02", "sloti34d1t02", "sloti43d1t02"])]);
        Assert.Empty(edit.Result.Diagnostics);
        Assert.Equal((Stores, before, after), (edit.Path, edit.Before, edit.After));
        Assert.Equal("sloti34d2t11", edit.Result.Fleet!.FindStore("store1")!.Slots[0]);
    }

    /// <summary>A store that moves has one slot more for a time.</summary>
    [Theory]
    [InlineData("stores:\n  store1: { class: tera, slots: [sloti33d1t01, sloti34d1t07, \"sloti43d1t01\"] }  # gold\n",
        "stores:\n  store1: { class: tera, slots: [sloti33d1t01, sloti34d1t07, \"sloti43d1t01\", sloti35d1t01] }  # gold\n")]
    [InlineData("stores:\n  store1:\n    slots:\n      - sloti33d1t01\n      - sloti34d1t07\n      - sloti43d1t01   # remote\n    class: tera",
        "stores:\n  store1:\n    slots:\n      - sloti33d1t01\n      - sloti34d1t07\n      - sloti43d1t01   # remote\n      - sloti35d1t01\n    class: tera")]
    public void A_store_gets_one_slot_more_and_loses_it_again(string three, string four)
    {
        string[] slots = ["sloti33d1t01", "sloti34d1t07", "sloti43d1t01"];
        var more = StoreEntries.Place(WithAFourthHost(three), [new("store1", "tera", [.. slots, "sloti35d1t01"])]);
        Assert.Empty(more.Result.Diagnostics);
        Assert.Equal(four, more.After);
        var back = StoreEntries.Place(WithAFourthHost(four), [new("store1", "tera", slots)]);
        Assert.Equal(three, back.After);
        var moved = StoreEntries.Place(WithAFourthHost(four), [new("store1", "tera", ["sloti35d1t01", .. slots[1..]])]);
        Assert.Equal(three.Replace(slots[0], "sloti35d1t01", StringComparison.Ordinal), moved.After);

        static InventoryFiles WithAFourthHost(string stores)
        {
            var more = new InventoryFile("hosts/more.yaml", "site: nyi\nhosts:\n  imap35: { macs: [\"00:00:5E:00:53:35\"], chassis: 4u40, roles: [imap], address: 192.0.2.35, slot_network: 198.18.35.0/26 }\n"u8.ToArray());
            var files = SampleFleet.With(Stores, stores);
            return files with { Files = [.. files.Files.Append(more).OrderBy(file => file.Path, StringComparer.Ordinal)] };
        }
    }

    [Fact]
    public void An_edit_that_breaks_a_rule_is_refused()
    {
        var edit = StoreEntries.Place(SampleFleet.Files, [new("store1", "tera", ["sloti33d1t01", "sloti33d1t02", "sloti43d1t01"])]);
        Assert.False(edit.IsGood);
        Assert.Equal("hosts/stores.yaml:2:48: error: store1 has two slots on imap33: sloti33d1t01 and sloti33d1t02\n    hosts/stores.yaml:2:34: the other",
            string.Join("\n", edit.Result.Diagnostics));
    }

    [Fact]
    public void Stores_in_several_files_are_not_edited()
    {
        var files = SampleFleet.With("hosts/more.yaml", "stores:\n  store3: { class: tera, slots: [sloti33d1t03, sloti34d1t03, sloti43d1t03] }\n");
        var edit = StoreEntries.Place(files, [new("store1", "tera", ["sloti33d1t05", "sloti34d1t07", "sloti43d1t01"]),
            new("store3", "tera", ["sloti33d1t06", "sloti34d1t03", "sloti43d1t03"])]);
        Assert.False(edit.IsGood);
        Assert.Contains("the stores that change lie in 2 files: hosts/stores.yaml, hosts/more.yaml", string.Join("\n", edit.Result.Diagnostics),
            StringComparison.Ordinal);
    }
}
