namespace Provision.Boot.Tests;

public class BootDecisionTests
{
    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>
        {
            { "unarmed", "Local" }, { "unknown card", "Discovery" }, { "unknown card, no inventory", "Local" }, { "stranger", "Local" }, { "late", "Local" },
        };
        foreach (var state in Enum.GetValues<JobState>())
        {
            rows.Add(state.Word(), state.IsOpen() ? "Installer" : "Local");
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_machine_boots(string what, string expected)
    {
        var now = Sample.Start.AddMinutes(1);
        var machine = new BootingMachine(Sample.Card, Sample.Uuid, "imap33", true);
        var decision = what switch
        {
            "unarmed" => BootDecision.Of(machine, null, now),
            "unknown card" => BootDecision.Of(machine with { Host = null }, null, now),
            "unknown card, no inventory" => BootDecision.Of(machine with { Host = null, IsInventoryKnown = false }, null, now),
            "stranger" => BootDecision.Of(machine, Sample.In(JobState.Armed).Try(new BootAsked(now, Sample.Card, Sample.OtherUuid, Sample.Key)), now),
            "late" => BootDecision.Of(machine, new JobStep(Sample.In(JobState.Armed)), now.AddDays(1)),
            _ => BootDecision.Of(machine, Sample.In(Enum.GetValues<JobState>().Single(state => state.Word() == what))
                .Try(new BootAsked(now, Sample.Card, Sample.Uuid, Sample.Key)), now),
        };
        Assert.Equal(expected, decision.Target.ToString());
        Assert.NotEmpty(decision.Why);
    }
}
