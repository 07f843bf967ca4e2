namespace Provision.Inventory;

/// <summary>Keeps the fleet loaded. If the inventory is invalid, the error is logged and the last valid one stays in use.</summary>
/// <param name="repository">The repository.</param>
/// <param name="say">Receives log lines.</param>
public sealed class FleetWatch(string repository, Action<string> say)
{
    private (int Files, long Latest, long Bytes) seen;
    private volatile Fleet? current;

    /// <summary>The last valid fleet; null before the first.</summary>
    public Fleet? Current => current;

    /// <summary>Loads the inventory again if one of its files changed. Returns true if the fleet was replaced.</summary>
    public bool Refresh()
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

            current = fleet;
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
