using System.Globalization;
using System.Text;
using Provision.Cyrus.Health.Facts;
using Provision.Cyrus.Health.Judge;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Health.Report;

/// <summary>
/// Formats a report as Prometheus metrics, for the node exporter's directory. The names are those used by the alerts of <c>templates/mon</c>; a metric that
/// could not be observed is omitted, and its checker reports 3.
/// </summary>
public static class PrometheusText
{
    /// <summary>After this time with the same log, the replica is considered stuck.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(1);

    /// <summary>Formats the report; without facts (an unknown host), only the results of the checkers.</summary>
    public static string Of(CheckReport report, HostFacts? facts, Expected expected)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(expected);
        var text = new StringBuilder();
        Family("provision_check_state", "How a check went: 0 well, 1 warning, 2 critical, 3 unknown.", report.Checks.Select(check =>
            (Labels("check", check.Name), (double)CheckReport.CodeOf(report.Findings.Where(finding => finding.Check == check.Name).Select(finding => finding.Level).DefaultIfEmpty().Max()))));
        if (facts is null)
        {
            return text.ToString();
        }

        var made = report.Checks.Select(check => check.Name).ToHashSet(StringComparer.Ordinal);
        if (made.Contains("lag") && facts.Slots.Value is { } slots)
        {
            var channels = slots.Where(slot => slot.Role == SlotRole.Master).SelectMany(slot => slot.Channels.Select(channel => (Store: StoreOf(facts.View, slot.Slot), Channel: channel))).ToList();
            Family("provision_replica_lag_seconds", "Age of the oldest change that a replica has not got.", channels.Select(one => (Labels("store", one.Store, "replica", one.Channel.Name), one.Channel.Age?.TotalSeconds ?? 0)));
            Family("provision_replica_stuck", "1 where a replica does not take the log that is sent to it.", channels.Select(one => (Labels("store", one.Store, "replica", one.Channel.Name), one.Channel.IsRunning && one.Channel.Age > StuckAfter ? 1d : 0)));
            Family("provision_store_moving", "1 while a store of this host moves.", facts.View.Slots.Select(slot => slot.Store?.Name).OfType<string>().Select(store => (Labels("store", store), expected.MovingStores.ContainsKey(store) ? 1d : 0)));
        }

        if (facts.View.Layout is { } layout && (made.Contains("mounts") || made.Contains("arrays")) && facts.Storage.Value is { } storage)
        {
            var missing = StorageChecks.Missing(layout, storage).Select(mount => mount.Path).ToHashSet(StringComparer.Ordinal);
            Family("provision_mount_missing", "1 for a file system that should be mounted and is not.", layout.Mounts.Select(mount => (Labels("mount", mount.Path), missing.Contains(mount.Path) ? 1d : 0)));
            Family("provision_set_degraded", "1 for a RAID set that works without all its drives, or not at all.", storage.Map.Sets.Where(set => set.Recorded != false).Select(set =>
                (Labels("set", set.Layout.Key), storage.Map.Findings.Any(finding => finding.Place == StorageChecks.PlaceOf(set) && finding.Code is FindingCodes.Degraded or FindingCodes.Rebuilding or FindingCodes.SetFailed) ? 1d : 0)));
        }

        if ((made.Contains("drift") || made.Contains("units")) && facts.Plan.Value is { } plan)
        {
            Family("provision_drift_files", "Files that were changed by hand.", [("", InstallChecks.Drifted(plan).Count())]);
            Family("provision_units_owed", "Units that run with an older configuration or are owed a restart.", [("", plan.Owed.Select(owed => owed.Unit).Concat(plan.Stale.Select(stale => stale.Unit)).Distinct(StringComparer.Ordinal).Count())]);
        }

        if ((made.Contains("install") || made.Contains("dumps")) && facts.Memory.Value is { } memory)
        {
            Family("provision_crash_dumps", "Kernel dumps in /var/crash.", [("", memory.CrashDumps)]);
            Family("provision_last_install_timestamp_seconds", "When the host was last installed, in seconds since 1970.", memory.LastInstall is { } last ? [("", last.Time.ToUnixTimeSeconds())] : []);
        }

        return text.ToString();

        void Family(string name, string help, IEnumerable<(string Labels, double Value)> samples)
        {
            var all = samples.DistinctBy(sample => sample.Labels).ToList();
            if (all.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
                all.ForEach(sample => text.Append(CultureInfo.InvariantCulture, $"{name}{sample.Labels} {sample.Value:0.###}\n"));
            }
        }
    }

    private static string StoreOf(HostView view, string slot) => view.Slots.FirstOrDefault(one => one.Slot.Name == slot)?.Store?.Name ?? "";

    private static string Labels(params string[] namesAndValues) =>
        "{" + string.Join(",", namesAndValues.Chunk(2).Select(pair => $"{pair[0]}=\"{pair[1].Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"")) + "}";
}
