using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Provision.Cli.Tests;

/// <summary>The published program as users call it: exit codes, messages, JSON, and bad input with nothing changed.</summary>
public sealed class CommandTests : IDisposable
{
    private static readonly string Repository = TestRepository.Root;
    private static readonly string Program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(Repository, "out/provision");
    private readonly string work = Directory.CreateTempSubdirectory("provision-cli-").FullName;
    private readonly ProcessRunner runner = new();

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData("--help")]
    [InlineData("validate --help")]
    [InlineData("schema --help")]
    [InlineData("hosts --help")]
    [InlineData("slots --help")]
    [InlineData("slot status --help")]
    [InlineData("slot create --help")]
    [InlineData("slot start --help")]
    [InlineData("slot stop --help")]
    [InlineData("slot drain --help")]
    [InlineData("slot confirm --help")]
    [InlineData("check --help")]
    [InlineData("slot digest --help")]
    [InlineData("stores --help")]
    [InlineData("stores check --help")]
    [InlineData("stores plan --help")]
    [InlineData("show --help")]
    [InlineData("render --help")]
    [InlineData("diff --help")]
    [InlineData("install --help")]
    [InlineData("rollback --help")]
    [InlineData("history --help")]
    [InlineData("explain --help")]
    [InlineData("host add --help")]
    [InlineData("host retire --help")]
    [InlineData("capture --help")]
    [InlineData("netboot --help")]
    [InlineData("netboot serve --help")]
    [InlineData("netboot arm --help")]
    [InlineData("netboot approve --help")]
    [InlineData("netboot disarm --help")]
    [InlineData("netboot status --help")]
    [InlineData("netboot watch --help")]
    [InlineData("host discovered --help")]
    [InlineData("host adopt --help")]
    public void Help_has_examples(string arguments)
    {
        var result = Run(arguments.Split(' '));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Usage:", result.Text, StringComparison.Ordinal);
        Assert.True(result.Text.Length > 300);
    }

    [Theory]
    [InlineData("hosts", "\u001b[1m|\u001b[0m")]
    [InlineData("hosts --help", "")]
    [InlineData("masters enroll --new --database WORK/masters", "\u001b[1m|\u001b[0m")]
    public void A_terminal_gets_no_escape_sequences_but_colours(string arguments, string expected)
    {
        var line = $"{Program} {arguments.Replace("WORK", work, StringComparison.Ordinal)} --repo {Repository}";
        var command = Command.Of("script", "-qec", line, "/dev/null").WithEnvironment("TERM", "xterm").WithInput("n\n"u8.ToArray());
        var shown = runner.Run(command.WithEnvironment("NO_COLOR", null)).Text;
        var found = shown.Split('\u001b').Skip(1).Select(part =>
            "\u001b" + part[..(part.StartsWith('[') ? part.IndexOfAny([.. "mhlKJHABCD"]) + 1 : 1)]).Distinct();
        Assert.Equal(expected, string.Join('|', found));
        Assert.DoesNotContain('\u001b', runner.Run(command.WithEnvironment("NO_COLOR", "1")).Text);
    }

    [Theory]
    [InlineData("instal", 2, "provision: unknown command \"instal\" (did you mean \"install\"?); see \"provision --help\"")]
    [InlineData("diff --hots x", 2, "provision: unknown option \"--hots\" (did you mean \"--host\"?); see \"provision diff --help\"")]
    [InlineData("hosts --sit=nyi", 2, "provision: unknown option \"--sit\"; see \"provision hosts --help\"")]
    [InlineData("hosts -o yaml", 2, "provision: --output: \"yaml\" is not one of json, text; see \"provision hosts --help\"")]
    [InlineData("rollback abc", 2, "provision: GENERATION: \"abc\" is not a whole number; see \"provision rollback --help\"")]
    [InlineData("install --jobs x", 2, "provision: --jobs: \"x\" is not a whole number; see \"provision install --help\"")]
    [InlineData("check imap51", 3, "provision: \"imap51\" is too much; see \"provision check --help\"")]
    [InlineData("check --only", 3, "provision: --only needs a value; see \"provision check --help\"")]
    [InlineData("storage", 2, "provision: a command is missing after \"provision storage\"; see \"provision storage --help\"")]
    [InlineData("show", 2, "provision: HOST is missing; see \"provision show --help\"")]
    [InlineData("rollback --jobs 0", 2, "provision: --jobs 0: expected a number from 1 to 1000; see \"provision rollback --help\"")]
    [InlineData("stores plan --add-store -1", 2, "provision: --add-store -1: expected a number from 0 to 100000; see \"provision stores plan --help\"")]
    [InlineData("netboot build os --keep -1", 2, "provision: --keep -1: expected a number from 0 to 10000; see \"provision netboot build --help\"")]
    [InlineData("masters history --last -5", 2, "provision: --last -5: expected a number from 1 to 100000; see \"provision masters history --help\"")]
    [InlineData("slot digest @/nonexistent/file", 2, "provision: \"@/nonexistent/file\" is not the name of a slot; expected one such as sloti33d1t01")]
    public void A_usage_error_is_one_line_with_what_may_be_meant(string arguments, int code, string expected)
    {
        var result = Run(arguments.Split(' '));
        Assert.Equal((code, "", expected + "\n"), (result.ExitCode, result.Text, result.Error));
    }

    [Theory]
    [InlineData("show nosuch", "the inventory has no host \"nosuch\"")]
    [InlineData("render --host web1 --root /", "give --out DIR, or --check to run the checkers")]
    [InlineData("host add web1 --mac 00:00:5E:00:53:F0 --site nyi --role web", "the name web1 is taken")]
    [InlineData("host retire nosuch", "unknown host \"nosuch\"")]
    [InlineData("instal", "unknown command \"instal\" (did you mean \"install\"?); see \"provision --help\"")]
    public void An_error_is_json_where_json_is_wanted(string arguments, string expected)
    {
        var result = Run([.. arguments.Split(' '), "-o", "json", "--repo", Repository]);
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal((2, expected), (result.ExitCode, document.RootElement.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("hosts/closed", true)]
    [InlineData("hosts/closed.yaml", false)]
    [InlineData("templates/web/etc", true)]
    public void What_may_not_be_read_is_an_error_and_not_empty(string path, bool isFolder)
    {
        var fleet = Fleet();
        var full = Path.Combine(fleet, path);
        _ = isFolder ? Directory.CreateDirectory(full).FullName : Path.GetDirectoryName(full);
        if (!isFolder)
        {
            File.WriteAllText(full, "");
        }

        File.SetUnixFileMode(full, UnixFileMode.None);
        File.SetUnixFileMode(work, (UnixFileMode)FileModes.PublicDirectory);
        var result = runner.Run(Command.Of(Program, "validate", "--repo", fleet).Through("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
            "--"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(path, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("templates/web/etc/web.conf", "{{ secret 'none' }}\n", "templates/web/etc/web.conf:1:11: error: the repository has no secret \"none\"")]
    [InlineData("templates/web/etc/web.conf", "{{ settings.none }}\n", "templates/web/etc/web.conf:1:13: error: ")]
    [InlineData("templates/web/etc/b", "---\npath: /etc/web.conf\n---\n", "error: two templates make /etc/web.conf")]
    public void Validate_finds_what_only_rendering_shows(string path, string text, string expected)
    {
        var fleet = Fleet();
        File.WriteAllText(Path.Combine(fleet, path), text);
        var result = Run("validate", "--repo", fleet);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.EndsWith("\n1 error\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, Run("validate", "--no-render", "--repo", fleet).ExitCode);
    }

    [Fact]
    public void Validate_finds_a_branch_that_is_missing()
    {
        var fleet = Fleet();
        File.AppendAllText(Path.Combine(fleet, "hosts/nyi.yaml"), "    branch: nosuch\n");
        Assert.Contains("hosts/nyi.yaml:7:13: error: the repository does not have the branch \"nosuch\" (fetch it, or correct branch:)",
            Run("validate", "--repo", fleet).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x = 1\ny = 2", "-y = 2\n\\ No newline at end of file\n+y = 2\n")]
    [InlineData("x = 1\ny = 2\r\n", "-y = 2^M\n+y = 2\n")]
    [InlineData("x = 1\ny = 2  \n", "-y = 2··\n+y = 2\n")]
    [InlineData("x = 1\ny =\t2\n", "-y =→2\n+y = 2\n")]
    [InlineData("x = 1\nevil = yes\u001b[1A\u001b[2K\ny = 2\n", "-evil = yes^[[1A^[[2K\n")]
    public void A_diff_shows_what_differs(string onMachine, string expected)
    {
        var fleet = Fleet();
        File.WriteAllText(Path.Combine(fleet, "templates/web/etc/web.conf"), "x = 1\ny = 2\n");
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(Path.Combine(root, "etc/web.conf"), onMachine);
        var shown = Run("diff", "--repo", fleet, "--host", "web1", "--root", root).Text;
        Assert.Contains(expected, shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
    }

    [Fact]
    public void A_plan_of_another_host_is_refused()
    {
        var fleet = Fleet();
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        var plan = Path.Combine(work, "plan.json");
        Assert.Equal(1, Run("diff", "--repo", fleet, "--host", "web1", "--root", root, "--save", plan).ExitCode);
        File.WriteAllText(plan, File.ReadAllText(plan).Replace("\"web1\"", "\"web2\"", StringComparison.Ordinal));
        var refused = Run("install", "--repo", fleet, "--host", "web1", "--root", root, "--allow-dirty", "--plan", plan);
        Assert.Equal(2, refused.ExitCode);
        Assert.EndsWith($"provision: {plan} is a plan of web2, not of web1\n", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"/etc/web.conf\"", "\"/etc/wob.conf\"", " was edited: \"files\" is not what the plan of its hash does; save a new one")]
    [InlineData("\"+text\"", "\"+harmless\"", " was edited: \"files\" is not what the plan of its hash does; save a new one")]
    [InlineData("\"packages\"", "\"parcels\"", " is not a plan that \"provision diff --save\" wrote: packages is missing")]
    public void A_saved_plan_whose_text_is_not_what_it_does_is_refused(string shown, string edited, string expected)
    {
        var fleet = Fleet();
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        var plan = Path.Combine(work, "plan.json");
        Assert.Equal(1, Run("diff", "--repo", fleet, "--host", "web1", "--root", root, "--save", plan).ExitCode);
        var text = File.ReadAllText(plan);
        Assert.Contains(shown, text, StringComparison.Ordinal);
        File.WriteAllText(plan, text.Replace(shown, edited, StringComparison.Ordinal));
        var refused = Run("install", "--repo", fleet, "--host", "web1", "--root", root, "--allow-dirty", "--plan", plan);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(expected, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(root + "/etc/web.conf"));
        File.WriteAllText(plan, text);
        Assert.Equal(0, Run("install", "--repo", fleet, "--host", "web1", "--root", root, "--allow-dirty", "--plan", plan).ExitCode);
    }

    [Theory]
    [InlineData("INT", "default", 130)]
    [InlineData("TERM", "default", 143)]
    [InlineData("HUP", "ignore", 2)] // as under nohup: it continues, until its checker fails
    public void An_interrupted_install_says_what_it_leaves(string signal, string disposition, int expected)
    {
        var fleet = Fleet();
        var wait = $"6{Environment.ProcessId}.5";
        File.WriteAllText(Path.Combine(fleet, "templates/web/etc/web.conf"), $"---\ncheck: sleep {wait}\n---\ntext\n");
        const string script = """
            set -m
            unshare -m sh -ec 'for folder in /var/lib/provision /run /etc/provision; do mkdir -p $folder; mount -t tmpfs none $folder; done
                exec env --$DISPOSITION-signal=$SIGNAL "$@"' sh "$@" &
            until pgrep -fx "sleep $WAIT" >/dev/null; do kill -0 $! || exit 9; sleep 0.1; done
            kill -$SIGNAL $!
            [ $DISPOSITION = default ] || kill $(pgrep -fx "sleep $WAIT")
            wait $!
            ended=$?
            [ $DISPOSITION = ignore ] || kill $(pgrep -fx "sleep $WAIT")
            exit $ended
            """;
        var interrupted = runner.Run(Command.Of(
                "bash", "-c", script, "bash", Program, "install", "--repo", fleet, "--host", "web1", "--here", "trial", "--allow-dirty", "--yes")
            .WithEnvironment("WAIT", wait).WithEnvironment("SIGNAL", signal).WithEnvironment("DISPOSITION", disposition));
        Assert.True(interrupted.ExitCode == expected, $"{interrupted.ExitCode}: {interrupted.Text}{interrupted.Error}");
        Assert.Equal(disposition == "default", interrupted.Error.Contains("provision: interrupted: nothing was changed\n", StringComparison.Ordinal));
        Assert.False(File.Exists("/etc/web.conf"));
    }

    [Fact]
    public void A_rollback_of_a_named_host_follows_the_rule_of_an_install()
    {
        var fleet = Fleet();
        File.AppendAllText(Path.Combine(fleet, "hosts/nyi.yaml"), "  web2:\n    macs: [\"00:00:5E:00:53:02\"]\n    roles: [web]\n    address: 192.0.2.12\n");
        var root = Directory.CreateDirectory(Path.Combine(work, "root")).FullName;
        Assert.Equal(0, Run("install", "--repo", fleet, "--host", "web1", "--root", root, "--allow-dirty", "--yes").ExitCode);
        var other = Run("rollback", "0", "--host", "web2", "--root", root, "--repo", fleet);
        Assert.Equal((2, $"provision: {root} holds the files of web1, not of web2: give the right --host or --root\n"), (other.ExitCode, other.Error));
        var foreign = Run("rollback", "0", "--host", "web1", "--repo", fleet);
        Assert.Equal(2, foreign.ExitCode);
        Assert.Contains("this machine is not web1: it has none of its MAC addresses", foreign.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(root + "/etc/web.conf"));
        Assert.Equal(0, Run("rollback", "0", "--host", "web1", "--root", root, "--repo", fleet).ExitCode);
        Assert.False(File.Exists(root + "/etc/web.conf"));
    }

    [Fact]
    public void Explain_shows_what_a_terminal_would_hide()
    {
        var fleet = Fleet();
        File.WriteAllText(Path.Combine(fleet, "templates/web/etc/web.conf"), "x =\t1 \nevil\u001b[2K\r\nend");
        var shown = Run("explain", "/etc/web.conf", "--host", "web1", "--repo", fleet).Text;
        Assert.Contains("1: x =→1·\n", shown, StringComparison.Ordinal);
        Assert.Contains("2: evil^[[2K^M\n", shown, StringComparison.Ordinal);
        Assert.EndsWith("\\ No newline at end of file\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
    }

    [Fact]
    public void Render_and_the_edits_of_hosts_answer_in_json()
    {
        var fleet = Fleet();
        JsonElement Json(params string[] arguments)
        {
            var result = Run([.. arguments, "--repo", fleet, "-o", "json"]);
            Assert.True(result.ExitCode == 0, result.Error);
            using var document = JsonDocument.Parse(result.Output);
            return document.RootElement.Clone();
        }

        var rendered = Json("render", "--host", "web1", "--out", Path.Combine(work, "rendered"));
        Assert.Equal(("/etc/web.conf", "0644"), (rendered.GetProperty("files")[0].GetProperty("path").GetString(),
            rendered.GetProperty("files")[0].GetProperty("mode").GetString()));
        var added = Json("host", "add", "web2", "--mac", "00:00:5E:00:53:F0", "--site", "nyi", "--role", "web", "--dry-run");
        Assert.False(added.GetProperty("written").GetBoolean());
        Assert.Contains("+  web2:", added.GetProperty("diff").EnumerateArray().Select(line => line.GetString()));
        var retired = Json("host", "retire", "web1");
        Assert.Equal((true, "hosts/nyi.yaml"), (retired.GetProperty("written").GetBoolean(), retired.GetProperty("path").GetString()));
        Assert.Contains("+    status: retired", retired.GetProperty("diff").EnumerateArray().Select(line => line.GetString()));
    }

    [Theory]
    [InlineData("install --yes", 2)]
    [InlineData("diff", 2)]
    [InlineData("check", 3)]
    public void A_machine_that_is_not_the_host_is_refused(string verb, int code)
    {
        var result = Run([.. verb.Split(' '), "--host", "imap33", "--repo", Repository, "--identity",
            Path.Combine(Repository, "tests/fixtures/age/identity.txt")]);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains("this machine is not imap33: it has none of its MAC addresses", result.Text + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_makes_this_machine_the_host() =>
        Assert.Equal(1, Run("diff", "--host", "imap33", "--here", "a new network card", "--no-checks", "--stat", "--repo", Repository, "--identity",
            Path.Combine(Repository, "tests/fixtures/age/identity.txt")).ExitCode);

    [Fact]
    public void A_check_has_the_exit_codes_of_monitoring_and_judges_captured_machines_too()
    {
        string[] check = ["check", "--only", "mounts", "arrays", "--host", "imap33", "--repo", Repository];
        var well = Run([.. check, "--from", Path.Combine(Repository, "tests/fixtures/bundles/imap33.tar.zst")]);
        Assert.Equal((0, "OK: 2 checks\n"), (well.ExitCode, well.Text));
        var other = Run([.. check, "--here", "a test", "-o", "json"]);
        using var document = JsonDocument.Parse(other.Output);
        Assert.Equal((2, 2), (other.ExitCode, document.RootElement.GetProperty("state").GetInt32()));
        Assert.StartsWith("CRITICAL: /mnt/", document.RootElement.GetProperty("line").GetString(), StringComparison.Ordinal);
        Assert.Equal(["mounts", "arrays"], document.RootElement.GetProperty("checks").EnumerateArray().Select(made => made.GetString()));

        // A folder that is no repository: monitoring hears that nothing is known.
        var blind = Run("check", "--repo", work, "-o", "prometheus");
        Assert.Equal(3, blind.ExitCode);
        Assert.Contains("provision_check_state{check=\"lag\"} 3\n", blind.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_capture_is_written_once()
    {
        var bundle = Path.Combine(work, "this.tar.zst");
        var first = Run("capture", "--out", bundle);
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains("this.tar.zst", first.Text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bundle));
        var second = Run("capture", "--out", bundle);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("--force", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, Run("capture", "--out", bundle, "--force", "-o", "json").ExitCode);
        Assert.Equal(2, Run("capture", "--out", bundle, "--force", "--root", Path.Combine(work, "nowhere")).ExitCode);
        Assert.Equal(2, Run("capture", "--out", Path.Combine(work, "nowhere/x.tar.zst")).ExitCode);
    }

    [Theory]
    [InlineData("hosts role=imap site=nyi", 0, "imap33")]
    [InlineData("hosts imap3*", 0, "imap37")]
    [InlineData("hosts role=imapp", 2, "did you mean \"imap\"?")]
    [InlineData("hosts nosuchhost", 2, "nosuchhost")]
    [InlineData("slot status imap33 sloti33d1t99", 2, "SLOT: error: imap33 has no slot \"sloti33d1t99\"")]
    [InlineData("slot start imap330", 2, "the inventory has no host \"imap330\"")]
    [InlineData("slot digest sloti99t01", 2, "there is no configuration of sloti99t01 in /etc/cyrus/sloti99t01")]
    [InlineData("check --only lag --host imap333 -o prometheus", 3, "provision_check_state{check=\"lag\"} 3\n")]
    [InlineData("check --only lga", 3, "did you mean \"lag\"?")]
    [InlineData("slots imap37 --free", 0, "sloti37d2t20")]
    [InlineData("stores store1", 0, "sloti33d1t01@imap33/nyi")]
    [InlineData("stores stroe1", 2, "did you mean \"store1\"?")]
    [InlineData("show imap33", 0, "no-masters")]
    [InlineData("show imap333", 2, "did you mean \"imap33\"?")]
    [InlineData("show imap3", 2, "imap3 is retired and has no desired state")]
    [InlineData("man", 0, ".SS provision storage create [HOST]")]
    [InlineData("nosuchcommand", 2, "nosuchcommand")]
    public void Every_command_answers(string arguments, int exit, string expected)
    {
        var result = Run([.. arguments.Split(' '), "--repo", Repository]);
        Assert.Equal(exit, result.ExitCode);
        Assert.Contains(expected, result.Text + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hosts")]
    [InlineData("slots imap33")]
    [InlineData("stores")]
    [InlineData("show imap33")]
    [InlineData("show imap50")]
    [InlineData("validate")]
    [InlineData("schema")]
    public void Data_is_printed_as_json_on_request(string arguments)
    {
        var result = Run([.. arguments.Split(' '), "--repo", Repository, "-o", "json"]);
        Assert.Equal(0, result.ExitCode);
        using var document = JsonDocument.Parse(result.Output);
        Assert.NotEqual(JsonValueKind.Undefined, document.RootElement.ValueKind);
    }

    [Fact]
    public void Diff_install_explain_and_rollback_work_in_a_scratch_root()
    {
        string[] on = ["--repo", Repository, "--host", "web1", "--root", work, "--identity", Path.Combine(Repository, "tests/fixtures/age/identity.txt")];
        Assert.Equal(1, Run(["diff", .. on, "--stat"]).ExitCode);
        var plan = Path.Combine(work, "plan.json");
        Assert.Equal(1, Run(["diff", .. on, "--save", plan]).ExitCode);
        var installed = Run(["install", .. on, "--allow-dirty", "--plan", plan]);
        Assert.True(installed.ExitCode == 0, installed.Error);
        Assert.Equal(0, Run(["diff", .. on]).ExitCode);
        Assert.Equal(2, Run(["install", .. on, "--allow-dirty", "--plan", plan]).ExitCode);
        File.AppendAllText(work + "/etc/hostname", "edited\n");
        var diff = Run(["diff", .. on, "-o", "json"]);
        Assert.Equal(1, diff.ExitCode);
        using (var document = JsonDocument.Parse(diff.Output))
        {
            var file = Assert.Single(document.RootElement.GetProperty("files").EnumerateArray());
            Assert.Equal(("/etc/hostname", "drift"), (file.GetProperty("path").GetString(), file.GetProperty("verdict").GetString()));
        }

        Assert.Equal(1, Run(["diff", "system", .. on]).ExitCode);
        Assert.Equal(0, Run(["diff", "ssh", .. on]).ExitCode);
        Assert.Contains("did you mean \"system\"?", Run(["diff", "sytem", .. on]).Error, StringComparison.Ordinal);
        var explained = Run(["explain", "/etc/hostname:1", .. on]).Text;
        Assert.Contains("templates/system/etc/hostname:", explained, StringComparison.Ordinal);
        Assert.Contains("host.name = web1  hosts/nyi.yaml:", explained, StringComparison.Ordinal);
        Assert.Equal(0, Run("rollback", "0", "--root", work).ExitCode);
        Assert.False(File.Exists(work + "/etc/hostname"));
    }

    [Theory]
    [InlineData("hosts/nyi.yaml", "imap33:\n    macs:", "imap33:\n    mcas:", "unknown key \"mcas\"")]
    [InlineData("hosts/stores.yaml", "sloti33d1t01", "sloti34d1t02", "sloti34d1t02")]
    [InlineData("roles/web.yaml", "includes: [base", "includes: [bsae", "did you mean \"base\"?")]
    [InlineData("templates/system/etc/hostname", "host.name", "hots.name", "the name \"hots\" is not defined (did you mean \"host\"?)")]
    public void Bad_input_is_named_and_changes_nothing(string file, string from, string to, string expected)
    {
        var fleet = Path.Combine(work, "fleet");
        Directory.CreateDirectory(fleet);
        foreach (var folder in (string[])["hosts", "roles", "templates"])
        {
            runner.Run(Command.Of("cp", "-r", Path.Combine(Repository, folder), fleet)).OrThrow();
        }

        var path = Path.Combine(fleet, file);
        var text = File.ReadAllText(path);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0);
        File.WriteAllText(path, text.Remove(at, from.Length).Insert(at, to));
        var root = Path.Combine(work, "root");
        Directory.CreateDirectory(root);
        var result = Run("install", "--yes", "--repo", fleet, "--host", "web1", "--root", root, "--allow-dirty", "--identity",
            Path.Combine(Repository, "tests/fixtures/age/identity.txt"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Matches($"{file}:[0-9]+:[0-9]+: error: ", result.Error);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void A_machine_that_no_host_of_the_inventory_is_says_its_macs()
    {
        Directory.CreateDirectory(work + "/sys/class/net/eth0");
        File.WriteAllText(work + "/sys/class/net/eth0/address", "02:00:00:00:00:99\n");
        var result = Run("diff", "--repo", Repository, "--root", work);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("02:00:00:00:00:99", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_finds_itself_by_its_mac()
    {
        Directory.CreateDirectory(work + "/sys/class/net/eth0");
        File.WriteAllText(work + "/sys/class/net/eth0/address", "00:00:5e:00:53:20\n");
        Assert.Contains("imap33 at ", Run("diff", "--repo", Repository, "--root", work, "--stat").Text, StringComparison.Ordinal);
    }

    /// <summary>A card that is part of a bond shows the bond's address, which is any; its own is told elsewhere.</summary>
    [Fact]
    public void A_host_finds_itself_by_a_card_that_is_part_of_a_bond()
    {
        Directory.CreateDirectory(work + "/sys/class/net/eth0/bonding_slave");
        File.WriteAllText(work + "/sys/class/net/eth0/address", "42:b2:4c:f4:be:36\n");
        File.WriteAllText(work + "/sys/class/net/eth0/bonding_slave/perm_hwaddr", "00:00:5e:00:53:20\n");
        Assert.Contains("imap33 at ", Run("diff", "--repo", Repository, "--root", work, "--stat").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pinned_host_is_rendered_from_its_branch()
    {
        var fleet = Path.Combine(work, "fleet");
        Directory.CreateDirectory(fleet);
        foreach (var folder in (string[])["hosts", "roles", "templates"])
        {
            runner.Run(Command.Of("cp", "-r", Path.Combine(Repository, folder), fleet)).OrThrow();
        }

        void Git(params string[] arguments) =>
            runner.Run(Command.Of("git", ["-C", fleet, "-c", "user.name=t", "-c", "user.email=t@mail.example", .. arguments])).OrThrow();
        Git("init", "-q", "-b", "main");
        var nyi = Path.Combine(fleet, "hosts/nyi.yaml");
        File.WriteAllText(nyi, File.ReadAllText(nyi).Replace("  web1:\n", "  web1:\n    branch: trial\n", StringComparison.Ordinal));
        Git("add", "-A");
        Git("commit", "-qm", "main");
        Git("checkout", "-qb", "trial");
        File.AppendAllText(Path.Combine(fleet, "templates/system/etc/hostname"), "# trial\n");
        Git("commit", "-qam", "trial");
        Git("checkout", "-q", "main");
        var root = Path.Combine(work, "root");
        Directory.CreateDirectory(root);
        var temporary = Directory.CreateDirectory(Path.Combine(work, "tmp")).FullName;
        CommandResult Install() => runner.Run(Command.Of(
            Program, "install", "--yes", "--repo", fleet, "--host", "web1", "--root", root, "--allow-dirty", "--identity",
                Path.Combine(Repository, "tests/fixtures/age/identity.txt"))
            .WithEnvironment("TMPDIR", temporary).WithTimeout(TimeSpan.FromMinutes(2)));
        var installed = Install();
        Assert.True(installed.ExitCode == 0, installed.Error);
        Assert.Contains("# trial", File.ReadAllText(root + "/etc/hostname"), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(temporary, "provision-*"));

        // A branch that does not load leaves nothing behind either.
        Git("checkout", "-q", "trial");
        File.AppendAllText(nyi, "nonsense\n");
        Git("commit", "-qam", "broken");
        Git("checkout", "-q", "main");
        Assert.Equal(2, Install().ExitCode);
        Assert.Empty(Directory.EnumerateDirectories(temporary, "provision-*"));
    }

    [Fact]
    public void Host_add_writes_an_entry_that_validates_and_retire_marks_it()
    {
        var fleet = Path.Combine(work, "fleet");
        Directory.CreateDirectory(fleet);
        foreach (var folder in (string[])["hosts", "roles", "templates"])
        {
            runner.Run(Command.Of("cp", "-r", Path.Combine(Repository, folder), fleet)).OrThrow();
        }

        var added = Run("host", "add", "imap38", "--mac", "00:00:5E:00:53:F0", "--chassis", "4u40", "--site", "nyi", "--role", "imap", "--repo", fleet);
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Contains("+  imap38:", added.Text, StringComparison.Ordinal);
        Assert.Contains("40", Run("hosts", "imap38", "--repo", fleet).Text, StringComparison.Ordinal);
        Assert.Equal(2, Run("host", "add", "imap39", "--mac", "00:00:5E:00:53:F0", "--chassis", "4u40", "--site", "nyi", "--role", "imap", "--repo",
            fleet).ExitCode);
        Assert.Equal(2, Run("host", "retire", "imap33", "--repo", fleet).ExitCode);
        Assert.Equal(0, Run("host", "retire", "imap38", "--repo", fleet).ExitCode);
        Assert.Contains("retired", Run("hosts", "status=retired", "--repo", fleet).Text, StringComparison.Ordinal);
    }

    /// <summary>A repository with one host and one template.</summary>
    private string Fleet()
    {
        var fleet = Path.Combine(work, "fleet");
        foreach (var folder in new[] { "hosts", "roles", "templates/web/etc" })
        {
            Directory.CreateDirectory(Path.Combine(fleet, folder));
        }

        File.WriteAllText(Path.Combine(fleet, "hosts/fleet.yaml"),
            "fleet: { name: test, domain: mail.example, release: trixie }\nsites:\n  nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }\n");
        File.WriteAllText(Path.Combine(fleet, "hosts/nyi.yaml"),
            "site: nyi\nhosts:\n  web1:\n    macs: [\"00:00:5E:00:53:01\"]\n    roles: [web]\n    address: 192.0.2.11\n");
        File.WriteAllText(Path.Combine(fleet, "roles/web.yaml"), "data: cache\ngate: none\nconfigs: [web]\n");
        File.WriteAllText(Path.Combine(fleet, "templates/web/etc/web.conf"), "text\n");
        return fleet;
    }

    private CommandResult Run(params IReadOnlyList<string> arguments) =>
        runner.Run(Command.Of(Program, arguments).WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(2)));
}
