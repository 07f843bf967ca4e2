using Provision.Machine;

namespace Provision.Lab;

/// <summary>
/// The real program in a system with a real systemd: an install acts on the units of changed files and on no other, in
/// order, and what it could not do it owes.
/// </summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly Slot[] Five = [new("a", Master: true), new("b"), new("c", Master: true), new("d"), new("e")];
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
        repository.Slots(Five);
        AssertInstalls("--jobs", "2");
        Assert.All((string[])["plain.service", "slot.target"], unit => Assert.True(Is("is-enabled", unit, "enabled") && Is("is-active", unit, "active"), unit));
        Assert.All(Five, slot => Assert.True(Is("is-active", slot.Unit, "active"), slot.Unit));

        var log = Log();
        var starts = log.Where(line => line[0] == "start").Select(line => line[1]).ToList();
        Assert.Equal(["b", "d", "e"], starts.Take(3).Order(StringComparer.Ordinal));
        Assert.Equal(["a", "c"], starts.Skip(3).Order(StringComparer.Ordinal));
        Assert.True(AtOnce(log) <= 2, string.Join('\n', log.Select(line => string.Join(' ', line))));
        Assert.True(log.FindIndex(line => line is ["start", "a" or "c", ..]) > log.FindLastIndex(line => line is ["ready", "b" or "d" or "e", ..]), "a master started before the last replica was ready");
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

    [Fact]
    public void A_unit_that_fails_puts_everything_back_and_only_touched_units_restart_again()
    {
        repository.Slots(Five);
        AssertInstalls();
        var before = InvocationIds(Five);
        var starts = Log().Count;
        repository.Slots([.. Five.Select(slot => slot with { Value = slot.Name switch { "b" => "2", "d" => "broken", "e" => "3", _ => "1" } })]);
        var result = Install("--jobs", "1");

        Assert.Equal(1, result.ExitCode);
        var said = result.Text + result.Error;
        Assert.Contains("slot@d.service", said, StringComparison.Ordinal);
        Assert.Contains("value broken is no value for d", said, StringComparison.Ordinal);
        Assert.All(Five, slot => Assert.Equal("value=1", Read($"/etc/slots/{slot.Name}.conf").Split('\n')[1]));
        Assert.All(Five, slot => Assert.True(Is("is-active", slot.Unit, "active"), slot.Unit));
        var after = InvocationIds(Five);
        Assert.Equal(["slot@b.service", "slot@d.service"], before.Keys.Where(unit => before[unit] != after[unit]));
        Assert.Equal(["b 2", "d broken", "b 1", "d 1"], Log().Skip(starts).Where(line => line[0] == "start").Select(line => $"{line[1]} {line[2]}"));

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

    private CommandResult Install(params string[] more) => Provision(["install", "--allow-dirty", .. more]);

    private CommandResult Diff(params string[] more) => Provision(["diff", .. more]);

    private CommandResult Provision(params string[] arguments) => system.Run(["provision", .. arguments, "--repo", "/lab/repo", "--host", "web1"]);

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
