using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests.Instances;

/// <summary>The order of the sources of the masters, and what a source that cannot answer does.</summary>
public sealed class CurrentMastersTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("provision-masters-").FullName;
    private readonly List<string> warnings = [];

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Fact]
    public void The_help_text_names_the_sources_in_the_order_in_which_they_are_asked() =>
        Assert.Equal("status daemons, local database, cached snapshot, first slot of each store", CurrentMasters.Order);

    [Theory]
    [InlineData(true, true, MastersSources.OfMachine, "database")]
    [InlineData(true, true, MastersSources.Cache, "cached")]
    [InlineData(false, true, MastersSources.OfMachine, "cached")]
    [InlineData(true, false, MastersSources.Cache, null)]
    [InlineData(false, false, MastersSources.All, null)]
    public void The_first_source_that_answers_counts(bool hasDatabase, bool hasCache, MastersSources asked, string? expected)
    {
        var database = Path.Combine(scratch, "masters.sqlite");
        if (hasDatabase)
        {
            using var store = MastershipDatabases.Open(database, create: true);
            Assert.Null(store.Change(new MastershipChange.Enroll("store1", "database", "test", DateTimeOffset.UnixEpoch)).Refusal);
        }

        using var files = RootedFiles.Open(scratch);
        if (hasCache)
        {
            AtomicFile.Write(files, CurrentMasters.CachePath, new Masters(7, [new("store1", "cached")]).ToJson(), FileModes.Public);
        }

        var masters = new CurrentMasters([], database, warnings.Add).Read(asked, files);
        Assert.Equal(expected, masters.Slots.GetValueOrDefault("store1"));
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_database_that_cannot_be_read_is_reported_and_the_cache_is_used()
    {
        var database = Path.Combine(scratch, "masters.sqlite");
        File.WriteAllText(database, "no database at all, but long enough to be looked at by the library that reads databases");
        using var files = RootedFiles.Open(scratch);
        AtomicFile.Write(files, CurrentMasters.CachePath, new Masters(7, [new("store1", "cached")]).ToJson(), FileModes.Public);
        Assert.Equal("cached", new CurrentMasters([], database, warnings.Add).Read(MastersSources.OfMachine, files).Slots["store1"]);
        Assert.Contains("the cached masters are used", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_cannot_be_read_is_an_error_and_not_an_empty_one()
    {
        using var files = RootedFiles.Open(scratch);
        AtomicFile.Write(files, CurrentMasters.CachePath, "{"u8.ToArray(), FileModes.Public);
        Assert.Throws<InvalidDataException>(() => CurrentMasters.Cached(files));
    }
}
