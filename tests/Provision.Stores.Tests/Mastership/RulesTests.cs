using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>What comes of every wish in every state of a store, and what holds whatever is wished.</summary>
public class RulesTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>States: unknown; up with the master a at epoch 3; prepared: moving from a to b; assigned: moving, b master at epoch 4; forced: b master
    /// at epoch 4, a fenced; healed: up again after that.</summary>
    [Theory]
    [InlineData("unknown", "enroll", "enrolled a e1 up")]
    [InlineData("up", "enroll", "! enrolled already")]
    [InlineData("prepared", "enroll", "! enrolled already")]
    [InlineData("assigned", "enroll", "! enrolled already")]
    [InlineData("forced", "enroll", "! enrolled already")]
    [InlineData("unknown", "begin b", "! not enrolled")]
    [InlineData("up", "begin b", "moving a e3 moving>b")]
    [InlineData("up", "begin a", "! is the master of store s already")]
    [InlineData("up", "begin b stale", "! is at epoch 3 with the master a, not at epoch 2")]
    [InlineData("up", "begin other", "! is the master of store t")]
    [InlineData("up", "begin ", "! no slot is named")]
    [InlineData("prepared", "begin c", "! is moving already, from a to b")]
    [InlineData("assigned", "begin c", "moving b e4 moving>c")]
    [InlineData("forced", "begin c", "moving b e4 moving>c fenced:a")]
    [InlineData("healed", "begin a", "! slot a is fenced since")]
    [InlineData("healed", "begin c", "moving b e4 moving>c fenced:a")]
    [InlineData("unknown", "giveup", "! not enrolled")]
    [InlineData("up", "giveup", "! has no failover to give up: its master is a, up")]
    [InlineData("prepared", "giveup", "given-up a e3 moving")]
    [InlineData("prepared", "giveup stale", "! at epoch 3")]
    [InlineData("assigned", "giveup", "given-up b e4 moving")]
    [InlineData("forced", "giveup", "given-up b e4 moving fenced:a")]
    [InlineData("unknown", "assign", "! not enrolled")]
    [InlineData("up", "assign", "! no failover that was begun")]
    [InlineData("prepared", "assign", "moved b e4 moving")]
    [InlineData("prepared", "assign stale", "! at epoch 3")]
    [InlineData("assigned", "assign", "! no failover that was begun")]
    [InlineData("forced", "assign", "! no failover that was begun")]
    [InlineData("unknown", "up", "! not enrolled")]
    [InlineData("up", "up", "! is up already")]
    [InlineData("prepared", "up", "! which is not its master yet")]
    [InlineData("assigned", "up", "up b e4 up")]
    [InlineData("assigned", "up stale", "! at epoch 4")]
    [InlineData("forced", "up", "up b e4 up fenced:a")]
    [InlineData("unknown", "force b", "! not enrolled")]
    [InlineData("up", "force b", "forced b e4 moving fenced:a")]
    [InlineData("up", "force b mute", "! needs a written reason")]
    [InlineData("up", "force b stale", "! at epoch 3")]
    [InlineData("up", "force a", "! is the master")]
    [InlineData("up", "force other", "! is the master of store t")]
    [InlineData("prepared", "force b", "forced b e4 moving fenced:a")]
    [InlineData("prepared", "force c", "forced c e4 moving fenced:a")]
    [InlineData("assigned", "force c", "forced c e5 moving fenced:b")]
    [InlineData("forced", "force a", "! is fenced")]
    [InlineData("forced", "force c", "forced c e5 moving fenced:a,b")]
    [InlineData("unknown", "merged a", "! is not fenced")]
    [InlineData("up", "merged a", "! is not fenced")]
    [InlineData("forced", "merged a", "merged b e4 moving")]
    [InlineData("forced", "merged b", "! is not fenced")]
    [InlineData("healed", "merged a", "merged b e4 up")]
    [InlineData("healed", "merged a of t", "! is fenced as a slot of store s, not of t")]
    [InlineData("unknown", "remove", "! not enrolled")]
    [InlineData("up", "remove", "removed")]
    [InlineData("prepared", "remove", "! is moving")]
    [InlineData("assigned", "remove", "! is moving")]
    [InlineData("forced", "remove", "! is moving")]
    [InlineData("healed", "remove", "! has the fenced slot a")]
    public void Every_wish_in_every_state(string state, string wish, string expected)
    {
        var before = State(state);
        var step = MastershipRules.Apply(before, Wish(before, wish));
        if (expected.StartsWith('!'))
        {
            Assert.Contains(expected[2..], step.Refusal, StringComparison.Ordinal);
            Assert.True(step is { After: null, Event: null });
            return;
        }

        Assert.Null(step.Refusal);
        var row = step.After!.Stores.GetValueOrDefault("s");
        var found = row is null ? step.Event!.What
            : $"{step.Event!.What} {row.Master} e{row.Epoch} {(row.Mode == StoreMode.Up ? "up" : "moving")}{(row.Target is null ? "" : ">" + row.Target)}" +
            (step.After.Fenced.Count == 0 ? "" : " fenced:" + string.Join(',', step.After.Fenced.Keys.Order(StringComparer.Ordinal)));
        Assert.Equal(expected, found);
        Assert.Equal((step.After.Serial, before.Serial + 1), (step.Event.Serial, step.After.Serial));
        Assert.Equal(("t", "other"), (step.After.Stores["t"].Store, step.After.Stores["t"].Master));
    }

    [Theory]
    [InlineData("up", "a", 3L)]
    [InlineData("up", "b", null)]
    [InlineData("prepared", "a", null)]
    [InlineData("prepared", "b", null)]
    [InlineData("assigned", "a", null)]
    [InlineData("assigned", "b", 4L)]
    [InlineData("forced", "a", null)]
    [InlineData("forced", "b", 4L)]
    public void Who_may_start_as_master(string state, string slot, long? epoch) => Assert.Equal(epoch, State(state).ConfirmedEpoch(slot));

    [Fact]
    public void What_holds_whatever_is_wished()
    {
        var random = new Random(6);
        var now = MastershipSnapshot.Empty;
        var accepted = 0;
        for (var step = 0; step < 50_000; step++)
        {
            var before = now;
            var (store, slot, epoch) = ($"s{random.Next(3)}", $"slot{random.Next(7)}", 0L);
            epoch = (before.Stores.GetValueOrDefault(store)?.Epoch ?? 1) - (random.Next(8) == 0 ? 1 : 0);
            MastershipChange wish = random.Next(20) switch
            {
                < 3 => new MastershipChange.Enroll(store, slot, "x", At),
                < 7 => new MastershipChange.Begin(store, slot, epoch, "x", At),
                < 8 => new MastershipChange.GiveUp(store, epoch, "x", At),
                < 11 => new MastershipChange.Assign(store, epoch, "x", At),
                < 15 => new MastershipChange.Up(store, epoch, "x", At),
                < 16 => new MastershipChange.Force(store, slot, epoch, random.Next(3) == 0 ? " " : "dead", "x", At),
                < 19 => new MastershipChange.Merged(store, slot, null, "x", At),
                _ => new MastershipChange.Remove(store, "x", At),
            };
            var made = MastershipRules.Apply(before, wish);
            Assert.True(made.After is null == made.Refusal is not null);
            if (made.After is not { } after)
            {
                continue;
            }

            accepted++;
            now = after;
            Assert.Equal(before.Serial + 1, after.Serial);
            foreach (var row in after.Stores.Values)
            {
                Assert.True(!before.Stores.TryGetValue(row.Store, out var old)
                    || (row.Epoch >= old.Epoch && row.Epoch <= old.Epoch + 1 && (row.Epoch > old.Epoch == (row.Master != old.Master))));
                Assert.DoesNotContain(row.Master, after.Fenced.Keys);
                Assert.True(row.Target is null || (row.Mode == StoreMode.Moving && row.Target != row.Master && !after.Fenced.ContainsKey(row.Target)));
                Assert.True(Enumerable.Range(0, 7).Count(n => after.ConfirmedEpoch($"slot{n}") == row.Epoch && row.Master == $"slot{n}") <= 1);
            }

            Assert.Equal(after.Stores.Count, after.Stores.Values.Select(row => row.Master).Distinct(StringComparer.Ordinal).Count());
            Assert.All(before.Fenced.Keys.Except(after.Fenced.Keys), lifted => Assert.Equal(lifted, Assert.IsType<MastershipChange.Merged>(wish).Slot));
        }

        Assert.True(accepted > 5_000, $"only {accepted} wishes were accepted");
    }

    [Fact]
    public void A_restore_raises_everything_and_keeps_fences()
    {
        var exported = State("up");
        var lost = State("forced");
        Assert.Contains("--force", MastershipRules.Restore(lost, exported, "x", At, force: false).Refusal, StringComparison.Ordinal);
        Assert.Contains("fenced", MastershipRules.Restore(lost, exported, "x", At, force: true).Refusal, StringComparison.Ordinal);
        var (after, events, _) = MastershipRules.Restore(State("assigned"), exported, "x", At, force: true);
        Assert.True(after!.Stores["s"].Epoch > 4 && after.Serial > Math.Max(exported.Serial, State("assigned").Serial));
        Assert.Equal("a", after.Stores["s"].Master);
        Assert.All(events, one => Assert.Equal((after.Serial, "restored"), (one.Serial, one.What)));
        Assert.Equal(["a"], MastershipRules.Restore(
            lost, State("healed") with { Fenced = new Dictionary<string, FencedInstance>() }, "x", At, force: true).After!.Fenced.Keys);
    }

    private static MastershipSnapshot State(string name)
    {
        var now = Done(MastershipSnapshot.Empty, new MastershipChange.Enroll("t", "other", "x", At));
        if (name == "unknown")
        {
            return now;
        }

        // Two failovers there and back, so that epochs are not what they begin with.
        now = Done(now, new MastershipChange.Enroll("s", "a", "x", At));
        foreach (var (target, epoch) in new[] { ("b", 1), ("a", 2) })
        {
            now = Done(now, new MastershipChange.Begin("s", target, epoch, "x", At), new MastershipChange.Assign("s", epoch, "x", At),
                new MastershipChange.Up("s", epoch + 1, "x", At));
        }

        return name switch
        {
            "up" => now,
            "prepared" => Done(now, new MastershipChange.Begin("s", "b", 3, "x", At)),
            "assigned" => Done(now, new MastershipChange.Begin("s", "b", 3, "x", At), new MastershipChange.Assign("s", 3, "x", At)),
            "forced" => Done(now, new MastershipChange.Force("s", "b", 3, "dead", "x", At)),
            _ => Done(now, new MastershipChange.Force("s", "b", 3, "dead", "x", At), new MastershipChange.Up("s", 4, "x", At)),
        };
    }

    private static MastershipSnapshot Done(MastershipSnapshot before, params MastershipChange[] changes) =>
        changes.Aggregate(before, (now, change) => MastershipRules.Apply(now, change) is { After: { } after } ? after
            : throw new InvalidOperationException(MastershipRules.Apply(now, change).Refusal));

    private static MastershipChange Wish(MastershipSnapshot before, string text)
    {
        var words = text.Split(' ');
        var epoch = (before.Stores.GetValueOrDefault("s")?.Epoch ?? 1) - (words[^1] == "stale" ? 1 : 0);
        return words[0] switch
        {
            "enroll" => new MastershipChange.Enroll("s", "a", "x", At),
            "begin" => new MastershipChange.Begin("s", words[1], epoch, "x", At),
            "giveup" => new MastershipChange.GiveUp("s", epoch, "x", At),
            "assign" => new MastershipChange.Assign("s", epoch, "x", At),
            "up" => new MastershipChange.Up("s", epoch, "x", At),
            "force" => new MastershipChange.Force("s", words[1], epoch, words[^1] == "mute" ? " " : "dead", "x", At),
            "merged" => new MastershipChange.Merged(words.Length > 2 ? words[3] : "s", words[1], null, "x", At),
            _ => new MastershipChange.Remove("s", "x", At),
        };
    }
}
