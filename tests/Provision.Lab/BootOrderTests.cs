namespace Provision.Lab;

/// <summary>The units of a host can be put in an order: where they cannot, each boot leaves out another unit of the cycle, and no single file is
/// wrong.</summary>
public sealed class BootOrderTests
{
    /// <summary>One host of each layout, and each kind that has units after its data disks.</summary>
    [Theory]
    [InlineData("imap14")]
    [InlineData("imap20")]
    [InlineData("imap33")]
    [InlineData("imap50")]
    [InlineData("out1")]
    [InlineData("db1")]
    [InlineData("file1")]
    [InlineData("backup1")]
    public void All_units_of_a_host_can_be_started_in_one_order(string host)
    {
        using var folder = new LabFolder();
        var files = Path.Combine(folder.Path, "files");
        var rendered = ProvisionBinary.Run("render", "--repo", ProvisionBinary.Repository, "--host", host, "--root", folder.Folder("root"), "--identity",
            ProvisionBinary.Identity, "--out", files);
        Assert.True(rendered.ExitCode == 0, rendered.Text + rendered.Error);
        var units = Path.Combine(files, "etc/systemd/system");
        string[] all = [.. Directory.GetFiles(units).Select(unit => Path.GetFileName(unit)!).Where(unit => !unit.Contains('@', StringComparison.Ordinal)
            && !unit.EndsWith(".slice", StringComparison.Ordinal))];
        Assert.Contains("data-disks.target", all);

        // What stands for the machine's own programs is missing here, and said; only the order counts.
        var said = new ProcessRunner().Run(Command.Of("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", .. all,
            "multi-user.target"]).WithEnvironment("SYSTEMD_UNIT_PATH", units + ":").WithTimeout(TimeSpan.FromMinutes(5)));
        Assert.DoesNotContain("ordering cycle", said.Text + said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Failed to prepare", said.Text + said.Error, StringComparison.Ordinal);
    }
}
