namespace Provision.Cli.Tests;

/// <summary>The tutorial, executed line by line as it is written: each command ends as it should and prints what stands below it.</summary>
public sealed class TutorialTests : IDisposable
{
    private const string Page = "docs/tutorial.md";
    private const int MostCommands = 5;
    private const int MostLines = 30;

    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    private readonly string work = Directory.CreateTempSubdirectory("provision-tutorial-").FullName;
    private readonly ProcessRunner runner = new();

    public TutorialTests()
    {
        foreach (var folder in new[] { "bin", "home", "start" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        File.CreateSymbolicLink(Path.Combine(work, "bin/provision"), Program);
        File.WriteAllText(Path.Combine(work, "cwd"), Path.Combine(work, "start"));
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void Every_command_of_the_tutorial_prints_what_stands_below_it()
    {
        var steps = Steps().ToList();
        Assert.True(steps.Count > 15, $"only {steps.Count} commands were found");
        foreach (var step in steps)
        {
            var result = Type(step.Command);
            var shown = $"$ {step.Command}\nexit code {result.ExitCode}\n{result.Text}{result.Error}";
            Assert.True(result.ExitCode == step.ExitCode, shown);
            Assert.All(step.Output, line => Assert.True((result.Text + result.Error).Contains(line, StringComparison.Ordinal), $"no \"{line}\" in\n{shown}"));
        }
    }

    /// <summary>From an empty directory to a validated, rendered and installed fleet of three hosts.</summary>
    [Fact]
    public void A_fleet_of_three_hosts_takes_five_commands()
    {
        var typed = Steps().TakeWhile(step => !step.Command.StartsWith("provision validate", StringComparison.Ordinal)).Select(step => step.Command).ToList();
        Assert.InRange(typed.Count, 1, MostCommands);
        Assert.InRange(typed.Sum(command => command.Split('\n').Length), 1, MostLines);
        Assert.All(typed, command => Assert.Equal(0, Type(command).ExitCode));
        var valid = Type("provision validate");
        Assert.True(valid.ExitCode == 0 && valid.Error.Length == 0, valid.Error);
        Assert.StartsWith("3 hosts, ", valid.Text, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(work, "tmp"), "web1*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(work, "tmp"), "hostname", SearchOption.AllDirectories)));
    }

    /// <summary>The commands of the page. Those that show a difference or a mistake end as the program says: 1 and 2.</summary>
    private static IEnumerable<(string Command, int ExitCode, List<string> Output)> Steps()
    {
        (string Command, int ExitCode, List<string> Output)? open = null;
        foreach (var line in TestRepository.Read(Page).Split('\n'))
        {
            if (line.StartsWith("    $ ", StringComparison.Ordinal))
            {
                if (open is { } done)
                {
                    yield return done;
                }

                var command = line[6..];
                open = (command, command.StartsWith("provision diff", StringComparison.Ordinal) ? 1 : 0, []);
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal) && open is { } current)
            {
                current.Output.Add(line[4..]);
                open = line.EndsWith(" errors", StringComparison.Ordinal) && !line.Contains("no errors", StringComparison.Ordinal)
                    ? current with { ExitCode = 2 } : current;
            }
        }

        if (open is { } last)
        {
            yield return last;
        }
    }

    /// <summary>Runs a line as a person would: in the directory where the last one ended, without a key or signers of this machine.</summary>
    private CommandResult Type(string line)
    {
        Directory.CreateDirectory(Path.Combine(work, "tmp"));
        var script = "[ ! -d /etc/provision ] || mount -t tmpfs none /etc/provision\n" +
            $"cd \"$(cat {work}/cwd)\"\n{line}\ncode=$?\npwd > {work}/cwd\nexit $code\n";
        return runner.Run(Command.Of("unshare", "--mount", "bash", "-c", script)
            .WithEnvironment("PATH", $"{work}/bin:{Environment.GetEnvironmentVariable("PATH")}").WithEnvironment("HOME", Path.Combine(work, "home"))
            .WithEnvironment("XDG_CONFIG_HOME", null).WithEnvironment("TMPDIR", Path.Combine(work, "tmp")).WithEnvironment("NO_COLOR", "1")
            .WithTimeout(TimeSpan.FromMinutes(2)));
    }
}
