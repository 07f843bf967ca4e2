namespace Provision.Boot.Tests;

/// <summary>The order of the steps is what makes a run safe: it is held here, and in the table of docs/installer.md.</summary>
public class StepTests
{
    [Fact]
    public void Everything_that_can_say_no_comes_before_what_writes_and_the_boot_loader_comes_last()
    {
        var names = InstallStep.All.Select(step => step.Name).ToList();
        Assert.Equal(
            ["guard", "claim", "probe", "plan", "marker", "fingerprint", "image", "release", "invalidate", "partition", "filesystem", "unpack", "identity",
                "configure", "bootloader", "proof", "finish"],
            names);
        Assert.Equal("invalidate", InstallStep.All.First(step => step.Writes).Name);
        Assert.All(InstallStep.All.SkipWhile(step => !step.Writes), step => Assert.True(step.Writes));
    }

    [Fact]
    public void The_documentation_has_every_step_and_every_safeguard()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Provision.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        var text = File.ReadAllText(Path.Combine(folder, "docs/installer.md"));
        Assert.All(InstallStep.All, step => Assert.Contains($"| `{step.Name}` |", text, StringComparison.Ordinal));
        Assert.All(Safeguard.All, safeguard => Assert.Contains($"| `{safeguard.Name}` |", text, StringComparison.Ordinal));
    }
}
