namespace Provision.Core.Tests;

/// <summary>Root in a daemon's directory has the daemon's rights: a link that the daemon plants there leads root no further than the daemon.</summary>
public sealed class OwnerRightsTests : IDisposable
{
    private const int Daemon = 64_321;

    private readonly string folder = Directory.CreateTempSubdirectory("provision-owner-").FullName;
    private readonly ProcessRunner runner = new();

    public OwnerRightsTests()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)FileModes.PublicDirectory);
        Directory.CreateDirectory(State);
        File.WriteAllText(Keys, "of root");
        File.SetUnixFileMode(Keys, (UnixFileMode)FileModes.Private);
        runner.Run(Command.Of("chown", $"{Daemon}:{Daemon}", State)).OrThrow();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string State => Path.Combine(folder, "state");

    private string Keys => Path.Combine(folder, "keys");

    [Fact]
    public void A_link_that_the_daemon_planted_is_of_no_use_to_it()
    {
        var planted = Path.Combine(State, "database");
        File.CreateSymbolicLink(planted, Keys);
        Assert.Throws<UnauthorizedAccessException>(() => OwnerRights.In(State, () => File.ReadAllText(planted)));
        Assert.Throws<UnauthorizedAccessException>(() => OwnerRights.In(State, () => File.WriteAllText(planted, "the daemon's")));
        Assert.Equal("of root", File.ReadAllText(Keys));

        // Without its owner's rights root follows the link.
        File.WriteAllText(planted, "the daemon's");
        Assert.Equal("the daemon's", File.ReadAllText(Keys));
    }

    [Fact]
    public void What_root_creates_there_is_the_daemons()
    {
        OwnerRights.In(State, () => File.WriteAllText(Path.Combine(State, "made"), ""));
        Assert.Equal($"{Daemon}:{Daemon}", runner.Run(Command.Of("stat", "--format=%u:%g", Path.Combine(State, "made"))).Text.Trim());
    }

    [Fact]
    public void Root_has_its_own_rights_again_afterwards_also_after_a_failure()
    {
        Assert.Throws<InvalidDataException>(() => OwnerRights.In(State, () => throw new InvalidDataException()));
        OwnerRights.In(State, () => OwnerRights.In(State, () => { }));
        Assert.Equal("of root", File.ReadAllText(Keys));
        File.WriteAllText(Path.Combine(folder, "own"), "");
        Assert.Equal("0:0", runner.Run(Command.Of("stat", "--format=%u:%g", Path.Combine(folder, "own"))).Text.Trim());
    }

    [Fact]
    public void In_a_directory_of_its_own_or_one_that_is_missing_root_is_root()
    {
        Assert.Equal("of root", OwnerRights.In(folder, () => File.ReadAllText(Keys)));
        Assert.Equal("of root", OwnerRights.In(Path.Combine(folder, "missing"), () => File.ReadAllText(Keys)));
    }
}
