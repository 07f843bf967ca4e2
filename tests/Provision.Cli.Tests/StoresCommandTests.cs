using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Provision.Cli.Tests;

/// <summary><c>provision stores check</c> and <c>plan</c> on the repository's own fleet and on copies of it.</summary>
public sealed class StoresCommandTests : IDisposable
{
    private static readonly string Repository = TestRepository.Root;
    private static readonly string Program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(Repository, "out/provision");
    private readonly string work = Directory.CreateTempSubdirectory("provision-stores-").FullName;
    private readonly ProcessRunner runner = new();

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData("plan --help", 0, "provision stores plan --evacuate imap33")]
    [InlineData("check", 0, "tera   pairs across sites  8     8 ")]
    [InlineData("check", 0, "every store keeps the hard rules\nthe loss of any one host can be absorbed\n")]
    [InlineData("plan", 0, "nothing has to be moved\n")]
    [InlineData("plan --evacuate imap50", 0, "\n52 moves, 0 new stores, ")]
    [InlineData("plan --evacuate imap50", 0, "warning: afterwards, if imap51 is lost, no other host in service at its site could take store113")]
    [InlineData("plan --add-host imap37", 0,
        "at least 27 moves: the even share of imap37 is 27 of the slots in use of class tera at nyi\n27 moves, 0 new stores, ")]
    [InlineData("plan --add-store 2 --class tera", 0, "1  create store        store191   slot")]
    [InlineData("plan --add-store 2", 1, "refused (one-class): a store's slots are of one class, and this fleet has half, nvme, tera; name it with --class\n")]
    [InlineData("plan --add-store 3 --class nvme", 1, "refused (absorption): with the new stores, if imap50 is lost, ")]
    [InlineData("plan --add-store 500 --class tera", 1,
        "refused (distinct-hosts): 500 stores need 2 free slots of class tera each on different hosts at site nyi; there is room for 23: ")]
    [InlineData("plan --evacuate web1", 1, "refused (in-service): web1 has no slots, or is retired; ")]
    [InlineData("plan --evacuate imap333", 2, "the inventory has no host \"imap333\"")]
    [InlineData("plan --add-host backend-new", 2, "provision host add")]
    [InlineData("plan --add-store 1 --class tera --home nyj", 2, "did you mean \"nyi\"?")]
    public void It_answers(string arguments, int exit, string expected)
    {
        var result = Run(["stores", .. arguments.Split(' '), "--repo", Repository]);
        Assert.Equal(exit, result.ExitCode);
        Assert.Contains(expected, result.Text + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_data_with_a_hash()
    {
        string[] plan = ["stores", "plan", "--evacuate", "imap33", "-o", "json", "--repo", Repository];
        var (one, other) = (Run(plan), Run(plan));
        Assert.Equal(one.Text, other.Text);
        using var document = JsonDocument.Parse(one.Output);
        Assert.Equal(64, document.RootElement.GetProperty("hash").GetString()!.Length);
        Assert.Equal((32, 32), (document.RootElement.GetProperty("moves").GetInt32(), document.RootElement.GetProperty("least_moves").GetInt32()));
        Assert.Equal(["add replica", "wait until in sync"], document.RootElement.GetProperty("steps").EnumerateArray().Take(2)
            .Select(step => step.GetProperty("step").GetString()));
        using var check = JsonDocument.Parse(Run("stores", "check", "-o", "json", "--repo", Repository).Output);
        Assert.Equal(3, check.RootElement.GetProperty("figures").GetProperty("classes").GetArrayLength());
    }

    [Fact]
    public void What_a_plan_ends_with_is_written_and_its_host_can_be_retired()
    {
        var fleet = Path.Combine(work, "fleet");
        Directory.CreateDirectory(fleet);
        foreach (var folder in (string[])["hosts", "roles", "templates"])
        {
            runner.Run(Command.Of("cp", "-r", Path.Combine(Repository, folder), fleet)).OrThrow();
        }

        Assert.Equal(2, Run("host", "retire", "imap14", "--repo", fleet).ExitCode);
        var written = Run("stores", "plan", "--evacuate", "imap14", "--add-store", "1", "--class", "tera", "--write", "--repo", fleet);
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Contains("written to hosts/stores.yaml", written.Error, StringComparison.Ordinal);
        var (before, after) = (File.ReadAllLines(Path.Combine(Repository, "hosts/stores.yaml")), File.ReadAllLines(Path.Combine(fleet, "hosts/stores.yaml")));
        Assert.Equal(before.Length + 1, after.Length);
        Assert.Equal(before.Where(line => line.Contains('#')), after.Where(line => line.Contains('#')));
        Assert.Equal(before.Count(line => line.Contains("sloti14t", StringComparison.Ordinal)), before.Except(after).Count());
        Assert.Equal(0, Run("validate", "--repo", fleet).ExitCode);
        Assert.Equal(0, Run("host", "retire", "imap14", "--repo", fleet).ExitCode);

        // Four of the other hosts' losses cannot be absorbed any more: it was said beforehand, and the check says it too.
        var check = Run("stores", "check", "--repo", fleet);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("not absorbed: if imap33 is lost, ", check.Text, StringComparison.Ordinal);
    }

    private CommandResult Run(params IReadOnlyList<string> arguments) =>
        runner.Run(Command.Of(Program, arguments).WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(2)));
}
