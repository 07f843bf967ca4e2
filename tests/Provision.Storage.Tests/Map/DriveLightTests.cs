using Provision.Inventory;
using Provision.Storage.Locate;
using Provision.Storage.Map;

namespace Provision.Storage.Tests.Map;

/// <summary>The light beside a bay, with a ledctl that only writes down what it was asked.</summary>
public class DriveLightTests
{
    private static readonly DriveMap Map = PerfectMachine.Of("imap33").With("rear/9", _ => null).Map();

    [Fact]
    public void The_light_goes_on_and_off_by_itself()
    {
        var ledctl = new Ledctl(0);
        Assert.Null(new DriveLight(ledctl).Blink(Bay("rear", 4), TimeSpan.FromMilliseconds(5), CancellationToken.None));
        Assert.Equal(["ledctl --listed-only locate=/dev/sdf", "ledctl --listed-only locate_off=/dev/sdf"], ledctl.Asked);
    }

    [Fact]
    public void The_light_goes_off_when_somebody_interrupts()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        var ledctl = new Ledctl(0);
        Assert.Null(new DriveLight(ledctl).Blink(Bay("rear", 4), TimeSpan.FromHours(1), stop.Token));
        Assert.Equal(2, ledctl.Asked.Count);
    }

    [Theory]
    [InlineData("front", 4, 0, "front/4: error: this drive is behind a RAID controller", 0)]
    [InlineData("rear", 9, 0, "rear/9: error: no drive is in this bay", 0)]
    [InlineData("rear", 4, 127, "rear/4: error: there is no ledctl on this machine, which switches the lights (apt install ledmon)", 1)]
    [InlineData("rear", 4, 124, "rear/4: error: ledctl did not answer in 30 s", 1)]
    [InlineData("rear", 4, 3, "rear/4: error: ledctl failed with exit code 3: no ?[31m lights", 1)]
    public void What_does_not_work_is_said(string panel, int number, int exit, string expected, int asked)
    {
        var ledctl = new Ledctl(exit);
        var problem = new DriveLight(ledctl).Blink(Bay(panel, number), TimeSpan.FromHours(1), CancellationToken.None);
        Assert.StartsWith(expected, problem!.ToString(), StringComparison.Ordinal);
        Assert.Equal(asked, ledctl.Asked.Count);
    }

    private static BayState Bay(string panel, int number) => Map.Find(new Bay(panel, number))!;

    private sealed class Ledctl(int exit) : ICommandRunner
    {
        public List<string> Asked { get; } = [];

        public CommandResult Run(Command command, CancellationToken cancellation = default)
        {
            Asked.Add(command.ToString());
            return new CommandResult(command, exit, default, "trouble\nno \u001b[31m lights\n");
        }
    }
}
