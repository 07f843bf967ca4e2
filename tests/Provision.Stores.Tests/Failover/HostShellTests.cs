using System.Text;
using Provision.Stores.Instances;

namespace Provision.Stores.Tests;

public class HostShellTests
{
    [Fact]
    public void A_channel_without_a_log_is_drained()
    {
        var slot = FailoverTargetsTests.Sample.FindSlot("sloti33d1t01")!;
        ReplicationChannel[] channels = [new("sloti34d1t01", 0, null, IsRunning: false), new("sloti43d1t01", 85, TimeSpan.FromSeconds(1), IsRunning: true)];
        var health = new InstanceHealth { Slot = slot.Name, Role = ReplicationRole.Master, Unit = "inactive", Channels = channels };
        var slots = new RemoteInstances(new HostShell(new Answering(InstanceHealthJson.ToJson([health])), here: null));
        Assert.Equal(["sloti43d1t01"], slots.Drain(slot).Select(channel => channel.Name));
    }

    /// <summary>A host that always says the same.</summary>
    private sealed class Answering(byte[] output) : ICommandRunner
    {
        public CommandResult Run(Command command, CancellationToken cancellation = default) => new(command, 1, output, "");
    }

    [Theory]
    [InlineData("user.alice")]
    [InlineData("user.alice.$(touch /tmp/pwned)")]
    [InlineData("user.o'neil's `id` ; rm -rf / # \\ \" *")]
    [InlineData("")]
    [InlineData("user.two\nlines")]
    public void A_shell_takes_any_mailbox_name_as_one_word(string name)
    {
        var line = "printf %s " + Shell.Quote(name);
        Assert.Equal(name, new ProcessRunner().Run(Command.Of("sh", "-c", line)).OrThrow().Text);
        Assert.Equal(name, new ProcessRunner().Run(Command.Of("bash", "-s").WithInput(Encoding.UTF8.GetBytes(line))).OrThrow().Text);
    }
}
