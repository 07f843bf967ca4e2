namespace Provision.Core.Tests;

public sealed class GitTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-git-").FullName;
    private readonly ProcessRunner runner = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_commit_is_found_by_its_branch_and_goes_through_a_checked_clone()
    {
        var bare = Git.MakeBare(runner, $"{folder}/bare");
        var tree = bare.Run("hash-object", "-t", "tree", "-w", "/dev/null").Text.Trim();
        var commit = bare.Run("-c", "user.name=t", "-c", "user.email=t@example.org", "commit-tree", "-m", "first", tree).Text.Trim();
        bare.Run("update-ref", "refs/heads/main", commit);
        Assert.Equal(commit, bare.CommitOf("refs/heads/main"));
        Assert.Null(bare.CommitOf("refs/heads/other"));

        var clone = Git.CloneChecked(runner, $"{folder}/bare", $"{folder}/clone");
        clone.Run("checkout", "--quiet", "--detach", commit);
        Assert.Equal(commit, clone.CommitOf("HEAD"));
    }

    [Fact]
    public void A_failure_names_what_git_was_asked_and_answered()
    {
        var failed = Assert.Throws<CommandFailedException>(() => new Git(runner, folder).Run("rev-parse", "HEAD"));
        Assert.StartsWith($"git -C {folder} rev-parse HEAD failed with exit code 128: fatal: not a git repository", failed.Message, StringComparison.Ordinal);
        Assert.False(new Git(runner, folder).Try("status").Succeeded);
    }

    /// <summary>A name that begins like an option is a name.</summary>
    [Fact]
    public void Options_do_not_come_in_by_names() => Assert.Null(Git.MakeBare(runner, $"{folder}/bare").CommitOf("--all"));

    [Theory]
    [InlineData("core.fsmonitor", "status")]
    [InlineData("core.hooksPath", "update-ref refs/heads/x HEAD")]
    public void A_program_that_a_repository_names_is_not_run(string key, string command)
    {
        var hooks = Directory.CreateDirectory($"{folder}/hooks").FullName;
        foreach (var program in new[] { "monitor", "reference-transaction" })
        {
            File.WriteAllText($"{hooks}/{program}", $"#!/bin/sh\ntouch {folder}/ran\n");
            File.SetUnixFileMode($"{hooks}/{program}", (UnixFileMode)FileModes.Program);
        }

        string[] own = ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org"];
        runner.Run(Command.Of("git", [.. own, "init", "-q"])).OrThrow();
        runner.Run(Command.Of("git", [.. own, "commit", "-q", "--allow-empty", "-m", "first"])).OrThrow();
        runner.Run(Command.Of("git", [.. own, "config", key, key == "core.hooksPath" ? hooks : $"{hooks}/monitor"])).OrThrow();
        new Git(runner, folder).Run(command.Split(' '));
        Assert.False(File.Exists($"{folder}/ran"));
        runner.Run(Command.Of("git", [.. own, .. command.Split(' ')])).OrThrow();
        Assert.True(File.Exists($"{folder}/ran"));
    }

    /// <summary>A configuration that calls every directory safe, and the user who called sudo, count for nothing.</summary>
    [Fact]
    public void As_root_a_repository_of_another_user_is_not_safe()
    {
        File.WriteAllText($"{folder}/.gitconfig", "[safe]\n\tdirectory = *\n");
        runner.Run(Command.Of("git", "init", "-q", $"{folder}/its")).OrThrow();
        runner.Run(Command.Of("chown", "-R", "65534", $"{folder}/its")).OrThrow();
        var asked = new Git(new HomeRunner(runner, folder), $"{folder}/its").Try("status");
        Assert.Equal(128, asked.ExitCode);
        Assert.Contains("dubious ownership", asked.Error, StringComparison.Ordinal);
    }

    private sealed class HomeRunner(ICommandRunner inner, string home) : ICommandRunner
    {
        public CommandResult Run(Command command, CancellationToken cancellation = default) => inner.Run(command.WithEnvironment("HOME", home), cancellation);
    }
}
