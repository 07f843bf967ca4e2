namespace Provision.Cli.Tests;

/// <summary>A repository with a job database, masters and an armed host, for machines that nobody answers.</summary>
public sealed class LonelySite : IDisposable
{
    private readonly ProcessRunner runner = new();

    public LonelySite()
    {
        foreach (var folder in (string[])["hosts", "roles", "templates"])
        {
            runner.Run(Command.Of("cp", "-r", Path.Combine(TestRepository.Root, folder), Repo)).OrThrow();
        }

        Assert.Equal(0, Run("drives", "accept", "imap33", "--yes", "--from",
            Path.Combine(TestRepository.Root, "tests/fixtures/bundles/imap33.tar.zst")).ExitCode);
        foreach (var line in (string[])["init -q", "config user.name x", "config user.email x@mail.example", "add .", "commit -q -m x"])
        {
            runner.Run(Command.Of("git", ["-C", Repo, .. line.Split(' ')])).OrThrow();
        }

        Assert.Equal(0, Run("masters", "enroll", "--new", "--yes", "--database", Database).ExitCode);
        var plan = Run("stores", "plan", "--evacuate", "imap33", "-o", "json");
        File.WriteAllBytes(Path.Combine(Folder, "plan.json"), plan.Output.ToArray());
        foreach (var file in new[] { "installer/D/vmlinuz", "installer/D/initrd.zst", "os-imap/D/manifest.json", "os-imap/D/manifest.json.sig",
            "current/installer", "current/os-imap" })
        {
            var path = Path.Combine(Folder, "store", file.Replace("/D/", $"/{new string('d', 64)}/", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, new string('d', 64) + "\n");
        }

        // ssh leaves a trace, so that a test can see whether it was used.
        File.WriteAllText(Path.Combine(Folder, "ssh_config"), $"Host *\n  ProxyCommand sh -c 'touch {Folder}/asked; exit 1'\n");
        Directory.CreateDirectory(Path.Combine(Folder, "root"));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("provision-lonely-").FullName;

    public string Repo => Directory.CreateDirectory(Path.Combine(Folder, "repository")).FullName;

    public string Database => Path.Combine(Folder, "masters.sqlite");

    public bool HasAsked => File.Exists(Path.Combine(Folder, "asked"));

    /// <summary>Runs the program in a network namespace without a single address.</summary>
    public CommandResult RunAlone(params IReadOnlyList<string> arguments) => runner.Run(Command.Of(
        "unshare", ["--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", Program,
            .. arguments.Select(word => word.Replace("WORK", Folder, StringComparison.Ordinal)), "--repo", Repo])
        .WithEnvironment("PROVISION_SSH_CONFIG", Path.Combine(Folder, "ssh_config")).WithTimeout(TimeSpan.FromMinutes(2)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Program => Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(TestRepository.Root, "out/provision");

    private CommandResult Run(params IReadOnlyList<string> arguments) =>
        runner.Run(Command.Of(Program, [.. arguments, "--repo", Repo]).WithTimeout(TimeSpan.FromMinutes(2)));
}

/// <summary>Every command that asks another machine, on one that reaches none: a dead host is the usual reason to run them.</summary>
public sealed class NothingAnswersTests(LonelySite site) : IClassFixture<LonelySite>
{
    [Theory]
    [InlineData("stores compare store1 --database WORK/masters.sqlite", 2, "cannot be compared: ")]
    [InlineData("stores compare store1 -o json --database WORK/masters.sqlite", 2, "\"unseen\": \"")]
    [InlineData("stores --live store1 --database WORK/masters.sqlite", 1, "does not answer by ssh")]
    [InlineData("stores apply WORK/plan.json --yes --database WORK/masters.sqlite", 1, "once this is fixed, the same command resumes")]
    [InlineData("failover --host imap33 --yes --database WORK/masters.sqlite", 2, "does not answer by ssh")]
    [InlineData("failover --store store1 --to sloti34d1t01 --yes --database WORK/masters.sqlite", 2, "does not answer by ssh")]
    [InlineData("failover --back imap33 --yes --database WORK/masters.sqlite", 0, "")]
    [InlineData("slot status imap33", 2, "does not answer by ssh")]
    [InlineData("slot start imap33 sloti33d1t01", 2, "does not answer by ssh")]
    [InlineData("slot stop imap33 sloti33d1t01", 2, "does not answer by ssh")]
    [InlineData("slot drain imap33 sloti33d1t01", 2, "does not answer by ssh")]
    [InlineData("slot create imap33 sloti33d1t01", 2, "does not answer by ssh")]
    [InlineData("slot fill imap33 sloti33d1t01 --to sloti34d1t01", 2, "does not answer by ssh")]
    [InlineData("slot merge imap33 sloti33d1t01 --yes --database WORK/masters.sqlite", 2, "")]
    [InlineData("slot confirm sloti33d1t01 --server http://192.0.2.4:8490", 2, "")]
    [InlineData("masters follow --server http://192.0.2.4:8490", 2, "")]
    [InlineData("masters serve --listen 192.0.2.9:8490 --database WORK/masters.sqlite --remembered WORK/remembered", 2,
        "cannot listen on 192.0.2.9:8490: the address does not belong to this machine")]
    [InlineData("masters --database postgresql://u@192.0.2.4:5432/masters", 2, "")]
    [InlineData("masters enroll --database postgresql://u@192.0.2.4:5432/masters", 2, "")]
    [InlineData("masters history --database postgresql://u@192.0.2.4:5432/masters", 2, "")]
    [InlineData("masters export --to imap33:/exports --database WORK/masters.sqlite", 2, "neither a directory nor of the form ssh://user@host/directory")]
    [InlineData("netboot serve --listen 192.0.2.9:8480 --dnsmasq off --site nyi --state WORK/serve --store WORK/store", 2,
        "cannot listen on 192.0.2.9:8480: the address does not belong to this machine")]
    [InlineData("netboot arm imap33 --yes --state WORK/state --store WORK/store --database WORK/masters.sqlite", 2, "does not answer by ssh")]
    [InlineData("reinstall imap33 --yes --state WORK/state --store WORK/store --database WORK/masters.sqlite", 2, "does not answer by ssh")]
    [InlineData("reinstall --local --server http://192.0.2.4:8480", 2, "")]
    [InlineData("netboot watch imap34 --state WORK/state", 2, "")]
    [InlineData("host identity imap33", 2, "")]
    [InlineData("check --host imap33 --only lag masters", 3, "UNKNOWN")]
    [InlineData("installer run --ticket WORK/nowhere", 2, "there is no ticket")]
    public void A_command_says_who_did_not_answer(string line, int exit, string says)
    {
        var result = site.RunAlone(line.Split(' '));
        var told = $"{line}: exit code {result.ExitCode}\n{result.Text}{result.Error}";
        Assert.DoesNotContain("Unhandled exception", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("One or more errors", told, StringComparison.Ordinal);
        Assert.True(result.ExitCode == exit && told.Contains(says, StringComparison.Ordinal), told);
    }

    [Theory]
    [InlineData("netboot status")]
    [InlineData("netboot watch")]
    [InlineData("netboot disarm imap33")]
    [InlineData("host discovered")]
    public void A_machine_that_is_no_boot_server_is_named_and_stays_as_it_is(string line)
    {
        var result = site.RunAlone([.. line.Split(' '), "--state", "WORK/none"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("has no job database", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(site.Folder, "none")));
    }

    /// <summary>With a dead mail host and an uncommitted change: whoever mends one of them should not learn of the other afterwards.</summary>
    [Fact]
    public void Every_reason_against_a_reinstall_is_listed_at_once()
    {
        using var own = new LonelySite();
        File.AppendAllText(Path.Combine(own.Repo, "hosts/stores.yaml"), "# changed\n");
        var result = own.RunAlone("netboot", "arm", "imap33", "--yes", "--state", "WORK/state", "--store", "WORK/store", "--database", "WORK/masters.sqlite");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("not committed", result.Error, StringComparison.Ordinal);
        Assert.Contains("imap33 is master of store1", result.Error, StringComparison.Ordinal);
        Assert.True(own.HasAsked);
    }
}
