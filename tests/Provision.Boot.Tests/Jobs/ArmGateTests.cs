using Provision.Inventory;

namespace Provision.Boot.Tests;

public class ArmGateTests
{
    public static TheoryData<string, string> Objections() => new()
    {
        { "retired", "imap33 is retired" },
        { "cards", "no network card" },
        { "chassis", "no chassis" },
        { "record", "no drive record" },
        { "roles", "does not say of which class" },
        { "plan", "is missing" },
        { "target", "no disk for the operating system" },
        { "commit", "in no commit" },
        { "image", "no image os-imap" },
        { "signature", "the installer accepts signed orders only" },
        { "signed-commit", "is not signed by one of those who may sign commits: No principal matched" },
        { "job", "armed already" },
    };

    [Theory]
    [MemberData(nameof(Objections))]
    public void Each_gate_alone_refuses(string gate, string says)
    {
        var facts = Broken(gate);
        Assert.Null(ArmGates.Ask(facts, out var objections));
        Assert.Contains(says, Assert.Single(objections).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_gate_is_tried() => Assert.Equal(ArmGates.Rows.Select(row => row.Name), Objections().Select(row => (string)((object?[])row)[0]!));

    [Fact]
    public void Only_what_the_data_objects_to_can_be_passed_with_a_reason()
    {
        foreach (var (gate, _) in ArmGates.Rows)
        {
            Assert.Null(ArmGates.Ask(Broken(gate) with { ForceReason = "it burns" }, out _));
        }

        var objected = Sample.Facts with { DataObjections = [Diagnostic.Error(Sample.Facts.Location, "imap33 is master of store1")] };
        Assert.Null(ArmGates.Ask(objected, out var objections));
        Assert.Contains("imap33 is master of store1", Assert.Single(objections).Message, StringComparison.Ordinal);
        Assert.Null(ArmGates.Ask(objected with { ForceReason = "" }, out _));
        Assert.NotNull(ArmGates.Ask(objected with { ForceReason = "it burns" }, out _));
    }

    [Fact]
    public void All_objections_are_told_at_once()
    {
        Assert.Null(ArmGates.Ask(Sample.Facts with { IsRetired = true, Commit = null, Image = null }, out var objections));
        Assert.Equal(3, objections.Count);
    }

    [Fact]
    public void What_is_not_committed_is_left_out_only_on_purpose()
    {
        Assert.Null(ArmGates.Ask(Sample.Facts with { IsDirty = true }, out _));
        Assert.NotNull(ArmGates.Ask(Sample.Facts with { IsDirty = true, AllowsDirty = true }, out _));
    }

    [Fact]
    public void Only_the_gates_make_a_permit()
    {
        Assert.Empty(typeof(ArmPermit).GetConstructors());
        Assert.True(typeof(ArmPermit).IsSealed);
        Assert.Throws<ArgumentNullException>(() => JobRules.Arm(null!, new string('1', 32), "x", Sample.Start, JobTimes.Armed));
    }

    private static ArmFacts Broken(string gate) => gate switch
    {
        "retired" => Sample.Facts with { IsRetired = true },
        "cards" => Sample.Facts with { Macs = [] },
        "chassis" => Sample.Facts with { HasLayout = false },
        "record" => Sample.Facts with { HasRecord = false },
        "roles" => Sample.Facts with { Roles = [new ArmRole("db", null, new ReinstallGate("none", GateKind.None))] },
        "plan" => Sample.Facts with { PlanRefusals = ["bay front/1: the system disk is missing"] },
        "target" => Sample.Facts with { Wipes = 0 },
        "commit" => Sample.Facts with { Commit = null },
        "image" => Sample.Facts with { Image = null },
        "signature" => Sample.Facts with { NeedsSignature = true },
        "signed-commit" => Sample.Facts with { CommitProblem = "No principal matched." },
        "job" => Sample.Facts with { OpenJob = Sample.In(JobState.Armed) },
        _ => throw new ArgumentOutOfRangeException(nameof(gate)),
    };
}
