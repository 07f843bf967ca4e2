using Provision.Configuration.Checks;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;

namespace Provision.Configuration.Tests;

/// <summary>What a checker may do: read the system as it would be, and nothing else. They run on this machine's own root, in a private mount
/// namespace.</summary>
public sealed class CheckerTests : IDisposable
{
    private const string Path = "/etc/provision-checker-test.conf";
    private readonly RootedFiles files = RootedFiles.Open("/");
    private readonly string folder = Directory.CreateTempSubdirectory("provision-checker-").FullName;

    public void Dispose()
    {
        files.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("cat /etc/provision-checker-test.conf", CheckOutcome.Passed, "new")]
    [InlineData("echo to-stdout; echo to-stderr >&2; exit 3", CheckOutcome.Failed, "to-stdout\nto-stderr")]
    [InlineData("exit 3", CheckOutcome.Failed, "exit code 3")]
    [InlineData("echo x > /run/provision-checker-test && cat /run/provision-checker-test", CheckOutcome.Passed, "x")]
    [InlineData("echo x > /var/log/provision-checker-test", CheckOutcome.Passed, "")]
    [InlineData("yes", CheckOutcome.Failed, "the checker printed more than 1,048,576 bytes and was ended")]
    [InlineData("yes >&2", CheckOutcome.Failed, "the checker printed more than 1,048,576 bytes and was ended")]
    [InlineData("sleep 1000", CheckOutcome.Failed, "the checker did not end within 3 s")]
    public void A_checker_is_run_and_judged(string script, CheckOutcome outcome, string output)
    {
        var result = Run(script);
        Assert.Equal((outcome, output), (result.Outcome, result.Output));
        Assert.False(File.Exists("/run/provision-checker-test") || File.Exists("/var/log/provision-checker-test") || File.Exists(Path));
    }

    [Theory]
    [InlineData("echo x > /etc/provision-checker-other")]
    [InlineData("echo x > /usr/provision-checker-other")]
    [InlineData("echo x > /root/provision-checker-other")]
    [InlineData("mkdir /provision-checker-other")]
    public void The_system_is_read_only(string script)
    {
        var result = Run(script);
        Assert.Equal(CheckOutcome.Failed, result.Outcome);
        Assert.Contains("Read-only file system", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_no_network() => Assert.Equal("lo", Run("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '").Output);

    [Fact]
    public void Children_end_with_the_checker()
    {
        var name = $"31{Environment.ProcessId}";
        Assert.Equal(CheckOutcome.Passed, Run($"setsid sleep {name} > /dev/null 2>&1 & echo started").Outcome);
        Assert.Equal([], Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(System.IO.Path.GetFileName(process), out _)
            && CommandLine(process).Contains(name, StringComparison.Ordinal)));
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(process + "/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private CheckResult Run(string script)
    {
        var desired = new DesiredFile
        {
            Path = Path,
            Text = "new\n",
            Content = "new\n"u8.ToArray(),
            Mode = FileModes.Public,
            Owner = new OwnerNames("root", "root"),
            Config = "test",
            Instance = null,
            Template = Location.OfFile("templates/test"),
            Checks = [new FileCheck(["sh", "-c", script], Silent: false)],
        };
        var difference = new FileDifference { Path = Path, Verdict = Verdict.New, Desired = desired, DesiredOwner = new Owner(0, 0) };
        return Assert.Single(new StagedChecks(files, new ProcessRunner()) { Limit = TimeSpan.FromSeconds(3) }.Run([difference]));
    }
}
