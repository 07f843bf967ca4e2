using System.Runtime.CompilerServices;
using System.Text;

namespace Provision.Cyrus.Tests;

/// <summary>The numbers for Prometheus: its own tool accepts them, and they are those that the alerts ask for.</summary>
public class PrometheusTextTests
{
    [Fact]
    public void Promtool_accepts_it_and_every_alert_finds_its_number()
    {
        var host = new Host().Behind("sloti33d1t01", TimeSpan.FromMinutes(9), TimeSpan.FromSeconds(2.5)).Unmounted("/mnt/ssd33d1");
        var text = host.Metrics(host.Report());
        var checkedBy = new ProcessRunner().Run(Command.Of("promtool", "check", "metrics").WithInput(Encoding.UTF8.GetBytes(text)));
        Assert.True(checkedBy is { ExitCode: 0, Error: "" }, checkedBy.Error + checkedBy.Text);
        Assert.Contains("\nprovision_replica_lag_seconds{store=\"store1\",replica=\"sloti34d1t01\"} 540\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprovision_replica_lag_seconds{store=\"store1\",replica=\"sloti43d1t01\"} 2.5\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprovision_mount_missing{mount=\"/mnt/ssd33d1\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprovision_check_state{check=\"mounts\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprovision_last_install_timestamp_seconds 1795089600\n", text, StringComparison.Ordinal);

        // A database's replication is not looked at here.
        var rules = File.ReadAllText(Path.Combine(TestRepository.Root, "templates/mon/etc/prometheus/rules.yml"));
        var asked = System.Text.RegularExpressions.Regex.Matches(
            rules, "provision_[a-z_]+", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Value).Distinct()
            .Except(["provision_database_replica_running"]);
        Assert.DoesNotContain(asked, name => !text.Contains($"\n# TYPE {name} gauge\n", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_not_known_has_no_number_but_its_check_says_3()
    {
        var host = new Host() with { SlotsFail = "x" };
        var text = host.Metrics(host.Report("lag"));
        Assert.Equal("# HELP provision_check_state How a check went: 0 OK, 1 warning, 2 critical, 3 unknown.\n# TYPE provision_check_state " +
            "gauge\nprovision_check_state{check=\"lag\"} 3\n", text);
        Assert.Equal(text, PrometheusText.Of(new HealthReport(["lag"], [HealthCheck.Unseen("lag", "no repository")]), []));
    }
}
