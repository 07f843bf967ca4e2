namespace Provision.Lab;

/// <summary>
/// Cuts the power in the middle of an install: what the program has not synced is lost. After the filesystem's own
/// recovery every file is old or new, and the next install finishes the work.
/// </summary>
public sealed class PowerCutTests : IDisposable
{
    private const int Killed = 137;
    private readonly CrashRepository repository = new();
    private readonly string work = Directory.CreateTempSubdirectory("provision-powercut-").FullName;
    private readonly SortedDictionary<string, string> before;
    private readonly SortedDictionary<string, string> after;

    public PowerCutTests()
    {
        Directory.CreateDirectory(Path.Combine(work, "A"));
        Assert.Equal(0, Install(repository.A, Path.Combine(work, "A")).ExitCode);
        Run("cp", "-a", Path.Combine(work, "A"), Path.Combine(work, "B"));
        Assert.Equal(0, Install(repository.B, Path.Combine(work, "B")).ExitCode);
        (before, after) = (CrashRepository.Tree(Path.Combine(work, "A")), CrashRepository.Tree(Path.Combine(work, "B")));
        using var image = File.Create(Image);
        image.SetLength(64L << 20);
        image.Close();
        Run("mkfs.ext4", "-q", "-F", "-d", Path.Combine(work, "A"), Image);
        Directory.CreateDirectory(Disk);
    }

    private string Image => Path.Combine(work, "disk");

    private string Disk => Path.Combine(work, "mounted");

    public void Dispose()
    {
        repository.Dispose();
        Directory.Delete(work, recursive: true);
    }

    /// <summary>The program is killed before its Nth call of a kind, and at once the power is cut.</summary>
    [Theory]
    [InlineData("syncfs", 1)]
    [InlineData("fsync", 2)]
    [InlineData("fsync", 5)]
    [InlineData("fsync", 7)]
    [InlineData("renameat", 1)]
    [InlineData("renameat", 2)]
    [InlineData("renameat", 5)]
    [InlineData("renameat", 8)]
    [InlineData("renameat", 11)]
    [InlineData("unlinkat", 2)]
    [InlineData("unlinkat", 4)]
    public void After_a_power_cut_files_are_old_or_new_and_the_next_run_finishes(string call, int number)
    {
        Assert.Equal(Killed, UmlGuest.RunAndCutPower(work, Image, Traced("-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={number}")));
        AssertRecovers();
    }

    [Fact]
    public void After_a_power_cut_at_the_end_everything_is_new()
    {
        Assert.Equal(0, UmlGuest.RunAndCutPower(work, Image, Traced("-e", "trace=none")));
        Mounted(() => Assert.Equal(after, CrashRepository.Tree(Disk)));
    }

    /// <summary>The tests above can fail: a program that does not sync leaves files without their contents.</summary>
    [Fact]
    public void Without_syncs_a_power_cut_does_damage()
    {
        Assert.Equal(0, UmlGuest.RunAndCutPower(work, Image, Traced("-e", "trace=fsync,syncfs", "-e", "inject=fsync,syncfs:retval=0")));
        Mounted(() => Assert.Contains("neither old nor new", CrashRepository.Damage(before, after, CrashRepository.Tree(Disk)) ?? "no damage",
            StringComparison.Ordinal));
    }

    private void AssertRecovers() => Mounted(() =>
    {
        Assert.Null(CrashRepository.Damage(before, after, CrashRepository.Tree(Disk)));
        var again = Install(repository.B, Disk);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(after, CrashRepository.Tree(Disk));
        Assert.False(Directory.Exists(Disk + "/.provision"), "litter");
        Assert.False(File.Exists(Disk + "/var/lib/provision/journal.json"), "the journal is still there");
        Assert.Equal(0, ProvisionBinary.Run("diff", "--repo", repository.B, "--host", "web1", "--root", Disk).ExitCode);
    });

    /// <summary>Mounting replays the filesystem's journal, as the boot after a power cut does.</summary>
    private void Mounted(Action action)
    {
        Run("mount", "-o", "loop", Image, Disk);
        try
        {
            action();
        }
        finally
        {
            Run("umount", Disk);
        }
    }

    private string Traced(params string[] inject) =>
        $"strace -f -qq -o /dev/null {string.Join(' ', inject)} {ProvisionBinary.Path} install --yes --allow-dirty " +
        $"--repo {repository.B} --host web1 --root /mnt";

    private static CommandResult Install(string repository, string root) =>
        ProvisionBinary.Run("install", "--yes", "--repo", repository, "--host", "web1", "--root", root, "--allow-dirty");

    private static void Run(params string[] command) => new ProcessRunner().Run(Command.Of(command[0], command[1..])).OrThrow();
}
