namespace Provision.Lab;

/// <summary>
/// Confirmed installs in a system with a real systemd: what is not confirmed goes back by itself, whatever ended in between, and a rollback is never
/// reported as a success nor the other way round. About a minute and a half on 2 cores.
/// </summary>
public sealed class ConfirmationTests : IDisposable
{
    private const string Record = "/var/lib/provision/unconfirmed.json";
    private const string Timer = "provision-unconfirmed.timer";
    private const string Service = "provision-unconfirmed.service";
    private const string Wrapper = "/usr/local/sbin/systemctl";
    private static readonly Slot[] Two = [new("a"), new("b")];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string shared = Directory.CreateTempSubdirectory("provision-confirm-").FullName;
    private readonly SlotRepository repository;
    private readonly NspawnSystem system;

    public ConfirmationTests()
    {
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
    public void A_confirmed_install_stays_and_leaves_no_switch_behind()
    {
        InstallTwo();
        AssertExit(0, Install("--confirm", "5m"));
        Assert.True(Exists(Record));
        Assert.Equal("active", system.Property(Timer, "ActiveState"));
        Assert.Contains("waits for its confirmation", Provision("check", "--only", "install", "--here", "a container").Text, StringComparison.Ordinal);

        // Nothing else happens before it is decided: neither another install nor another rollback.
        AssertExit(2, Install());
        AssertExit(2, Provision("rollback"));
        AssertExit(2, system.Run("provision", "confirm", "7"));
        AssertExit(0, system.Run("provision", "confirm", "2"));
        AssertDisarmed();
        Assert.Equal("value=2", Value("b"));

        // Said again, it is still true; and a late rollback of what was confirmed does nothing.
        AssertExit(0, system.Run("provision", "confirm", "2"));
        AssertExit(0, system.Run("provision", "rollback", "--unconfirmed"));
        Assert.Equal("value=2", Value("b"));
    }

    [Fact]
    public void An_unconfirmed_install_goes_back_and_restarts_only_what_it_touched()
    {
        InstallTwo();
        var (a, b, plain) = (Run("slot@a.service"), Run("slot@b.service"), Run("plain.service"));
        AssertExit(0, Install("--confirm", "3s"));
        Assert.NotEqual(b, Run("slot@b.service"));
        WaitUntil(() => !Exists(Record));

        Assert.Equal("value=1", Value("b"));
        Assert.Equal((a, plain), (Run("slot@a.service"), Run("plain.service")));
        Assert.Equal("active", system.Property("slot@b.service", "ActiveState"));
        Assert.Equal("start b 1", File.ReadLines(system.PathOf("/run/slots.log")).Last(line => line.StartsWith("start", StringComparison.Ordinal)));

        var late = system.Run("provision", "confirm", "2");
        AssertExit(1, late);
        Assert.Contains("was rolled back", late.Error, StringComparison.Ordinal);
        Assert.Contains("not confirmed within 3 s", system.Run("provision", "history").Text, StringComparison.Ordinal);
        Assert.Contains("not confirmed within 3 s", Provision("check", "--only", "install", "--here", "a container").Text, StringComparison.Ordinal);
        AssertDisarmed();
    }

    [Fact]
    public void A_first_install_goes_back_to_what_was_there()
    {
        File.WriteAllText(system.PathOf("/etc/systemd/system/plain.service"),
            "[Service]\nExecStart=/bin/sleep 99999\n\n[Install]\nWantedBy=multi-user.target\n");
        system.Run("systemctl", "daemon-reload").OrThrow();
        system.Run("systemctl", "start", "plain.service").OrThrow();
        repository.Slots(Two);
        AssertExit(0, Install("--confirm", "3s"));
        Assert.Equal("active", system.Property("slot@a.service", "ActiveState"));
        WaitUntil(() => !Exists(Record));

        Assert.Contains("sleep 99999", File.ReadAllText(system.PathOf("/etc/systemd/system/plain.service")), StringComparison.Ordinal);
        Assert.False(Exists("/etc/slots/a.conf"));
        Assert.False(Exists("/etc/systemd/system/slot@.service"));
        Assert.Equal("inactive", system.Property("slot@a.service", "ActiveState"));
        Assert.Equal("active", system.Property("plain.service", "ActiveState"));
        Assert.False(Exists("/etc/systemd/system/multi-user.target.wants/slot.target"));
        AssertExit(1, system.Run("provision", "confirm", "1"));
        AssertDisarmed();
    }

    [Fact]
    public void An_install_killed_at_a_restart_goes_back_and_cannot_be_confirmed()
    {
        InstallTwo();
        OnSystemctl("restart*slot@b.service", "kill -9 $PPID; exit 1");
        Assert.Equal(137, Install("--confirm", "10s").ExitCode);
        File.Delete(system.PathOf(Wrapper));
        Assert.Equal("value=2", Value("b"));
        AssertExit(2, system.Run("provision", "confirm", "2"));
        WaitUntil(() => !Exists(Record));
        Assert.Equal("value=1", Value("b"));
        Assert.Equal("active", system.Property("slot@b.service", "ActiveState"));
        AssertExit(1, system.Run("provision", "confirm", "2"));
        AssertDisarmed();
    }

    [Fact]
    public void The_switch_is_on_disk_and_enabled_before_the_first_file_is_swapped()
    {
        InstallTwo();

        // The program dies when it starts the timer: everything that a boot needs is there, and no file is changed yet.
        OnSystemctl("start*" + Timer, "kill -9 $PPID; exit 1");
        Assert.Equal(137, Install("--confirm", "5m").ExitCode);
        File.Delete(system.PathOf(Wrapper));
        Assert.Equal("value=1", Value("b"));
        Assert.True(Exists(Record) && Exists($"/etc/systemd/system/{Service}"));
        Assert.Equal("enabled", system.Run("systemctl", "is-enabled", Timer).Text.Trim());

        // A boot starts what is enabled. There is nothing to roll back, so the switch only goes away.
        system.Run("systemctl", "start", Service).OrThrow();
        AssertDisarmed();
        Assert.Equal("value=1", Value("b"));
        AssertExit(0, Install());
        Assert.Equal("value=2", Value("b"));
    }

    [Fact]
    public void A_boot_with_an_unconfirmed_install_begins_its_time_again_and_rolls_back()
    {
        InstallTwo();
        AssertExit(0, Install("--confirm", "4s"));

        // What a reboot does to the timer: it is gone with systemd's memory, and started because timers.target wants it.
        system.Run("systemctl", "stop", Timer).OrThrow();
        system.Run("systemctl", "daemon-reload").OrThrow();
        Thread.Sleep(TimeSpan.FromSeconds(6));
        Assert.Equal("value=2", Value("b"));
        Assert.Contains(Timer, system.Property("timers.target", "Wants"), StringComparison.Ordinal);
        system.Run("systemctl", "restart", "timers.target").OrThrow();
        WaitUntil(() => !Exists(Record));
        Assert.Equal("value=1", Value("b"));
        AssertDisarmed();
    }

    [Fact]
    public void A_timer_that_cannot_start_refuses_the_install_and_nothing_is_changed()
    {
        InstallTwo();
        OnSystemctl("start*" + Timer, "echo no timers today >&2; exit 1");
        var refused = Install("--confirm", "5m");
        AssertExit(2, refused);
        Assert.Contains("no timers today", refused.Error, StringComparison.Ordinal);
        File.Delete(system.PathOf(Wrapper));
        Assert.Equal("value=1", Value("b"));
        AssertDisarmed();
    }

    [Fact]
    public void A_rollback_that_fails_is_tried_again_until_it_succeeds()
    {
        InstallTwo();
        AssertExit(0, Install("--confirm", "3s"));
        system.Run("chattr", "+i", "/etc/slots").OrThrow();
        WaitUntil(() => system.Run("journalctl", "--unit", Service, "--output", "cat").Text.Contains("Failed with result", StringComparison.Ordinal));
        Assert.True(Exists(Record));
        Assert.Equal("value=2", Value("b"));
        system.Run("chattr", "-i", "/etc/slots").OrThrow();
        WaitUntil(() => !Exists(Record));
        Assert.Equal("value=1", Value("b"));
        AssertDisarmed();
    }

    [Fact]
    public void A_unit_that_fails_rolls_back_at_once_and_nothing_waits()
    {
        InstallTwo("broken");
        AssertExit(1, Install("--confirm", "5m"));
        Assert.Equal("value=1", Value("b"));
        AssertDisarmed();
        AssertExit(1, system.Run("provision", "confirm", "2"));
    }

    private void InstallTwo(string next = "2")
    {
        repository.Slots(Two);
        AssertExit(0, Install());
        repository.Slots([Two[0], Two[1] with { Value = next }]);
    }

    private CommandResult Install(params string[] more) => Provision(["install", "--yes", "--allow-dirty", "--here", "a container", .. more]);

    private CommandResult Provision(params string[] arguments) => system.Run(["provision", .. arguments, "--repo", "/lab/repo", "--host", "web1",
        .. arguments[0] == "rollback" ? (string[])["--here", "a container"] : []]);

    /// <summary>Puts a script in the place of one call of systemctl.</summary>
    private void OnSystemctl(string pattern, string script)
    {
        File.WriteAllText(system.PathOf(Wrapper), $"#!/bin/sh\ncase \"$*\" in {pattern}) {script} ;; esac\nexec /usr/bin/systemctl \"$@\"\n");
        File.SetUnixFileMode(system.PathOf(Wrapper), (UnixFileMode)0x1ED);
    }

    private void AssertDisarmed()
    {
        WaitUntil(() => system.Property(Service, "ActiveState") is "inactive");
        Assert.False(Exists(Record));
        Assert.False(Exists($"/etc/systemd/system/{Timer}") || Exists($"/etc/systemd/system/{Service}"));
        Assert.Equal("inactive", system.Property(Timer, "ActiveState"));
    }

    private static void AssertExit(int code, CommandResult result) => Assert.True(result.ExitCode == code, $"{result.ExitCode}: {result.Text}{result.Error}");

    private void WaitUntil(Func<bool> holds)
    {
        for (var end = DateTime.UtcNow + Patience; !holds(); Thread.Sleep(200))
        {
            Assert.True(DateTime.UtcNow < end, "it did not happen in time: "
                + system.Run("journalctl", "--unit", Service, "--unit", Timer, "--lines", "20", "--output", "cat").Text);
        }
    }

    private bool Exists(string path) => File.Exists(system.PathOf(path)) || new FileInfo(system.PathOf(path)).LinkTarget is not null;

    private string Value(string slot) => File.ReadAllLines(system.PathOf($"/etc/slots/{slot}.conf"))[1];

    private string Run(string unit) => system.InvocationId(unit);
}
