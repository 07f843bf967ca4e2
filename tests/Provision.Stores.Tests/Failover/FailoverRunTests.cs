using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>What becomes of a store when any step of its failover fails: who serves, what the database says, and that never two slots serve.</summary>
public sealed class FailoverRunTests : IDisposable
{
    private const string Old = "sloti33d1t01", Target = "sloti34d1t01", Third = "sloti43d1t01", Store = "store1";
    private readonly string folder = Directory.CreateTempSubdirectory("provision-failover-").FullName;
    private readonly Fleet fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;
    private readonly IMastershipDatabase masters;
    private readonly FakeSlots slots;
    private readonly List<string> said = [];

    public FailoverRunTests()
    {
        masters = MastershipDatabases.Open(Path.Combine(folder, "masters.sqlite"), create: true);
        masters.Change(new MastershipChange.Enroll(Store, Old, "test", DateTimeOffset.UnixEpoch));
        slots = new FakeSlots(masters);
        foreach (var slot in (string[])[Third, Target, Old])
        {
            slots.Start(fleet.FindSlot(slot)!);
        }

        slots.Done.Clear();
    }

    public void Dispose()
    {
        Assert.Empty(slots.TwoMasters);
        masters.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Nine_steps_in_their_order()
    {
        var report = Move();
        Assert.Equal(FailoverOutcome.Moved, report.Outcome);
        Assert.Equal([$"stop {Old}", $"drain {Old}", $"stop {Target}", $"start {Old}", $"start {Target}"], slots.Done);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9"], said.Where(line => char.IsDigit(line[0])).Select(line => line[..1]));
        AssertServes(Target, epoch: 2);
        Assert.Equal(ReplicationRole.Replica, slots.Roles[Old]);
        Assert.InRange(report.Away, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData($"stop {Old}")]
    [InlineData($"drain {Old}")]
    [InlineData($"stop {Target}")]
    public void Before_the_new_master_is_named_the_old_one_serves_again(string fails)
    {
        slots.Failures[fails] = new InstanceException($"{fails}: no");
        var report = Move();
        Assert.Equal(FailoverOutcome.GivenUp, report.Outcome);
        Assert.Contains($"{fails}: no", report.Problems);
        AssertServes(Old, epoch: 1);
        Assert.True(slots.Runs(Target));
    }

    [Fact]
    public void What_cannot_be_sent_in_time_gives_the_failover_up()
    {
        slots.LeftAfterDrain = 170;
        var report = Move();
        Assert.Equal(FailoverOutcome.GivenUp, report.Outcome);
        Assert.Contains($"{Third} lacks 170 bytes", report.Problems[0], StringComparison.Ordinal);
        AssertServes(Old, epoch: 1);
    }

    [Fact]
    public void A_new_master_that_does_not_start_leaves_the_store_moving_and_the_old_one_can_have_it_back()
    {
        slots.Failures[$"start {Target}"] = new HostUnreachableException("imap34 does not answer");
        var report = Move();
        Assert.Equal(FailoverOutcome.Stuck, report.Outcome);
        Assert.Equal(StoreMode.Moving, masters.Read().Stores[Store].Mode);
        Assert.Contains($"--to {Old}", string.Join('\n', report.Problems), StringComparison.Ordinal);

        var back = Run().Move(new FailoverRequest(fleet.FindStore(Store)!, fleet.FindSlot(Old)!));
        Assert.True(back.Outcome == FailoverOutcome.Moved, string.Join('\n', back.Problems));
        AssertServes(Old, epoch: 3);
    }

    [Fact]
    public void A_failover_that_died_half_way_is_gone_on_with_or_aborted_and_not_begun_twice()
    {
        Begin();
        slots.Stop(fleet.FindSlot(Old)!);
        Assert.Contains("--resume", Move().Problems[0], StringComparison.Ordinal);
        Assert.Equal(FailoverOutcome.Moved, Move(resume: true).Outcome);
        AssertServes(Target, epoch: 2);

        masters.Change(new MastershipChange.Begin(Store, Old, 2, "somebody", DateTimeOffset.UtcNow));
        slots.Stop(fleet.FindSlot(Target)!);
        Assert.Equal(FailoverOutcome.GivenUp, Run().Abort(fleet.FindStore(Store)!).Outcome);
        AssertServes(Target, epoch: 2);
    }

    [Theory]
    [InlineData("lag")]
    [InlineData("target down")]
    [InlineData("target is master")]
    [InlineData("not its slot")]
    [InlineData("master down")]
    [InlineData("host gone")]
    public void What_would_lose_or_stop_something_is_refused_before_anything_is_done(string why)
    {
        var target = fleet.FindSlot(why switch { "target is master" => Old, "not its slot" => "sloti34d1t02", _ => Target })!;
        switch (why)
        {
            case "lag": slots.Lag[Third] = 5000; break;
            case "target down": slots.Stop(target); break;
            case "master down": slots.Roles[Old] = ReplicationRole.Replica; break;
            case "host gone": slots.Failures[$"status {Old}"] = new HostUnreachableException("imap33 does not answer"); break;
        }

        slots.Done.Clear();
        var report = Run().Move(new FailoverRequest(fleet.FindStore(Store)!, target));
        Assert.Equal(FailoverOutcome.Refused, report.Outcome);
        Assert.NotEmpty(report.Problems);
        Assert.Empty(slots.Done);
        Assert.Equal((Old, 1L, StoreMode.Up), (masters.Read().Stores[Store].Master, masters.Read().Stores[Store].Epoch, masters.Read().Stores[Store].Mode));
    }

    [Fact]
    public void By_force_the_dead_master_is_fenced_and_one_that_answers_is_not_taken_for_dead()
    {
        Assert.Contains("without --force loses nothing", Move(force: "it burns").Problems[0], StringComparison.Ordinal);
        slots.Stop(fleet.FindSlot(Old)!);
        slots.Failures[$"status {Old}"] = new HostUnreachableException("imap33 does not answer");
        Assert.Equal(FailoverOutcome.Moved, Move(force: "it burns").Outcome);
        AssertServes(Target, epoch: 2);
        Assert.Equal("it burns", masters.Read().Fenced[Old].Reason);
        slots.Failures.Clear();
        Assert.Contains("is fenced", Run().Move(new FailoverRequest(fleet.FindStore(Store)!, fleet.FindSlot(Old)!)).Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_database_nothing_changes_its_role()
    {
        File.Delete(Path.Combine(folder, "masters.sqlite"));
        Assert.ThrowsAny<StateLostException>(() => Move());
        Assert.Empty(slots.Done);
        Assert.True(slots.Serves(Old));
    }

    private void Begin() => Assert.Null(masters.Change(new MastershipChange.Begin(Store, Target, 1, "somebody", DateTimeOffset.UtcNow)).Refusal);

    private FailoverReport Move(string? force = null, bool resume = false) =>
        Run().Move(new FailoverRequest(fleet.FindStore(Store)!, fleet.FindSlot(Target)!) { ForceReason = force, Resume = resume });

    private FailoverRun Run() => new(new FailoverTools(fleet, masters, slots, "tester@lab", TimeProvider.System, (_, line) => said.Add(line)));

    private void AssertServes(string slot, long epoch)
    {
        var row = masters.Read().Stores[Store];
        Assert.Equal((slot, epoch, StoreMode.Up, null), (row.Master, row.Epoch, row.Mode, row.Target));
        Assert.True(slots.Serves(slot));
    }
}
