using Provision.Configuration.Apply;
using Provision.Inventory;

namespace Provision.Configuration.Tests;

public sealed class RollbackTests : IDisposable
{
    private readonly SmallFleet fleet = new();

    public void Dispose() => fleet.Dispose();

    [Fact]
    public void Each_generation_can_be_gone_back_to_and_the_state_before_the_first_too()
    {
        fleet.OnMachine("/etc/web.conf", "from the package\n");
        File.SetUnixFileMode(fleet.RootFolder + "/etc/web.conf", UnixFileMode.UserRead);
        fleet.Install();
        fleet.Role("workers: 8, names: []");
        fleet.Template("etc/more.conf", "mode: \"0600\"", "more\n");
        fleet.Install();
        var second = fleet.Tree();
        Assert.Equal(InstallOutcome.Installed, fleet.Rollback().Outcome);
        Assert.Equal("listen 192.0.2.11\nworkers 4\n", fleet.Read("/etc/web.conf"));
        Assert.False(fleet.Has("/etc/more.conf"));
        fleet.Rollback(2);
        Assert.Equal(second, fleet.Tree());
        fleet.Rollback(0);
        Assert.Equal("from the package\n", fleet.Read("/etc/web.conf"));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(fleet.RootFolder + "/etc/web.conf"));
        Assert.False(fleet.Has("/etc/more.conf"));
        Assert.Empty(fleet.Store.ReadState().Files);
    }

    [Fact]
    public void A_hand_edit_that_an_install_overwrote_is_kept_in_the_history()
    {
        fleet.Install();
        fleet.OnMachine("/etc/web.conf", "three days of thought\n");
        fleet.Install();
        var before = fleet.Store.ReadGeneration(2)!.Before["/etc/web.conf"]!;
        Assert.Equal("three days of thought\n", System.Text.Encoding.UTF8.GetString(fleet.Store.ReadContent(before.Content)));
    }

    [Fact]
    public void A_rollback_never_changes_who_is_master()
    {
        fleet.Template("etc/web.conf", "mode: \"0644\"", "workers {{ settings.workers }}\nmasters {{ fleet.stores | array.map 'master' | array.size }}\n");
        fleet.Template("etc/other.conf", "mode: \"0644\"", "workers {{ settings.workers }}\n");
        fleet.Install();
        fleet.Role("workers: 8, names: []");
        fleet.Install();
        var report = fleet.Rollback(1, serial: 7);
        Assert.Equal("workers 4\n", fleet.Read("/etc/other.conf"));
        Assert.Equal("workers 8\nmasters 0\n", fleet.Read("/etc/web.conf"));
        Assert.Contains("/etc/web.conf is kept: mastership has moved since generation 1 (serial 0, now 7)", report.Messages);
    }

    [Fact]
    public void Where_no_master_moved_the_state_before_the_first_install_comes_back_whole()
    {
        fleet.Template("etc/web.conf", "mode: \"0644\"", "masters {{ fleet.stores | array.map 'master' | array.size }}\n");
        fleet.Install();
        Assert.Empty(fleet.Rollback(0).Messages);
        Assert.False(fleet.Has("/etc/web.conf"));
        fleet.Install();
        Assert.Contains("is kept", Assert.Single(fleet.Rollback(0, serial: 7).Messages), StringComparison.Ordinal);
        Assert.True(fleet.Has("/etc/web.conf"));
    }

    [Theory]
    [InlineData(5, "there is no generation 5: 1 are kept (0 is the state before the first)")]
    [InlineData(-1, "there is no generation -1: 1 are kept (0 is the state before the first)")]
    public void A_generation_that_is_not_there_is_named(int generation, string message)
    {
        fleet.Install();
        Assert.Equal([message], fleet.Rollback(generation).Messages);
    }

    [Fact]
    public void Where_nothing_was_installed_there_is_nothing_to_go_back_to()
    {
        var report = fleet.Rollback();
        Assert.Equal(2, report.ExitCode);
        Assert.Contains("nothing was ever installed", report.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_pack_is_noticed_and_nothing_is_changed()
    {
        fleet.Install();
        fleet.Role("workers: 8, names: []");
        fleet.Install();
        var before = fleet.Tree();
        var pack = fleet.RootFolder + "/var/lib/provision/packs/000001";
        File.WriteAllText(pack, "damaged");
        fleet.Reopen();
        Assert.Throws<InvalidDataException>(() => fleet.Rollback(1));
        Assert.Equal(before, fleet.Tree());
    }
}
