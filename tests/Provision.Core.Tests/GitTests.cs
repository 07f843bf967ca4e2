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

    /// <summary>Who may sign is decided outside of the repository, and no setting or replaced object of the repository changes the answer.</summary>
    [Theory]
    [InlineData("signed", true)]
    [InlineData("unsigned", false)]
    [InlineData("stranger", false)]
    [InlineData("other-namespace", false)]
    [InlineData("own-config", false)]
    [InlineData("replaced", false)]
    public void Only_a_commit_of_an_allowed_signer_verifies(string how, bool holds)
    {
        foreach (var key in (string[])["alice", "stranger"])
        {
            runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", $"{folder}/{key}")).OrThrow();
        }

        var repository = Git.MakeBare(runner, $"{folder}/bare");
        var tree = repository.Run("hash-object", "-t", "tree", "-w", "/dev/null").Text.Trim();
        string Commit(string? key) => repository.Run(
            [
                "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "gpg.format=ssh", "-c", $"user.signingkey={folder}/{key}",
                "commit-tree", .. key is null ? (string[])[] : ["-S"], "-m", key ?? "none", tree,
            ]).Text.Trim();
        var signers = $"{folder}/signers";
        File.WriteAllText(signers, AllowedSigners.Line("alice@example.org", how == "other-namespace" ? "provision-order" : AllowedSigners.Commits,
            string.Join(' ', File.ReadAllText($"{folder}/alice.pub").Split(' ').Take(2))));
        var commit = Commit(how is "stranger" or "own-config" ? "stranger" : how is "unsigned" or "replaced" ? null : "alice");
        if (how == "own-config")
        {
            File.WriteAllText($"{folder}/theirs", AllowedSigners.Line("stranger", AllowedSigners.Commits,
                string.Join(' ', File.ReadAllText($"{folder}/stranger.pub").Split(' ').Take(2))));
            repository.Run("config", "gpg.ssh.allowedSignersFile", $"{folder}/theirs");
            repository.Run("config", "gpg.ssh.program", "true");
            Assert.True(repository.Try("-c", "gpg.ssh.program=ssh-keygen", "verify-commit", commit).Succeeded);
        }
        else if (how == "replaced")
        {
            repository.Run("replace", commit, Commit("alice"));
            Assert.True(repository.Try("-c", "gpg.ssh.allowedSignersFile=" + signers, "verify-commit", commit).Succeeded);
        }

        var check = repository.VerifyCommit(commit, signers);
        Assert.Equal((holds, holds ? "alice@example.org" : null), (check.Holds, check.Signer));
        Assert.Equal(holds, check.Problem is null);
    }

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
