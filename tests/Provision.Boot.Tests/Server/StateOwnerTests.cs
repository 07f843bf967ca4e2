using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>Root arms into the directory of a boot server that has a user of its own: what is made is that user's, and what that user has planted there
/// does no harm.</summary>
public sealed class StateOwnerTests : IDisposable
{
    private const string Daemon = "64321:64321";

    private readonly string folder = Directory.CreateTempSubdirectory("provision-state-").FullName;
    private readonly ProcessRunner runner = new();

    public StateOwnerTests()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)FileModes.PublicDirectory);
        Directory.CreateDirectory(State);
        Directory.CreateDirectory(RootsOwn, (UnixFileMode)FileModes.PrivateDirectory);
        runner.Run(Command.Of("chown", Daemon, State)).OrThrow();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string State => Path.Combine(folder, "state");

    private string RootsOwn => Path.Combine(folder, "root");

    [Fact]
    public void Everything_that_arming_makes_belongs_to_the_boot_server()
    {
        var state = new StateDirectory(State);
        using (var jobs = state.OpenJobs())
        {
            Assert.True(jobs.TryAdd(Sample.Armed()));
            state.Key();
            state.MakeBundle(Repository(out var commit), commit, runner);
            state.KeepBundles([commit]);
            Assert.NotNull(state.BundleOf(commit));
            Assert.Contains(Owners(), line => line.EndsWith("jobs.sqlite-wal", StringComparison.Ordinal));
            Assert.All(Owners(), line => Assert.StartsWith(Daemon, line, StringComparison.Ordinal));
            state.KeepBundles([]);
            Assert.Null(state.BundleOf(commit));
        }

        Assert.All(Owners(), line => Assert.StartsWith(Daemon, line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jobs.sqlite")]
    [InlineData("key")]
    [InlineData("bundles")]
    [InlineData("discovered")]
    public void A_planted_link_leads_root_nowhere(string name)
    {
        var target = Path.Combine(RootsOwn, name);
        if (name is "bundles" or "discovered")
        {
            Directory.CreateDirectory(target, (UnixFileMode)FileModes.PrivateDirectory);
            File.WriteAllText(Path.Combine(target, "x.json"), "{}");
        }
        else
        {
            File.WriteAllText(target, new string('x', 32));
            File.SetUnixFileMode(target, (UnixFileMode)FileModes.Private);
        }

        File.CreateSymbolicLink(Path.Combine(State, name), target);
        var before = Listing();
        var state = new StateDirectory(State);
        switch (name)
        {
            case "jobs.sqlite":
                Assert.Throws<StateLostException>(state.OpenJobs);
                break;
            case "key":
                state.Key(); // a new one, in place of the link
                break;
            case "bundles":
                Assert.ThrowsAny<Exception>(() => state.MakeBundle(Repository(out var commit), commit, runner));
                break;
            default:
                Assert.ThrowsAny<Exception>(() => state.Discovered.Remove("x"));
                break;
        }

        Assert.Equal(before, Listing());
    }

    private string[] Owners() =>
        runner.Run(Command.Of("find", State, "-mindepth", "1", "-printf", "%U:%G %P\n")).OrThrow().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Listing() => runner.Run(Command.Of("find", RootsOwn, "-printf", "%P %U %m %s\n")).OrThrow().Text;

    private string Repository(out string commit)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder, "repository")).FullName;
        var git = new Git(runner, path);
        git.Run("init", "--quiet");
        git.Run("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--allow-empty", "-m", "first");
        commit = git.Run("rev-parse", "HEAD").Text.Trim();
        return path;
    }
}
