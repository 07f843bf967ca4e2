using System.Text.Json;

namespace Provision.Inventory.Tests;

public class SchemaTests
{
    [Fact]
    public void The_schema_is_the_verified_one() => Snapshot.Check(InventorySchema.ToJson(), "json");

    [Fact]
    public void Every_reference_leads_to_a_definition()
    {
        using var schema = JsonDocument.Parse(InventorySchema.ToJson());
        var known = schema.RootElement.GetProperty("$defs").EnumerateObject().Select(d => "#/$defs/" + d.Name).ToHashSet();
        Assert.All(References(schema.RootElement), reference => Assert.Contains(reference, known));
        Assert.Contains("#/$defs/hosts_file", known);
        Assert.Contains("#/$defs/role", known);
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
