using System.Text;
using Provision.Machine;

namespace Provision.Failover.Tests;

public class HostShellTests
{
    [Theory]
    [InlineData("user.alice")]
    [InlineData("user.alice.$(touch /tmp/pwned)")]
    [InlineData("user.o'neil's `id` ; rm -rf / # \\ \" *")]
    [InlineData("")]
    [InlineData("user.two\nlines")]
    public void A_shell_takes_any_mailbox_name_as_one_word(string name)
    {
        var line = "printf %s " + HostShell.Quoted(name);
        Assert.Equal(name, new ProcessRunner().Run(Command.Of("sh", "-c", line)).OrThrow().Text);
        Assert.Equal(name, new ProcessRunner().Run(Command.Of("bash", "-s").WithInput(Encoding.UTF8.GetBytes(line))).OrThrow().Text);
    }
}
