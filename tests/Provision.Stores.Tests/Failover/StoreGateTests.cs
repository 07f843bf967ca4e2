using System.Runtime.CompilerServices;
using Provision.Inventory;

namespace Provision.Stores.Tests;

/// <summary>Whether a host's instances may go out of service: each gate alone objects, and what could not be seen is an objection too.</summary>
public class StoreGateTests
{
    private static readonly Host Host = InventoryLoader.Load(InventoryFiles.ReadFrom(Repository())).Fleet!.FindHost("imap33")!;

    private static StoreCopies Store => new("store1", "sloti33d1t01", "sloti34d1t01", IsMaster: false, ["sloti34d1t01", "sloti43d1t01"], [], [], []);

    public static TheoryData<string, string> Objections() => new()
    {
        { "masters", "imap33 is master of store1" },
        { "copies", "too few healthy copies would be left of store1: sloti43d1t01: user.a is missing" },
        { "same-store", "another slot of store1 is being reinstalled (imap34)" },
        { "unmerged", "sloti34d1t01 of store1 may hold data" },
    };

    [Theory]
    [MemberData(nameof(Objections))]
    public void Each_gate_alone_objects(string gate, string says) =>
        Assert.Contains(says, Assert.Single(StoreGates.Objections(Host, [Store, Broken(gate)])).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_gate_is_tried() => Assert.Equal(StoreGates.Rows.Select(row => row.Name), Objections().Select(row => (string)((object?[])row)[0]!));

    [Fact]
    public void Whole_copies_elsewhere_are_no_objection() => Assert.Empty(StoreGates.Objections(Host, [Store]));

    [Fact]
    public void Unseen_is_an_objection() =>
        Assert.Contains("the state of the stores of imap33 is unknown: the database is away", StoreGates.Unseen(Host, "the database is away").Message,
            StringComparison.Ordinal);

    private static StoreCopies Broken(string gate) => gate switch
    {
        "masters" => Store with { IsMaster = true },
        "copies" => Store with { HealthyElsewhere = ["sloti34d1t01"], Unhealthy = ["sloti43d1t01: user.a is missing"] },
        "same-store" => Store with { Reinstalling = ["imap34"] },
        "unmerged" => Store with { Unmerged = ["sloti34d1t01"] },
        _ => throw new ArgumentOutOfRangeException(nameof(gate)),
    };

    private static string Repository([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
}
