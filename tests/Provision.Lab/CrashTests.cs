using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>
/// Kills the real program at every system call by which it changes a disk, one after the other. After each kill every
/// file is old or new, never half; the next install finishes the work; and no litter is left.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Killed = 137;
    private readonly CrashRepository repository = new();
    private readonly string work = Directory.CreateTempSubdirectory("provision-crashroot-").FullName;

    public void Dispose()
    {
        repository.Dispose();
        Directory.Delete(work, recursive: true);
    }

    /// <summary>The calls, and how far apart the kills are where a call is made very often.</summary>
    [Theory]
    [InlineData("renameat", 1)]
    [InlineData("unlinkat", 2)]
    [InlineData("mkdirat", 1)]
    [InlineData("fsync", 2)]
    [InlineData("syncfs", 1)]
    [InlineData("fchmod", 2)]
    [InlineData("fchown", 3)]
    public void Killed_at_any_call_the_files_are_old_or_new_and_the_next_run_finishes(string call, int step)
    {
        var (before, after) = States();
        var kills = 0;
        for (var number = 1; ; number += step)
        {
            var root = Copy("A");
            if (Install(repository.B, root, call, number).ExitCode != Killed)
            {
                break;
            }

            kills++;
            AssertOldOrNew(before, after, root, $"{call} {number}");
            AssertConverges(after, root, $"{call} {number}");
            Directory.Delete(root, recursive: true);
        }

        output.WriteLine($"{call}: killed {kills} times");
        Assert.True(kills > 0, $"the program never called {call}: the test no longer tests anything");
    }

    /// <summary>The run that cleans up after a kill can be killed too.</summary>
    [Theory]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(11)]
    public void Killed_again_while_it_recovers_it_still_converges(int first)
    {
        var (before, after) = States();
        for (var second = 1; second < 40; second += 5)
        {
            var root = Copy("A");
            Assert.Equal(Killed, Install(repository.B, root, "renameat", first).ExitCode);
            if (Install(repository.B, root, "renameat", second).ExitCode != Killed)
            {
                Assert.True(second > 1);
                return;
            }

            AssertOldOrNew(before, after, root, $"{first}, then {second}");
            AssertConverges(after, root, $"{first}, then {second}");
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>A first install, killed in the middle, then the machine is given back: rollback after the recovery.</summary>
    [Fact]
    public void A_killed_rollback_is_finished_by_the_next_run()
    {
        var (before, after) = States();
        var kills = 0;
        for (var number = 1; ; number += 4)
        {
            var root = Copy("B");
            string[] rollback = [ProvisionBinary.Path, "rollback", "1", "--root", root];
            if (Traced("renameat", number, rollback).ExitCode != Killed)
            {
                break;
            }

            kills++;
            AssertOldOrNew(after, before, root, $"rollback {number}");
            AssertConverges(after, root, $"install after rollback {number}");
        }

        Assert.True(kills >= 3, $"killed only {kills} times: the test no longer tests anything");
    }

    private (SortedDictionary<string, string> Before, SortedDictionary<string, string> After) States()
    {
        var a = Path.Combine(work, "A");
        Directory.CreateDirectory(a);
        Assert.Equal(0, Install(repository.A, a).ExitCode);
        var b = Copy("A", "B");
        Assert.Equal(0, Install(repository.B, b).ExitCode);
        var states = (CrashRepository.Tree(a), CrashRepository.Tree(b));
        Assert.NotEqual(states.Item1, states.Item2);
        return states;
    }

    private static void AssertOldOrNew(SortedDictionary<string, string> before, SortedDictionary<string, string> after, string root, string where)
    {
        var damage = CrashRepository.Damage(before, after, CrashRepository.Tree(root));
        Assert.True(damage is null, $"{where}: {damage}");
    }

    private void AssertConverges(SortedDictionary<string, string> after, string root, string where)
    {
        var again = Install(repository.B, root);
        Assert.True(again.ExitCode == 0, $"{where}: the next install says {again.Error}");
        Assert.Equal(after, CrashRepository.Tree(root));
        Assert.False(Directory.Exists(root + "/.provision"), $"{where}: litter");
        Assert.False(File.Exists(root + "/var/lib/provision/journal.json"), $"{where}: the journal is still there");
        Assert.Equal(0, ProvisionBinary.Run("diff", "--repo", repository.B, "--host", "web1", "--root", root).ExitCode);
    }

    private string Copy(string from, string? to = null)
    {
        var copy = Path.Combine(work, to ?? "run");
        if (to is null && Directory.Exists(copy))
        {
            Directory.Delete(copy, recursive: true);
        }

        new ProcessRunner().Run(Command.Of("cp", "-a", Path.Combine(work, from), copy)).OrThrow();
        return copy;
    }

    private static CommandResult Install(string repository, string root, string? call = null, int number = 0)
    {
        string[] install = [ProvisionBinary.Path, "install", "--repo", repository, "--host", "web1", "--root", root, "--allow-dirty", "--yes"];
        return call is null ? new ProcessRunner().Run(Command.Of(install[0], install[1..])) : Traced(call, number, install);
    }

    private static CommandResult Traced(string call, int number, string[] command) =>
        new ProcessRunner().Run(Command.Of("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e",
            $"inject={call}:signal=SIGKILL:when={number}", .. command]).WithTimeout(TimeSpan.FromMinutes(1)));
}
