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
}
