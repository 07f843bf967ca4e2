namespace Provision.Cli.Tests;

/// <summary>The ways to find out what the program does: the first screen, help, completion.</summary>
public class HelpTests
{
    private const int Columns = 80;
    private const int Rows = 24;

    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    [Fact]
    public void The_first_screen_fits_a_terminal_and_names_every_command()
    {
        var first = Run("--help").Text;
        var lines = first.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 10, Rows - 1);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, Columns - 1));
        var shown = lines.SkipWhile(line => line != "Commands:").Skip(1).TakeWhile(line => line.Length > 0).ToList();
        Assert.All(shown, line => Assert.InRange(line.Length, 0, 72));
        Assert.DoesNotContain(shown, line => line.StartsWith("  more", StringComparison.Ordinal));
        var all = Commands(Run("help").Text).Order(StringComparer.Ordinal);
        Assert.Equal(all, shown.SelectMany(line => line[14..].Split(' ')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_command_has_an_example_in_its_help()
    {
        var without = new List<string>();
        Visit([]);
        Assert.Equal([], without);

        void Visit(string[] words)
        {
            var help = words.Length == 0 ? Run("help").Text : Run([.. words, "--help"]).Text;
            var below = Commands(help).ToList();
            if (words.Length > 0 && below.Count == 0 && !help.Contains("\n  Example:\n", StringComparison.Ordinal))
            {
                without.Add(string.Join(' ', words));
            }

            below.ForEach(word => Visit([.. words, word]));
        }
    }

    [Theory]
    [InlineData("help storage create", 0, "provision storage create [<HOST>]")]
    [InlineData("help diff", 0, "provision diff [<CONFIG>...]")]
    [InlineData("help storage craete", 2, "unknown command \"storage craete\" (did you mean \"create\"?); \"provision help\" lists all")]
    [InlineData("completion bash", 0, "complete -o default -F _provision provision\n")]
    [InlineData("completion zsh", 0, "compdef _provision provision\n")]
    [InlineData("completion fish", 0, "complete --command provision --arguments '(__provision_complete)'\n")]
    [InlineData("completion csh", 2, "there is no completion for \"csh\": expected one of bash, fish, zsh")]
    public void Help_and_completion_answer(string arguments, int code, string expected)
    {
        var result = Run(arguments.Split(' '));
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(expected, result.Text + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("provision show imap3", "imap33")]
    [InlineData("provision slot status imap33 sloti33d1t0", "sloti33d1t01")]
    [InlineData("provision stores store19", "store190")]
    [InlineData("provision diff cyr", "cyrus")]
    [InlineData("provision hosts role", "")]
    [InlineData("provision host add x --chassis 4u", "4u40")]
    [InlineData("provision inst", "install")]
    public void Completion_knows_the_names_of_the_inventory(string line, string expected)
    {
        var found = new ProcessRunner().Run(Command.Of(Program, $"[suggest:{line.Length}]", line).WithEnvironment("PROVISION_REPO", TestRepository.Root));
        Assert.Equal((0, ""), (found.ExitCode, found.Error));
        Assert.True(expected.Length == 0 || found.Text.Split('\n').Contains(expected), found.Text);
    }

    /// <summary>The script in a real bash, as a person who presses the tab key.</summary>
    [Fact]
    public void Bash_completes_a_host()
    {
        var script = $"PATH={Path.GetDirectoryName(Program)}:$PATH; source <(provision completion bash); COMP_LINE='provision show imap3'; " +
            "COMP_POINT=${#COMP_LINE}; COMP_WORDS=(provision show imap3); COMP_CWORD=2; _provision; printf '%s\\n' \"${COMPREPLY[@]}\"";
        var found = new ProcessRunner().Run(Command.Of("bash", "-c", script).WithEnvironment("PROVISION_REPO", TestRepository.Root)).Text.Split('\n');
        Assert.Contains("imap33", found);
        Assert.DoesNotContain("web1", found);
    }

    [Fact]
    public void The_repository_may_be_in_the_environment()
    {
        var runner = new ProcessRunner();
        var shown = runner.Run(Command.Of(Program, "hosts", "role=tang").In("/").WithEnvironment("PROVISION_REPO", TestRepository.Root));
        Assert.True(shown.ExitCode == 0, shown.Error);
        var wrong = runner.Run(Command.Of(Program, "hosts").WithEnvironment("PROVISION_REPO", "/nowhere"));
        Assert.Equal((2, "provision: PROVISION_REPO: /nowhere holds no inventory: there is no directory hosts in it\n"), (wrong.ExitCode, wrong.Error));
        Assert.Equal(0, runner.Run(Command.Of(Program, "hosts", "--repo", TestRepository.Root).WithEnvironment("PROVISION_REPO", "/nowhere")).ExitCode);
    }

    private static IEnumerable<string> Commands(string help) => help.IndexOf("\nCommands:\n", StringComparison.Ordinal) is >= 0 and var at
        ? help[(at + 11)..].Split('\n').TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Where(line => line.Length > 2 && line[2] != ' ')
            .Select(line => line.Trim().Split(' ')[0])
        : [];

    private static CommandResult Run(params IReadOnlyList<string> arguments) =>
        new ProcessRunner().Run(Command.Of(Program, arguments).WithEnvironment("NO_COLOR", "1"));
}
