using Provision.Inventory;
using Provision.Text;

namespace Provision.Netboot.Serve;

/// <summary>The fleet as a boot server knows it: loaded once, with the network cards looked up, and again when the repository moved.</summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="Hosts">Its hosts by network card, retired ones too.</param>
internal sealed record KnownFleet(Fleet Fleet, IReadOnlyDictionary<MacAddress, Inventory.Host> Hosts);

/// <summary>Keeps the fleet at hand. An inventory that does not validate is told, and the last good one goes on.</summary>
/// <param name="repository">The repository.</param>
/// <param name="say">Told what happens.</param>
internal sealed class FleetWatch(string repository, Action<string> say)
{
    private (int Files, long Latest, long Bytes) seen;
    private volatile KnownFleet? current;

    /// <summary>The fleet; null while there was no good one yet.</summary>
    public KnownFleet? Current => current;

    /// <summary>Looks whether a file of the inventory changed, and loads it if so. True where the fleet is another one now.</summary>
    public bool Look()
    {
        try
        {
            var now = Signature();
            if (now == seen)
            {
                return false;
            }

            var loaded = InventoryLoader.Load(InventoryFiles.ReadFrom(repository));
            seen = now;
            if (loaded.Fleet is not { } fleet)
            {
                var errors = loaded.Diagnostics.Where(problem => problem.Severity == Severity.Error).ToList();
                say($"the inventory has {errors.Count} errors and is not taken; the first: {errors[0]}");
                return false;
            }

            var hosts = new Dictionary<MacAddress, Inventory.Host>();
            foreach (var host in fleet.Hosts)
            {
                foreach (var mac in host.Macs)
                {
                    hosts.TryAdd(mac, host);
                }
            }

            current = new KnownFleet(fleet, hosts);
            say($"inventory with {fleet.Hosts.Count} hosts loaded");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"the inventory cannot be read: {e.Message}");
            return false;
        }
    }

    private (int Files, long Latest, long Bytes) Signature()
    {
        var (files, latest, bytes) = (0, 0L, 0L);
        foreach (var folder in new[] { "hosts", "roles" })
        {
            foreach (var file in new DirectoryInfo(Path.Combine(repository, folder)).EnumerateFiles("*.y*ml", SearchOption.AllDirectories))
            {
                (files, latest, bytes) = (files + 1, Math.Max(latest, file.LastWriteTimeUtc.Ticks), bytes + file.Length);
            }
        }

        return (files, latest, bytes);
    }
}
