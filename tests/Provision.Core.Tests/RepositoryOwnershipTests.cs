namespace Provision.Core.Tests;

/// <summary>What root refuses to use. These tests need root: they give files away.</summary>
public sealed class RepositoryOwnershipTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-owner-").FullName;
    private readonly ProcessRunner runner = new();

    public RepositoryOwnershipTests() => Shell("""
        umask 022
        mkdir -p parent/repo/hosts/secrets parent/repo/roles parent/repo/templates/web parent/repo/out other
        touch parent/repo/hosts/fleet.yaml parent/repo/templates/web/a other/file
        git init -q -b main parent/repo
        git -C parent/repo -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m first
        """);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("true", null, null)]
    [InlineData("chown 65534 parent/repo/out", null, null)]
    [InlineData("chmod 1777 parent", null, null)]
    [InlineData("chown 65534 parent/repo", "/parent/repo belongs to user 65534", "chown root:root ")]
    [InlineData("chown 65534 parent", "/parent belongs to user 65534", "chown root:root ")]
    [InlineData("chmod 777 parent", "/parent has mode 0777", "chmod go-w ")]
    [InlineData("chmod 1777 parent/repo", "/parent/repo has mode 1777", "chmod -R go-w ")]
    [InlineData("chmod g+w parent/repo/roles", "/parent/repo/roles has mode 0775", "chmod -R go-w ")]
    [InlineData("chown 65534 parent/repo/templates/web/a", "/parent/repo/templates/web/a belongs to user 65534", "chown root:root ")]
    [InlineData("chmod o+w parent/repo/hosts/fleet.yaml", "/parent/repo/hosts/fleet.yaml has mode 0646", "chmod go-w ")]
    [InlineData("chown 65534 parent/repo/.git/config", "/parent/repo/.git/config belongs to user 65534", "chown root:root ")]
    [InlineData("chown -R 65534 parent/repo/.git/objects", "/parent/repo/.git/objects belongs to user 65534", "chown -R root:root ")]
    [InlineData("printf '[core]\\n[ InClude]\\npath = /tmp/x\\n' >> parent/repo/.git/config", "/parent/repo/.git/config includes other files",
        "git config --file ")]
    [InlineData("ln -s ../../../../other/file parent/repo/templates/web/b; chmod o+w other/file", "/other/file has mode 0646", "chmod go-w ")]
    [InlineData("ln -s ../../../../other/file parent/repo/templates/web/b; chmod 777 other", "/other has mode 0777", "chmod go-w ")]
    [InlineData("mv parent/repo/hosts other/hosts; ln -s ../../other/hosts parent/repo/hosts; chown 65534 other/hosts/secrets",
        "/other/hosts/secrets belongs to user 65534", "chown -R root:root ")]
    [InlineData("ln -s nowhere/at/all parent/repo/templates/web/b; ln -s c parent/repo/templates/web/d; ln -s d parent/repo/templates/web/c", "too many links",
        "")]
    [InlineData("mv parent/repo/.git other/git; echo 'gitdir: ../../other/git' > parent/repo/.git; chmod o+w other/git/HEAD", "/other/git/HEAD has mode 0646",
        "chmod go-w ")]
    [InlineData("mkdir other/objects; echo ../../../../other/objects > parent/repo/.git/objects/info/alternates; chmod 777 other/objects",
        "/other/objects has mode 0777", "chmod go-w ")]
    public void Root_uses_what_root_alone_can_write(string change, string? problem, string? command)
    {
        Shell(change);
        var why = RepositoryOwnership.WhyNot($"{folder}/parent/repo");
        Assert.Equal(problem is null, why is null);
        Assert.Contains(problem is null || problem[0] != '/' ? problem ?? "" : folder + problem, why ?? "", StringComparison.Ordinal);
        Assert.Contains(command ?? "", why ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void The_git_directory_above_the_repository_and_the_way_over_a_link_count()
    {
        Shell("mkdir parent/repo/fleet; mv parent/repo/hosts parent/repo/roles parent/repo/templates parent/repo/fleet; ln -s parent/repo/fleet way; chown -h 65534 way");
        Assert.Null(RepositoryOwnership.WhyNot($"{folder}/parent/repo/fleet"));
        Assert.Contains("/way belongs to user 65534", RepositoryOwnership.WhyNot($"{folder}/way"), StringComparison.Ordinal);
        Shell("chmod o+w parent/repo/.git/HEAD");
        Assert.Contains("/.git/HEAD has mode 0646", RepositoryOwnership.WhyNot($"{folder}/parent/repo/fleet"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_of_the_message_corrects_it()
    {
        Shell("chown -R 65534 parent; chmod -R g+w parent");
        for (var tries = 0; RepositoryOwnership.WhyNot($"{folder}/parent/repo") is { } why; tries++)
        {
            Assert.True(tries < 20, why);
            Shell(why[(why.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]);
        }
    }

    private void Shell(string script) => runner.Run(Command.Of("sh", "-ec", $"cd {folder}\n{script}")).OrThrow();
}
