using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Health;
using Provision.Configuration.Packages;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Configuration.Units;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Storage.Health;
using Provision.Storage.Observe;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Tests;

/// <summary>What each state of a host says in its first line, word by word.</summary>
public class HostCheckTests
{
    private const string Master = "sloti33d1t01";
    private static readonly Location Place = Location.OfFile("test");

    private static readonly (string Name, Func<Host, Host> Change, string FirstLine)[] Rows =
    [
        ("well", host => host, "OK: 12 checks"),
        ("all replicas far behind", host => host.Behind(Master, TimeSpan.FromMinutes(5), TimeSpan.FromHours(2)),
            $"CRITICAL: {Master} has no replica less than 5 minutes behind"),
        ("with two warnings", host => Drifted(
            host.Behind(Master, TimeSpan.FromMinutes(9), TimeSpan.FromHours(2)), "/etc/hosts") with { Record = host.Record with { CrashDumps = 1 } },
            $"CRITICAL: {Master} has no replica less than 5 minutes behind; 2 warnings"),
        ("one replica up to date", host => host.Behind(Master, null, TimeSpan.FromMinutes(7)), $"WARNING: {Master}'s replica sloti43d1t01 is 7 minutes behind"),
        ("a minute behind", host => host.Behind(Master, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(59)), "OK: 12 checks"),
        ("no replica at all", host => host.With(Master, slot => slot with { Channels = [] }), $"CRITICAL: {Master} is a master without any replica"),
        ("a store that moves", host => host.Behind(Master, TimeSpan.FromHours(1), TimeSpan.FromHours(2)).Moving(Master, "sloti34d1t01"),
            "OK: 12 checks; 1 expected"),
        ("a master's port", host => host.With(Master, slot => slot with { Problems = ["lmtp at 198.18.33.1:2003 said nothing within 3 s"] }),
            $"CRITICAL: {Master}: lmtp at 198.18.33.1:2003 said nothing within 3 s"),
        ("a replica's port", host => host.With(
            "sloti33d1t02", slot => slot with { Problems = ["it does not run: there is no /run/cyrus/sloti33d1t02/master.pid"] }),
            "WARNING: sloti33d1t02 does not run: there is no /run/cyrus/sloti33d1t02/master.pid"),
        ("a master without a configuration", host =>
            host.With(Master, slot => slot with { Role = ReplicationRole.None, Channels = [],
            Problems = [$"there is no configuration of it in /etc/cyrus/{Master}"] }),
            $"CRITICAL: {Master}: there is no configuration of it in /etc/cyrus/{Master}; 1 unknown"),
        ("two masters", host => host.Named(Master, "sloti34d1t01"), $"CRITICAL: {Master} runs as master of store1, whose master is sloti34d1t01"),
        ("no master", host => host.With(Master, slot => slot with { Role = ReplicationRole.Replica, Channels = [] }),
            $"CRITICAL: {Master} is master of store1 but runs as a replica: store1 is not served"),
        ("a master that moves", host => host.Named(Master, "sloti34d1t01", StoreMode.Moving), "OK: 12 checks; 1 expected"),
        ("nobody says who is master", host => host with { MastersFail = "http://192.0.2.4:8490 did not answer in time" },
            "UNKNOWN: masters could not be observed: http://192.0.2.4:8490 did not answer in time"),
        ("a fenced slot", host => host.With(Master, slot => slot with { Problems = ["it does not run: it may not"] })
            .Fenced(Master, "failover of 11:40, imap33 was dead"), "OK: 12 checks; 1 expected"),
        ("a slot that no store uses", host =>
            host with { Slots = [.. host.Slots, host.Slots[0] with { Slot = "sloti33d2t19", Problems = ["it does not run: x"] }] },
            "OK: 12 checks; 1 expected"),
        ("a daemon", host => host.With(Master, slot => slot with { MissingDaemons = ["sync1"], Problems = [SlotObserver.DaemonProblem("sync1")] }),
            $"WARNING: {Master}'s daemon sync1 does not run"),
        ("slots that cannot be seen", host => host with { SlotsFail = "cannot open /etc/cyrus: Permission denied" },
            "UNKNOWN: ports could not be observed: cannot open /etc/cyrus: Permission denied; 2 more unknown"),
        ("unknown beside critical", host => host.Unmounted("/mnt/ssd33d1") with { SlotsFail = "x" },
            "CRITICAL: /mnt/ssd33d1 is not mounted -> provision storage unlock imap33; 3 unknown"),
        ("data not mounted", host => host.Unmounted("/mnt/ssd33d1"), "CRITICAL: /mnt/ssd33d1 is not mounted -> provision storage unlock imap33"),
        ("an array degraded", host => host with { Machine = host.Machine.WithArray(
            Md(host).Luns[0].Name, array => array with { State = SetHealth.Degraded }) },
            "WARNING: {0} is degraded: the next drive that fails takes its data -> mdadm --detail /dev/md/{0}"),
        ("an array failed", host => host with { Machine = host.Machine.WithArray(Md(host).Luns[0].Name, array => array with { State = SetHealth.Failed }) },
            "CRITICAL: {0} has failed -> mdadm --detail /dev/md/{0}"),
        ("a storage question without an answer", host =>
            host with { Machine = host.Machine with { Observed = host.Machine.Observed with { Problems = [Diagnostic.Error(Place, "mdadm is not there")] } } },
            "UNKNOWN: test: error: mdadm is not there"),
        ("drift", host => Drifted(host, "/etc/a", "/etc/b", "/etc/c", "/etc/d"), "WARNING: 4 files changed by hand: /etc/a, /etc/b, /etc/c and 1 more"),
        ("an update that waits", host => host with { Plan = host.Plan with { Files = [new FileDifference { Path = "/etc/a", Verdict = Verdict.Update }] } },
            "OK: 12 checks"),
        ("a secret", host => host with { Plan = host.Plan with { Files = [new FileDifference { Path = "/etc/a", Verdict = Verdict.Unknown }] } },
            "UNKNOWN: 1 file not known, as a secret cannot be read: /etc/a"),
        ("an owed restart", host => host with { Plan = host.Plan with { Owed = [new OwedAction(
            "nginx.service", UnitAction.Restart, 3, Host.Now.AddDays(-1), "/etc/nginx/nginx.conf")] } },
            "WARNING: nginx.service is owed a restart since 2026-11-21: /etc/nginx/nginx.conf"),
        ("a stale unit", host => host with { Plan = host.Plan with { Stale = [new StaleUnit("sshd.service", "its files are newer")] } },
            "WARNING: sshd.service runs with an older configuration: its files are newer"),
        ("a unit", host => host with { Plan = host.Plan with { Units = [new UnitDifference(
            new DesiredUnit("chrony.service", Place), "not active (failed)", false, true)] } }, "WARNING: chrony.service is not active (failed)"),
        ("a package", host => host with { Plan = host.Plan with { Packages = [new PackageDifference(new DesiredPackage("rsync", null, Place), null)] } },
            "WARNING: 1 package missing or at another version: rsync"),
        ("never installed", host => host with { Record = new InstallRecord(null, 0) }, "OK: 12 checks"),
    ];

    public static TheoryData<string> Names() => [.. Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_state_of_a_host_has_its_own_first_line(string name)
    {
        var (_, change, line) = Rows.Single(row => row.Name == name);
        var host = change(new Host());
        var report = host.Report();
        Assert.Equal(line.Replace("{0}", Md(host).Name, StringComparison.Ordinal), report.FirstLine);
        Assert.Equal(line[..line.IndexOf(':', StringComparison.Ordinal)] switch { "OK" => 0, "WARNING" => 1, "CRITICAL" => 2, _ => 3 }, report.ExitCode);
        Assert.Equal(report.Findings.Count + 1, report.Lines().Count());
    }

    [Fact]
    public void Further_lines_say_each_finding_the_worst_first()
    {
        var host = Drifted(new Host().Behind(Master, TimeSpan.FromMinutes(5), TimeSpan.FromHours(2)), "/etc/hosts").Moving(Master, "sloti34d1t01");
        Assert.Equal(
            [
                "WARNING: 1 file changed by hand: /etc/hosts; 1 expected",
                "WARNING drift: 1 file changed by hand: /etc/hosts",
                $"expected lag: {Master} has no replica less than 5 minutes behind (store1 is moving to sloti34d1t01, by eve@desk since 2026-11-22 12:00:00Z)",
                "info install: the last install was 3 days ago, at commit c0ffeec0ffee",
            ],
            host.Report().Lines());
    }

    [Fact]
    public void Each_fact_is_observed_once_and_only_if_a_check_needs_it()
    {
        var observed = new List<string>();
        T Observe<T>(string name, T value)
        {
            observed.Add(name);
            return value;
        }

        var host = new Host();
        var install = new InstallHealth(Host.Now, () => Observe("plan", host.Plan), () => Observe("record", host.Record));
        var slots = new SlotsHealth(host.Machine.View, () => Observe("slots", host.Slots), null);
        Assert.All(InstallHealth.Checks.Where(check => check.Name is "drift" or "units" or "packages"), check => Assert.Empty(check.Judge(install)));
        Assert.All(SlotsHealth.Checks.Where(check => check.Name is "ports" or "lag"), check => Assert.Empty(check.Judge(slots)));
        Assert.Equal(["plan", "slots"], observed);
    }

    private static SetLayout Md(Host host) => host.Machine.Layout.Sets.First(set => set.IsMd);

    private static Host Drifted(Host host, params string[] paths) =>
        host with { Plan = host.Plan with { Files = [.. paths.Select(path => new FileDifference { Path = path, Verdict = Verdict.Drift })] } };
}
