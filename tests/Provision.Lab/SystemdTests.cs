namespace Provision.Lab;

/// <summary>
/// The real program in a system with a real systemd: an install acts on the units of changed files and on no other, in
/// order, and what it could not do it owes.
/// </summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly Slot[] Five = [new("a", Master: true), new("b"), new("c", Master: true), new("d"), new("e")];
    private static readonly string[] Services = ["plain.service", "slot.target"];
    private readonly string shared = Directory.CreateTempSubdirectory("provision-systemd-").FullName;
    private readonly SlotRepository repository;
    private readonly NspawnSystem system;

    public SystemdTests()
    {
        // apt's own user reads packages in it.
        File.SetUnixFileMode(shared, (UnixFileMode)0x1ED);
        repository = new SlotRepository(Path.Combine(shared, "repo"));
        system = NspawnSystem.Boot(shared);
    }

    public void Dispose()
    {
        system.Dispose();
        Directory.Delete(shared, recursive: true);
    }

    [Fact]
    public void A_first_install_enables_and_starts_in_order_a_few_at_a_time()
    {
        Slot[] six = [.. Five, new Slot("f", Master: true)];
        repository.Slots(six);
        AssertInstalls("--jobs", "2");
        Assert.All(Services, unit => Assert.True(Is("is-enabled", unit, "enabled") && Is("is-active", unit, "active"), unit));
        Assert.All(six, slot => Assert.True(Is("is-active", slot.Unit, "active"), slot.Unit));

        var log = Log();
        var starts = log.Where(line => line[0] == "start").Select(line => line[1]).ToList();
        Assert.Equal(["b", "d", "e"], starts.Take(3).Order(StringComparer.Ordinal));
        Assert.Equal(["a", "c", "f"], starts.Skip(3).Order(StringComparer.Ordinal));
        Assert.True(AtOnce(log) <= 2, string.Join('\n', log.Select(line => string.Join(' ', line))));
        Assert.True(log.FindIndex(line => line is ["start", "a" or "c" or "f", ..]) > log.FindLastIndex(line => line is ["ready", "b" or "d" or "e", ..]),
            "a master started before the last replica was ready");
        AssertDiff(0);
    }

    [Theory]
    [InlineData("2", "a", "none", true, false)]
    [InlineData("1", "b", "none", false, true)]
    [InlineData("1", "a", "other", false, false)]
    [InlineData("2", "b", "other", true, false)]
    public void A_change_of_one_slot_acts_on_its_unit_only_and_as_its_rules_say(string value, string hint, string comment, bool restarts, bool reloads)
    {
        repository.Slots(Five);
        AssertInstalls();
        var before = InvocationIds(Five);
        repository.Slots([.. Five.Select(slot => slot.Name == "b" ? slot with { Value = value, Hint = hint, Comment = comment } : slot)]);
        AssertDiff(1);
        AssertInstalls();

        var after = InvocationIds(Five);
        Assert.Equal(restarts ? ["slot@b.service"] : [], before.Keys.Where(unit => before[unit] != after[unit]));
        Assert.Equal(reloads ? 1 : 0, Log().Count(line => line[0] == "reload"));
        AssertDiff(0);
    }

    [Theory]
    [InlineData("broken", "value broken is no value for d")]
    [InlineData("hangs", "took longer than 15 s")]
    public void A_unit_that_fails_puts_everything_back_and_only_touched_units_restart_again(string value, string why)
    {
        repository.Slots(Five);
        AssertInstalls();
        var before = InvocationIds(Five);
        var starts = Log().Count;
        repository.Slots([.. Five.Select(slot => slot with { Value = slot.Name switch { "b" => "2", "d" => value, "e" => "3", _ => "1" } })]);
        var result = Install("--jobs", "1", "--unit-limit", "15");

        Assert.Equal(1, result.ExitCode);
        var said = result.Text + result.Error;
        Assert.Contains("slot@d.service", said, StringComparison.Ordinal);
        Assert.Contains(why, said, StringComparison.Ordinal);
        Assert.All(Five, slot => Assert.Equal("value=1", Read($"/etc/slots/{slot.Name}.conf").Split('\n')[1]));
        Assert.All(Five, slot => Assert.True(Is("is-active", slot.Unit, "active"), slot.Unit));
        var after = InvocationIds(Five);
        Assert.Equal(["slot@b.service", "slot@d.service"], before.Keys.Where(unit => before[unit] != after[unit]));
        Assert.Equal(["b 2", "d " + value, "b 1", "d 1"], Log().Skip(starts).Where(line => line[0] == "start").Select(line => $"{line[1]} {line[2]}"));

        repository.Slots(Five);
        AssertDiff(0);
    }

    [Fact]
    public void A_new_slot_starts_and_a_removed_one_is_stopped_and_disabled_but_keeps_its_data()
    {
        repository.Slots(Five);
        AssertInstalls();
        system.Run("systemctl", "enable", "slot@e.service").OrThrow();
        system.Run("touch", "/data/e/mail").OrThrow();
        var before = InvocationIds(Five[..4]);
        repository.Slots([.. Five[..4], new Slot("f")]);
        AssertInstalls();

        Assert.True(Is("is-active", "slot@e.service", "inactive"));
        Assert.False(Is("is-enabled", "slot@e.service", "enabled"));
        Assert.False(File.Exists(system.PathOf("/etc/slots/e.conf")));
        Assert.False(Directory.Exists(system.PathOf("/etc/systemd/system/slot@e.service.d")));
        Assert.True(File.Exists(system.PathOf("/data/e/mail")));
        Assert.True(Is("is-active", "slot@f.service", "active"));
        Assert.Equal(before, InvocationIds(Five[..4]));
        AssertDiff(0);
    }

    [Fact]
    public void A_run_killed_before_a_restart_owes_it_until_somebody_does_it()
    {
        repository.Slots(Five);
        AssertInstalls();
        repository.Slots([.. Five.Select(slot => slot.Name is "b" or "d" or "e" ? slot with { Value = "2" } : slot)]);
        KillAtRestartOf("slot@d.service");
        Assert.Equal(137, Install("--jobs", "1").ExitCode);
        File.Delete(system.PathOf(Wrapper));
        var before = InvocationIds(Five);

        var owed = AssertDiff(1);
        Assert.DoesNotContain("slot@b.service", owed, StringComparison.Ordinal);
        Assert.Contains("slot@d.service", owed, StringComparison.Ordinal);
        Assert.Contains("owed", owed, StringComparison.Ordinal);
        Thread.Sleep(Tick);
        system.Run("systemctl", "restart", "slot@e.service").OrThrow();
        Assert.DoesNotContain("slot@e.service", AssertDiff(1), StringComparison.Ordinal);
        var byHand = InvocationIds(Five);
        AssertInstalls();

        var after = InvocationIds(Five);
        Assert.Equal(["slot@e.service"], before.Keys.Where(unit => before[unit] != byHand[unit]));
        Assert.Equal(["slot@d.service"], before.Keys.Where(unit => byHand[unit] != after[unit]));
        AssertDiff(0);
    }

    /// <summary>What a hand does to a slot's file and unit, a word a step, and what the next diff says of it.</summary>
    [Theory]
    [InlineData("edit", true, true)]
    [InlineData("edit restart", true, false)]
    [InlineData("edit back", false, false)]
    [InlineData("edit restart back", false, true)]
    [InlineData("edit restart back restart", false, false)]
    [InlineData("restart", false, false)]
    public void A_hand_on_a_file_shows_as_drift_and_a_unit_that_runs_with_another_as_stale(string steps, bool drift, bool stale)
    {
        repository.Slots(Five[..2]);
        AssertInstalls();
        foreach (var step in steps.Split(' '))
        {
            Thread.Sleep(Tick);
            system.Run(step switch
            {
                "edit" => ["sed", "-i", "s/^value=.*/value=7/", "/etc/slots/b.conf"],
                "back" => ["sed", "-i", "s/^value=.*/value=1/", "/etc/slots/b.conf"],
                _ => ["systemctl", "restart", "slot@b.service"],
            }).OrThrow();
        }

        var difference = AssertDiff(drift || stale ? 1 : 0);
        Assert.Equal(drift, difference.Contains("drift", StringComparison.Ordinal));
        Assert.Equal(stale, difference.Contains("stale", StringComparison.Ordinal));
        AssertInstalls();
        AssertDiff(0);
        Assert.Equal("b 1", Log().Where(line => line[0] == "ready" && line[1] == "b").Select(line => $"{line[1]} {line[2]}").Last());
    }

    [Fact]
    public void A_rollback_restarts_the_units_of_the_files_it_brings_back()
    {
        repository.Slots(Five);
        AssertInstalls();
        repository.Slots([.. Five.Select(slot => slot.Name == "b" ? slot with { Value = "2" } : slot)]);
        AssertInstalls();
        var before = InvocationIds(Five);
        var result = system.Run("provision", "rollback");

        Assert.True(result.ExitCode == 0, result.Text + result.Error);
        var after = InvocationIds(Five);
        Assert.Equal(["slot@b.service"], before.Keys.Where(unit => before[unit] != after[unit]));
        Assert.Equal("value=1", Read("/etc/slots/b.conf").Split('\n')[1]);
        Assert.Equal("b 1", string.Join(' ', Log()[^1][1..]));
    }

    [Theory]
    [InlineData("unit", "slto@b.service")]
    [InlineData("service", "plane.service")]
    public void A_unit_that_is_not_there_is_refused_before_anything_is_touched(string where, string unit)
    {
        repository.Slots(Five[..2]);
        AssertInstalls();
        var before = InvocationIds(Five[..2]);
        repository.Role([new Slot("a", "2"), new Slot("b")], where == "service" ? unit : null);
        repository.Write("templates/slots/etc/new.conf", where == "unit" ? $"---\nunit: {unit}\n---\nnew\n" : "new\n");
        var result = Install();

        Assert.True(result.ExitCode == 2, result.Text + result.Error);
        Assert.Contains(unit, result.Text + result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(system.PathOf("/etc/new.conf")));
        Assert.Equal("value=1", Read("/etc/slots/a.conf").Split('\n')[1]);
        Assert.Equal(before, InvocationIds(Five[..2]));
    }

    [Fact]
    public void A_masked_service_is_shown_and_left_masked()
    {
        File.WriteAllText(system.PathOf("/usr/lib/systemd/system/other.service"),
            "[Service]\nExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n");
        system.Run("systemctl", "mask", "other.service").OrThrow();
        repository.Role(Five[..2], "other.service");
        AssertInstalls();
        Assert.All(Five[..2], slot => Assert.True(Is("is-active", slot.Unit, "active"), slot.Unit));
        var difference = AssertDiff(1);
        Assert.Contains("other.service", difference, StringComparison.Ordinal);
        Assert.Contains("masked", difference, StringComparison.Ordinal);
        Assert.True(Is("is-enabled", "other.service", "masked"));
    }

    [Fact]
    public void A_missing_package_comes_first_and_its_service_starts_with_its_configuration()
    {
        LabPackage.Make(Path.Combine(shared, "packages"));
        File.WriteAllText(system.PathOf("/etc/apt/sources.list"), "deb [trusted=yes] file:/lab/packages ./\n");
        system.Run("apt-get", "update").OrThrow();
        repository.Role(Five[..2], "labdaemon.service", "labdaemon");
        repository.Write("templates/slots/etc/labdaemon.conf", "---\nunit: labdaemon.service\n---\nours\n");
        AssertInstalls();

        Assert.True(Is("is-active", "labdaemon.service", "active"));
        Assert.True(Is("is-enabled", "labdaemon.service", "enabled"));
        Assert.Equal("started with ours\n", Read("/run/labdaemon.log"));
        Assert.False(File.Exists(system.PathOf("/usr/sbin/policy-rc.d")));
        AssertDiff(0);
    }

    /// <summary>Longer than the second that systemd's times of a start are told in.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2.1);

    private const string Wrapper = "/usr/local/sbin/systemctl";

    /// <summary>Makes the program die at the moment it would restart a unit.</summary>
    private void KillAtRestartOf(string unit)
    {
        File.WriteAllText(system.PathOf(Wrapper), $"#!/bin/sh\ncase \"$*\" in restart*{unit}) kill -9 $PPID; exit 1 ;; esac\nexec /usr/bin/systemctl \"$@\"\n");
        File.SetUnixFileMode(system.PathOf(Wrapper), (UnixFileMode)0x1ED);
    }

    private CommandResult Install(params string[] more) => Provision(["install", "--yes", "--allow-dirty", .. more]);

    private CommandResult Diff(params string[] more) => Provision(["diff", .. more]);

    private CommandResult Provision(params string[] arguments) =>
        system.Run(["provision", .. arguments, "--repo", "/lab/repo", "--host", "web1", .. arguments[0] is "install" or "diff" ? ["--here", "a container"] : (
            string[])[]]);

    private void AssertInstalls(params string[] more)
    {
        var result = Install(more);
        Assert.True(result.ExitCode == 0, result.Text + result.Error);
    }

    private string AssertDiff(int exitCode)
    {
        var result = Diff();
        Assert.True(result.ExitCode == exitCode, result.Text + result.Error);
        return result.Text;
    }

    private bool Is(string question, string unit, string answer) => system.Run("systemctl", question, unit).Text.Trim() == answer;

    private string Read(string path) => File.ReadAllText(system.PathOf(path));

    private SortedDictionary<string, string> InvocationIds(IEnumerable<Slot> slots) =>
        new(slots.Select(slot => slot.Unit).Append("plain.service").ToDictionary(unit => unit, system.InvocationId), StringComparer.Ordinal);

    /// <summary>What the slots' daemons said, each line cut into words.</summary>
    private List<string[]> Log() => [.. File.ReadLines(system.PathOf("/run/slots.log")).Select(line => line.Split(' '))];

    /// <summary>The largest number of slots that were on their way from start to ready.</summary>
    private static int AtOnce(IEnumerable<string[]> log)
    {
        var (now, most) = (0, 0);
        foreach (var line in log)
        {
            now += line[0] switch { "start" => 1, "ready" => -1, _ => 0 };
            most = Math.Max(most, now);
        }

        return most;
    }
}
