using System.Text.Json;

namespace Provision.Boot.Jobs;

/// <summary>A machine that the inventory does not know and that reported itself.</summary>
/// <param name="Id">Follows from its UUID and NICs.</param>
/// <param name="At">When it reported last.</param>
/// <param name="Source">The address that it reported from.</param>
/// <param name="Report">What it said, without the bundle.</param>
public sealed record DiscoveredMachine(string Id, DateTimeOffset At, string Source, DiscoveryReport Report);

/// <summary>
/// Discovered machines, as files of their own: whatever unknown machines send, the jobs have their room. A machine that does not report for a week is
/// forgotten.
/// </summary>
/// <param name="directory">Their directory; created with the first machine.</param>
public sealed class DiscoveredMachines(string directory)
{
    /// <summary>The most machines that are kept. With <see cref="MostBytes"/> this is the most that they take on the disk.</summary>
    public const int Most = 200;

    /// <summary>The most bytes of one report, with its bundle.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>Discovery stops while the disk has less than this left.</summary>
    private const long SpareBytes = 256 << 20;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);
    private readonly Lock turn = new();

    /// <summary>The number of machines.</summary>
    public int Count => Files().Count();

    /// <summary>Keeps a report, in place of an earlier one of the same machine.</summary>
    /// <param name="machine">What it said.</param>
    /// <param name="bundle">What it observed.</param>
    /// <returns>Why it is not kept; null if it is.</returns>
    public string? Put(DiscoveredMachine machine, byte[] bundle)
    {
        lock (turn)
        {
            if (!File.Exists(PathOf(machine.Id, "json")) && Count >= Most)
            {
                return $"{Most} unknown machines are noted already";
            }

            StateFolder.Make(directory, FileModes.PrivateDirectory);
            if (new DriveInfo(directory).AvailableFreeSpace < SpareBytes)
            {
                return "the boot server's disk is nearly full";
            }

            AtomicFile.Write(PathOf(machine.Id, "tar.zst"), bundle, FileModes.Private);
            AtomicFile.Write(PathOf(machine.Id, "json"),
                JsonSerializer.SerializeToUtf8Bytes(machine with { Report = machine.Report with { Bundle = [] } }, StoredJson.Default.DiscoveredMachine),
                FileModes.Private);
            return null;
        }
    }

    /// <summary>Returns the machines, the newest first.</summary>
    public IReadOnlyList<DiscoveredMachine> List() =>
        [.. Files().Select(path => OwnerRights.In(directory, () => Read(path))).OfType<DiscoveredMachine>().OrderByDescending(machine => machine.At)];

    /// <summary>Returns what a machine observed; null if it is not known.</summary>
    public byte[]? BundleOf(string id) =>
        OwnerRights.In(directory, () => File.Exists(PathOf(id, "tar.zst")) ? File.ReadAllBytes(PathOf(id, "tar.zst")) : null);

    /// <summary>Forgets a machine.</summary>
    public void Remove(string id) => OwnerRights.In(directory, () =>
    {
        File.Delete(PathOf(id, "json"));
        File.Delete(PathOf(id, "tar.zst"));
    });

    /// <summary>Forgets machines that have not reported for a week.</summary>
    public void Expire(DateTimeOffset now)
    {
        foreach (var machine in List().Where(machine => now - machine.At > KeptFor))
        {
            Remove(machine.Id);
        }
    }

    private IEnumerable<string> Files() => Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.json") : [];

    private string PathOf(string id, string ending) => Path.Combine(directory, $"{id}.{ending}");

    private static DiscoveredMachine? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), StoredJson.Default.DiscoveredMachine);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null; // Removed at this moment, or damaged: the machine reports itself again within a minute.
        }
    }
}
