using System.Security.Cryptography;
using System.Text;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.State;

namespace Provision.Configuration.Units;

/// <summary>A unit that should be enabled and active but is not.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Problem"><c>not enabled</c>, <c>not active (failed)</c>, <c>unknown</c> ...</param>
/// <param name="NeedsEnabling">Whether an install would enable it.</param>
/// <param name="NeedsStarting">Whether an install would start it.</param>
public sealed record UnitDifference(DesiredUnit Unit, string Problem, bool NeedsEnabling, bool NeedsStarting);

/// <summary>A unit that runs with an older configuration than the one on disk.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Reason">The evidence.</param>
public sealed record StaleUnit(string Unit, string Reason);

/// <summary>Compares units with their desired state.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="systemd">The running service manager; null if the root is not the running system.</param>
internal sealed class UnitComparer(IMachineFiles files, Systemd? systemd)
{
    /// <summary>The problem of a unit unknown to systemd.</summary>
    public const string NotThere = "not there";

    /// <summary>Returns the units that are not enabled or not active; none in a root without unit files, which cannot be judged.</summary>
    /// <param name="wanted">Units that must be enabled and active.</param>
    /// <param name="coming">The host's files: a unit may be defined by one that is yet to be written.</param>
    public IReadOnlyList<UnitDifference> Compare(IReadOnlyList<DesiredUnit> wanted, IReadOnlyList<DesiredFile> coming)
    {
        if (systemd is null)
        {
            var unitFiles = new UnitFiles(files);
            return unitFiles.IsSystem
                ? [.. wanted.Where(unit => NeedsLink(unit.Name, coming) && !unitFiles.IsEnabled(unit.Name))
                    .Select(unit => new UnitDifference(unit, "not enabled", true, false))]
                : [];
        }

        var differences = new List<UnitDifference>();
        var status = systemd.Status([.. wanted.Select(unit => unit.Name)]);
        foreach (var unit in wanted)
        {
            var now = status[unit.Name];
            if (now.LoadState is not "loaded")
            {
                // A unit masked by an engineer to keep it from running is reported, not unmasked.
                var masked = now.LoadState is "masked";
                differences.Add(new UnitDifference(unit, now.LoadState is "not-found" ? NotThere : now.LoadState, !masked, !masked));
                continue;
            }

            var problem = (now.IsEnabled, now.IsActive) switch
            {
                (true, true) => null,
                (true, false) => $"not active ({now.ActiveState})",
                (false, true) => "not enabled",
                _ => $"not enabled, not active ({now.ActiveState})",
            };
            if (problem is not null)
            {
                differences.Add(new UnitDifference(unit, problem, !now.IsEnabled, !now.IsActive));
            }
        }

        return differences;
    }

    /// <summary>Returns the units whose files on disk are not those they were last started or reloaded with. A unit restarted independently of provision is
    /// fresh if its files are older than that start.</summary>
    public IReadOnlyList<StaleUnit> Stale(HostState state) =>
        [.. Judge(state).Where(judged => judged.Stale is not null).Select(judged => new StaleUnit(judged.Status.Name, judged.Stale!))];

    /// <summary>Returns the current runs of the units that run with their recorded configuration, no matter who started them.</summary>
    public IReadOnlyDictionary<string, string> FreshRuns(HostState state) =>
        Judge(state).Where(judged => judged.Stale is null && judged.AsRecorded)
            .ToDictionary(judged => judged.Status.Name, judged => judged.Status.InvocationId, StringComparer.Ordinal);

    /// <summary>For each running unit with a recorded start: whether its files are still those, and why it is stale.</summary>
    private IEnumerable<(UnitStatus Status, bool AsRecorded, string? Stale)> Judge(HostState state)
    {
        if (systemd is null)
        {
            yield break;
        }

        var byUnit = FilesByUnit(state.Files);
        foreach (var (unit, status) in systemd.Status([.. byUnit.Keys]))
        {
            if (!status.IsActive || state.Owed.ContainsKey(unit) || !state.Units.TryGetValue(unit, out var record))
            {
                continue;
            }

            var observed = byUnit[unit].Select(path => (Path: path, File: ObservedFile.At(files, path))).ToList();
            var hash = HashOf(observed.Select(entry => (entry.Path, entry.File?.Sha256 ?? "")));
            var asRecorded = string.Equals(hash, record.ConfigHash, StringComparison.Ordinal);
            if (string.Equals(record.InvocationId, status.InvocationId, StringComparison.Ordinal))
            {
                yield return (status, asRecorded, asRecorded ? null : "runs with an older configuration than the one on disk");
            }
            else
            {
                // The configuration of a start outside provision is not recorded, even if the files match the record again.
                var newer = observed.FirstOrDefault(entry => entry.File?.Facts.Modified > status.ActiveSince?.AddSeconds(1)).Path;
                yield return (status, asRecorded, newer is null ? null : $"was started before {newer} was changed");
            }
        }
    }

    /// <summary>Returns the hash of a unit's configuration according to a host record.</summary>
    public static string ConfigHash(string unit, IReadOnlyDictionary<string, ManagedFile> managed) =>
        HashOf(managed.Where(file => file.Value.Units.Contains(unit, StringComparer.Ordinal))
            .OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => (file.Key, file.Value.Image.Content.Sha256)));

    /// <summary>Returns the paths of each unit's files in ordinal order.</summary>
    public static IReadOnlyDictionary<string, List<string>> FilesByUnit(IReadOnlyDictionary<string, ManagedFile> managed)
    {
        var byUnit = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (path, file) in managed.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            foreach (var unit in file.Units)
            {
                if (!byUnit.TryGetValue(unit, out var paths))
                {
                    byUnit[unit] = paths = [];
                }

                paths.Add(path);
            }
        }

        return byUnit;
    }

    // Only a defined unit whose file has an [Install] section can be enabled.
    private bool NeedsLink(string unit, IReadOnlyList<DesiredFile> coming)
    {
        var content = UnitFiles.NamesOf(unit)
            .SelectMany(name => UnitFiles.Folders.Select(folder => $"{folder}/{name}"))
            .Select(path => coming.FirstOrDefault(file => file.Path == path)?.Text
                ?? (files.Read(path, follow: true) is { } file ? Encoding.UTF8.GetString(file.Content) : null))
            .FirstOrDefault(text => text is not null);
        return content?.Contains("\n[Install]", StringComparison.Ordinal) == true;
    }

    private static string HashOf(IEnumerable<(string Path, string Sha256)> configuration)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, sha256) in configuration)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{sha256}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
