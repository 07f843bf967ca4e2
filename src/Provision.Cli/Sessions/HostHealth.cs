using Provision.Boot.Health;
using Provision.Configuration.Health;
using Provision.Cyrus;
using Provision.Storage.Health;

namespace Provision.Cli.Sessions;

/// <summary>The health of one host: the checks that each area brings, in reporting order.</summary>
internal sealed record HostHealth(SlotsHealth Slots, StorageHealth Storage, BootHealth Boot, InstallHealth Install)
{
    /// <summary>All checks of a host.</summary>
    public static IReadOnlyList<HealthCheck<HostHealth>> Checks { get; } =
    [
        .. SlotsHealth.Checks.Select(check => check.On<HostHealth>(host => host.Slots)),
        .. StorageHealth.Checks.Select(check => check.On<HostHealth>(host => host.Storage)),
        .. BootHealth.Checks.Select(check => check.On<HostHealth>(host => host.Boot)),
        .. InstallHealth.Checks.Select(check => check.On<HostHealth>(host => host.Install)),
    ];

    /// <summary>Makes some of the checks.</summary>
    public HealthReport Report(IReadOnlyList<HealthCheck<HostHealth>> checks) =>
        new([.. checks.Select(check => check.Name)], [.. checks.SelectMany(check => check.Judge(this))]);

    /// <summary>Returns the metrics behind the checks of a report.</summary>
    public IEnumerable<Metric> Metrics(HealthReport report) =>
        [.. Slots.Metrics(report.Checks), .. Storage.Metrics(report.Checks), .. Install.Metrics(report.Checks)];
}
