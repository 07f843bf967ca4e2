namespace Provision.Core.Tests;

/// <summary>What the sample fleet's templates give away, held as text: it is where most fleets start from.</summary>
public class SampleFleetTests
{
    [Fact]
    public void No_command_that_sudo_gives_away_takes_a_word_of_the_user()
    {
        var free = File.ReadAllLines(Path.Combine(TestRepository.Root, "templates/system/etc/sudoers.d/provision"))
            .Where(line => line.Contains("NOPASSWD:", StringComparison.Ordinal))
            .SelectMany(line => line.Split("NOPASSWD:")[1].Split(',')).Select(command => command.Trim()).ToList();
        Assert.NotEmpty(free);
        Assert.All(free, command => Assert.EndsWith(" --repo /var/lib/provision/repository", command, StringComparison.Ordinal));
        Assert.All(free, command => Assert.DoesNotContain(command, letter => letter is '*' or '?' or '[' or '!'));
    }
}
