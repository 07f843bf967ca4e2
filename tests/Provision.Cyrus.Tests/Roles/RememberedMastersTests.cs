using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.Roles;

/// <summary>The cached masters of a host: after a boot all its slots write their own store into one file.</summary>
public sealed class RememberedMastersTests : IDisposable
{
    private static readonly Fleet Sample = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;
    private readonly string root = Directory.CreateTempSubdirectory("provision-remembered-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>Each writer has the file open by itself, as processes have; without a turn for each, one overwrites what another has just written.</summary>
    [Fact]
    public void Slots_that_start_at_once_lose_no_replication_role_of_another()
    {
        Store[] stores = [.. Sample.Stores.Take(8)];
        var writers = stores.Select(store => new Thread(() =>
        {
            using var files = RootedFiles.Open(root);
            var install = new RoleInstall(files, new ProcessRunner(), TimeProvider.System);
            for (var i = 0; i < 25; i++)
            {
                install.Remember(null, store, store.Slots[1], i % 2 == 0 ? ReplicationRole.Master : ReplicationRole.Replica);
            }
        })).ToList();
        writers.ForEach(writer => writer.Start());
        writers.ForEach(writer => writer.Join());
        using var read = RootedFiles.Open(root);
        var cached = CurrentMasters.Cached(read);
        Assert.Equal(stores.Select(store => store.Slots[1]), stores.Select(cached.MasterOf));
        Assert.Equal(["masters.json", "masters.json.lock"], read.List(StateStore.Folder).Order(StringComparer.Ordinal));
    }

    /// <summary>Install, the follower and starting slots are processes: what holds between threads may not hold between them.</summary>
    [Fact]
    public void Four_processes_with_two_hundred_writes_each_lose_none_and_fail_none()
    {
        const int processes = 4, writes = 200;
        var results = new CommandResult?[processes];
        Command Writer(int number) => Command.Of(
            "dotnet", typeof(MastersWriter).Assembly.Location, root, TestRepository.Root, $"{number}", $"{writes}").WithTimeout(TimeSpan.FromMinutes(2));
        var writers = Enumerable.Range(0, processes).Select(number => new Thread(() => results[number] = new ProcessRunner().Run(Writer(number)))).ToList();
        writers.ForEach(writer => writer.Start());
        using var files = RootedFiles.Open(root);
        var (reads, names) = (0, Sample.Stores.Take(processes).Select(store => store.Name).ToHashSet(StringComparer.Ordinal));
        while (writers.Any(writer => !writer.Join(TimeSpan.FromMilliseconds(5))))
        {
            // Whoever reads sees a whole file at any moment, never less than it had before.
            var seen = CurrentMasters.Cached(files).Slots.Count(entry => names.Contains(entry.Key));
            Assert.True(seen >= reads, $"{seen} stores after {reads}");
            reads = seen;
        }

        Assert.All(results, result => Assert.Equal((0, $"{writes} written\n", ""), (result!.ExitCode, result.Text, result.Error)));
        var cached = CurrentMasters.Cached(files);
        Assert.Equal(Sample.Stores.Take(processes).Select(store => store.Slots[1]), Sample.Stores.Take(processes).Select(cached.MasterOf));
        Assert.Equal(["masters.json", "masters.json.lock"], files.List(StateStore.Folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_slot_that_asked_before_does_not_take_newer_masters_away()
    {
        using var files = RootedFiles.Open(root);
        var install = new RoleInstall(files, new ProcessRunner(), TimeProvider.System);
        var (first, second) = (Sample.Stores[0], Sample.Stores[1]);
        install.Remember(new Masters(9, [new(first.Name, first.Slots[1])]));
        install.Remember(new Masters(8, []), second, second.Slots[1], ReplicationRole.Master);
        var cached = CurrentMasters.Cached(files);
        Assert.Equal((first.Slots[1], second.Slots[1], 9L), (cached.MasterOf(first), cached.MasterOf(second), cached.Serial));
    }
}
