namespace Provision.Core.Tests;

public class ShellTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("it's")]
    [InlineData("$(id) `id` \\ \" * ~ #")]
    [InlineData("two\nlines")]
    public void A_shell_takes_a_quoted_word_as_it_is(string word)
    {
        foreach (var quoted in new[] { Shell.Quote(word), Shell.Show(word) })
        {
            Assert.Equal(word, new ProcessRunner().Run(Command.Of("sh", "-c", $"printf %s {quoted}")).Text);
        }
    }

    [Theory]
    [InlineData("/dev/sda1", "/dev/sda1")]
    [InlineData("a b", "'a b'")]
    [InlineData("", "''")]
    public void A_word_is_shown_with_quotes_only_if_it_needs_them(string word, string shown) => Assert.Equal(shown, Shell.Show(word));
}
