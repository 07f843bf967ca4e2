using System.Text;
using Provision.Stores.Instances;

namespace Provision.Stores.Tests;

/// <summary>Comparisons over ssh in which a host does not answer: the usual reason for a reinstall.</summary>
public sealed class RemoteDigestsTests
{
    private static readonly Inventory.Slot Master = FailoverTargetsTests.Sample.FindSlot("sloti33d1t01")!;
    private static readonly Inventory.Slot Dead = FailoverTargetsTests.Sample.FindSlot("sloti34d1t01")!;
    private static readonly Inventory.Slot Live = FailoverTargetsTests.Sample.FindSlot("sloti43d1t01")!;

    [Fact]
    public void A_replica_whose_host_is_dead_is_unknown_and_the_others_are_compared()
    {
        var digests = new RemoteDigests(new HostShell(new OneDeadHost(), here: null));
        var compared = digests.CompareEach(Master, [Dead, Live]);
        Assert.Equal([(Dead, false), (Live, true)], compared.Select(one => (one.Replica, one.Comparison?.IsEqual ?? false)));
        Assert.Contains("imap34 (192.0.2.34) does not answer by ssh: No route to host", compared[0].Unknown, StringComparison.Ordinal);
        Assert.Contains("does not answer", digests.Difference(Master, Dead), StringComparison.Ordinal);
        Assert.Null(digests.Difference(Master, Live));
    }

    /// <summary>Answers as ssh does: 255 for imap34, an empty slot for every other host.</summary>
    private sealed class OneDeadHost : ICommandRunner
    {
        public CommandResult Run(Command command, CancellationToken cancellation = default) => command.Arguments.Contains("root@192.0.2.34")
            ? new(command, 255, default, "No route to host\n")
            : new(command, 0, Encoding.UTF8.GetBytes($$"""{"slot":"{{command.Arguments[^2].Trim('\'')}}","mailboxes":[]}"""), "");
    }
}
