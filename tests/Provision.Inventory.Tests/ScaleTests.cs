using Provision.Testing;
using Xunit.Abstractions;

namespace Provision.Inventory.Tests;

public class ScaleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(4, 32)]
    [InlineData(10, 96)]
    [InlineData(100, 1056)]
    [InlineData(1000, 10_656)]
    public void The_fleet_is_valid(int hosts, int stores)
    {
        var fleet = SampleFleet.Load(Files(hosts));
        Assert.Equal(hosts, fleet.Hosts.Count);
        Assert.Equal(stores, fleet.Stores.Count);
        Assert.All(fleet.Hosts.Where(h => h.Status == HostStatus.Active), host =>
            Assert.Equal(32, fleet.SlotsOf(host).Count(slot => fleet.StoreOfSlot(slot.Name) is not null)));
    }

    [Fact]
    public void The_same_numbers_give_the_same_bytes() => Assert.Equal(ScaleFleet.Generate(100, 7), ScaleFleet.Generate(100, 7));

    /// <summary>One bad merge can make tens of thousands of names unknown; the findings must not take minutes.</summary>
    [Theory]
    [InlineData("hosts/chassis/4u40.yaml", "4u40:", "4u41:", 1000)]
    [InlineData("hosts/chassis/4u40.yaml", "repeat: 20", "repeat: 10", 10_656)]
    [InlineData("roles/imap.yaml", "gate:", "gat:", 2)]
    public void Many_problems_are_found_soon(string path, string old, string fresh, int atLeast)
    {
        var files = Files(1000);
        files = files with
        {
            Files = [.. files.Files.Select(f => f.Path != path ? f : f with
            {
                Content = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(f.Content.Span).Replace(old, fresh)),
            })],
        };
        InventoryResult result = null!;
        var time = CpuTime.Of(() => result = InventoryLoader.Load(files));
        output.WriteLine($"{result.Diagnostics.Count} findings in {time.TotalMilliseconds:0} ms");
        Assert.Null(result.Fleet);
        Assert.True(result.Diagnostics.Count >= atLeast);
        Assert.True(time < TimeSpan.FromMinutes(1), $"took {time}");
    }

    private static InventoryFiles Files(int hosts) => InventoryFiles.Of(
    [
        .. ScaleFleet.Generate(hosts, seed: 1),
        ("hosts/chassis/4u40.yaml", TestRepository.Read("hosts/chassis/4u40.yaml")),
        ("roles/imap.yaml", "data: primary\ngate: no-masters\ninstances: { unit: \"store@{name}.service\" }\n"),
    ]);
}
