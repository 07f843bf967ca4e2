using System.Diagnostics;
using Provision.Configuration.Apply;
using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.Roles;

/// <summary>A slot that writes its own configuration at its start.</summary>
public sealed class RoleInstallTests : IDisposable
{
    private const string Slot = "sloti33d1t01";
    private static readonly Revision Commit = new("0123456789abcdef0123456789abcdef01234567", Dirty: false, Pushed: true, Branch: "main");
    private readonly string root = Directory.CreateTempSubdirectory("provision-role-").FullName;
    private readonly RootedFiles files;

    public RoleInstallTests()
    {
        files = RootedFiles.Open(root);
        files.MakeFolder("/run");
        Directory.CreateDirectory(root + StateStore.Folder);
    }

    public void Dispose()
    {
        files.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void Its_files_are_written_and_those_of_others_are_not()
    {
        Write();
        Assert.Equal("replica\n", System.IO.File.ReadAllText($"{root}/etc/cyrus/{Slot}/role"));
        Assert.False(System.IO.File.Exists($"{root}/etc/cyrus/sloti33d1t02/role"));
    }

    /// <summary>An install that restarts the slot waits for it; were it waited for, both would stand until one gives up.</summary>
    [Fact]
    public void A_run_that_restarts_this_slot_is_not_waited_for()
    {
        var state = new StateStore(files);
        var unit = Instance.Unit!;
        state.WriteState(new HostState
        {
            Host = "imap33",
            Owed = new(StringComparer.Ordinal) { [unit] = new OwedAction(unit, UnitAction.Restart, 1, DateTimeOffset.UnixEpoch, "test") }
        });
        using var held = files.TryLock(Installation.LockPath);
        var time = Stopwatch.StartNew();
        Assert.Contains("a provision run that wrote it for the other role is restarting it", Assert.Throws<InstanceException>(Write).Message,
            StringComparison.Ordinal);
        Assert.InRange(time.Elapsed.TotalSeconds, 0, 30);
    }

    /// <summary>All slots of a host start at once after a boot, and each may have to write.</summary>
    [Fact]
    public void Any_other_run_is_waited_for()
    {
        var held = files.TryLock(Installation.LockPath);
        using var over = new Timer(_ => held!.Dispose(), null, 500, Timeout.Infinite);
        Write();
        Assert.True(System.IO.File.Exists($"{root}/etc/cyrus/{Slot}/role"));
    }

    /// <summary>Nobody watches a slot's start, so nobody could have agreed to changes that are in no commit.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void What_is_not_committed_and_pushed_is_not_written_by_a_start(bool dirty, bool pushed)
    {
        Assert.Throws<InstanceException>(() => Write(Commit with { Dirty = dirty, Pushed = pushed }));
        Assert.False(System.IO.File.Exists($"{root}/etc/cyrus/{Slot}/role"));
    }

    private void Write() => Write(Commit);

    private void Write(Revision revision) =>
        new RoleInstall(files, new ProcessRunner(), TimeProvider.System)
            .Install(new DesiredState { Host = "imap33", MastersSerial = 1, Files = [File(Slot), File("sloti33d1t02")] }, revision, Instance);

    private static Inventory.Slot Instance => Fleet.FindSlot(Slot)!;

    private static Fleet Fleet { get; } = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;

    private static DesiredFile File(string slot) => new()
    {
        Path = $"/etc/cyrus/{slot}/role",
        Text = "replica\n",
        Content = "replica\n"u8.ToArray(),
        Mode = 0x1A4,
        Owner = new OwnerNames("root", "root"),
        Config = "cyrus",
        Instance = slot,
        Template = Location.OfFile("templates/cyrus/role"),
    };
}
