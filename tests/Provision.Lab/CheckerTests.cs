namespace Provision.Lab;

/// <summary>
/// Every role's files pass their daemon's own checker on this machine: the rendered files are laid over the real paths in
/// a private mount namespace and each template's <c>check</c> is run. A checker that is not installed is a failure.
/// </summary>
public class CheckerTests
{
    [Theory]
    [InlineData("imap14")]
    [InlineData("imap20")]
    [InlineData("imap33")]
    [InlineData("imap50")]
    [InlineData("compute1")]
    [InlineData("frontend1")]
    [InlineData("web1")]
    [InlineData("mx1")]
    [InlineData("out1")]
    [InlineData("db1")]
    [InlineData("file1")]
    [InlineData("backup1")]
    [InlineData("install1")]
    [InlineData("mon1")]
    public void The_files_of_a_host_pass_their_checkers(string host)
    {
        var result = ProvisionBinary.Run("render", "--repo", ProvisionBinary.Repository, "--host", host, "--identity", ProvisionBinary.Identity, "--check");
        Assert.True(result.ExitCode == 0, result.Text + result.Error);
        Assert.DoesNotContain(" 0 checks passed", result.Text, StringComparison.Ordinal);
    }
}
