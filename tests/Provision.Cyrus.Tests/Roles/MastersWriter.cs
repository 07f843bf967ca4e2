using System.Globalization;
using Provision.Inventory;

namespace Provision.Cyrus.Tests.Roles;

/// <summary>One process that writes the cached masters of a host many times, as slots and daemons do: ROOT REPOSITORY STORE-NUMBER WRITES.</summary>
public static class MastersWriter
{
    /// <summary>Writes one store alternately as replica and as master, and ends as master.</summary>
    public static int Main(string[] args)
    {
        var store = InventoryLoader.Load(InventoryFiles.ReadFrom(args[1])).Fleet!.Stores[int.Parse(args[2], CultureInfo.InvariantCulture)];
        var writes = int.Parse(args[3], CultureInfo.InvariantCulture);
        using var files = RootedFiles.Open(args[0]);
        var install = new RoleInstall(files, new ProcessRunner(), TimeProvider.System);
        for (var number = 1; number <= writes; number++)
        {
            install.Remember(null, store, store.Slots[1], number % 2 == 0 ? ReplicationRole.Master : ReplicationRole.Replica);
        }

        Console.WriteLine($"{writes} written");
        return 0;
    }
}
