using System.Text.Json;

namespace Provision.Cli.Tests;

/// <summary>An install shows its plan and asks; nothing is changed before the answer.</summary>
public sealed class InstallAskTests : IDisposable
{
    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    private readonly string work = Directory.CreateTempSubdirectory("provision-ask-").FullName;
    private readonly string root;
    private readonly ProcessRunner runner = new();

    public InstallAskTests()
    {
        foreach (var folder in new[] { "fleet/hosts", "fleet/roles", "fleet/templates/web/etc", "root" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        root = Path.Combine(work, "root");
        Write("fleet/hosts/fleet.yaml",
            "fleet: { name: test, domain: mail.example, release: trixie }\nsites:\n  nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }\n");
        Write("fleet/hosts/nyi.yaml", "site: nyi\nhosts:\n  web1:\n    macs: [\"00:00:5E:00:53:01\"]\n    roles: [web]\n    address: 192.0.2.11\n");
        Write("fleet/roles/web.yaml", "data: cache\ngate: none\nconfigs: [web]\n");
        Write("fleet/templates/web/etc/web.conf", "one\ntwo\n");
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("-o json")]
    public void Without_a_terminal_it_needs_consent_on_the_command_line(string more)
    {
        var refused = runner.Run(Command.Of(Program, [.. Line, .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).WithInput("y\n"u8.ToArray()));
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(
            "provision: not a terminal, so the plan cannot be confirmed: review it with \"provision diff\" and give --yes, " +
            "or save it with \"provision diff --save FILE\" and give --plan FILE\n",
            refused.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        Assert.Equal(0, runner.Run(Command.Of(Program, [.. Line, "--yes"])).ExitCode);
        Assert.True(File.Exists(root + "/etc/web.conf"));
    }

    [Theory]
    [InlineData("n")]
    [InlineData("")]
    [InlineData("yse")]
    public void Any_answer_but_yes_changes_nothing(string answer)
    {
        var shown = AtTerminal($"echo {answer}");
        Assert.Equal(2, shown.ExitCode);
        Assert.Contains("new      /etc/web.conf  +2 -0  not there yet\n", shown.Text, StringComparison.Ordinal);
        Assert.Contains($"install this into {root}, as web1? [y/N] ", shown.Text, StringComparison.Ordinal);
        Assert.EndsWith("provision: nothing was changed\n", shown.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void Yes_installs_what_was_shown_and_nothing_to_do_asks_nothing()
    {
        var installed = AtTerminal("echo y");
        Assert.True(installed.ExitCode == 0, installed.Text);
        Assert.Contains("installed generation 1: 1 file, 0 units; web1 at ", installed.Text, StringComparison.Ordinal);
        Assert.EndsWith($"to go back: provision rollback 0 --root {root}\n", installed.Text, StringComparison.Ordinal);
        var again = AtTerminal("true");
        Assert.Equal(0, again.ExitCode);
        Assert.StartsWith("nothing to do: web1 is at ", again.Text, StringComparison.Ordinal);

        // The line that was printed does what it says.
        Assert.Equal(0, runner.Run(Command.Of(Program, "rollback", "0", "--root", root)).ExitCode);
        Assert.False(File.Exists(root + "/etc/web.conf"));
    }

    [Fact]
    public void What_changes_while_the_question_waits_is_not_overwritten()
    {
        var refused = AtTerminal($"until grep -q 'install this' out; do sleep 0.1; done; mkdir {root}/etc; echo mine > {root}/etc/web.conf; echo y");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("the plan that was reviewed does not hold any more", refused.Text, StringComparison.Ordinal);
        Assert.Equal("mine\n", File.ReadAllText(root + "/etc/web.conf"));
    }

    [Fact]
    public void A_dry_run_changes_nothing_and_has_the_exit_codes_of_diff()
    {
        var shown = runner.Run(Command.Of(Program, [.. Line, "-n"]).WithEnvironment("NO_COLOR", "1"));
        Assert.Equal((1, "dry run: nothing was changed\n"), (shown.ExitCode, shown.Error.Split("(docs/trust.md)\n")[^1]));
        Assert.StartsWith("new      /etc/web.conf  +2 -0  not there yet\n", shown.Text, StringComparison.Ordinal);
        var json = runner.Run(Command.Of(Program, [.. Line, "--dry-run", "-o", "json"]));
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal((1, "/etc/web.conf"), (json.ExitCode, document.RootElement.GetProperty("files")[0].GetProperty("path").GetString()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));

        // --yes with it is still a dry run.
        Assert.Equal(1, runner.Run(Command.Of(Program, [.. Line, "-n", "--yes"])).ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        Assert.Equal(0, runner.Run(Command.Of(Program, [.. Line, "--yes"])).ExitCode);
        Assert.Equal(0, runner.Run(Command.Of(Program, [.. Line, "-n"])).ExitCode);
    }

    [Fact]
    public void A_dry_run_names_what_would_be_refused()
    {
        var shown = runner.Run(Command.Of(Program, [.. Line.Where(word => word != "--allow-dirty"), "-n"]));
        Assert.Equal(2, shown.ExitCode);
        Assert.Contains("would be refused: ", shown.Error, StringComparison.Ordinal);
        Assert.Contains("say --allow-dirty", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_is_completed_with_consent_only()
    {
        var journal = $"{root}/var/lib/provision/journal.json";
        for (var number = 1; number < 40 && !File.Exists(journal); number++)
        {
            Directory.Delete(root, recursive: true);
            Directory.CreateDirectory(root);
            runner.Run(Command.Of("strace", ["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat", "-e", $"inject=renameat:signal=SIGKILL:when={number}",
                Program, .. Line, "--yes"]));
        }

        Assert.True(File.Exists(journal));
        var refused = AtTerminal("echo n");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("complete it now? [y/N] ", refused.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(journal));
        var completed = AtTerminal("echo y");
        Assert.True(completed.ExitCode == 0, completed.Text);
        Assert.Contains("completed the interrupted transaction 000001", completed.Text, StringComparison.Ordinal);
        Assert.Contains("nothing to do: web1 is at ", completed.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(journal));
    }

    private IReadOnlyList<string> Line => ["install", "--repo", Path.Combine(work, "fleet"), "--host", "web1", "--root", root, "--allow-dirty"];

    /// <summary>Runs an install at a terminal, whose keys a shell presses; returns what the terminal shows.</summary>
    private CommandResult AtTerminal(string keys)
    {
        var line = string.Join(' ', [Program, .. Line]);
        var script = $"cd {work}; : > out; {{ {keys}; }} | script -qefc '{line}' /dev/null > out; code=$?; " +
            "tr -d '\\r' < out | grep -v '^note: ' | grep -vxE 'y|n|yse|'; exit $code";
        return runner.Run(Command.Of("bash", "-o", "pipefail", "-c", script).WithEnvironment("NO_COLOR", "1").WithEnvironment("TERM", "xterm")
            .WithTimeout(TimeSpan.FromMinutes(2)));
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(work, path), text);
}
