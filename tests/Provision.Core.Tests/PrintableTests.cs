using System.Text;

namespace Provision.Core.Tests;

/// <summary>What a terminal would obey or hide is visible, and nothing else is changed.</summary>
public class PrintableTests
{
    [Theory]
    [InlineData("port = 25", false, "port = 25")]
    [InlineData("Größe = 25 €", false, "Größe = 25 €")]
    [InlineData("evil = yes\u001b[1A\u001b[2K", false, "evil = yes^[[1A^[[2K")]
    [InlineData("a\r", false, "a^M")]
    [InlineData("a\u0000b\u007f\u009b", false, "a^@b^?<U+009B>")]
    [InlineData("a\u202eb\u200bc\u00a0d", false, "a<U+202E>b<U+200B>c<U+00A0>d")]
    [InlineData("a\tb  ", false, "a\tb  ")]
    [InlineData("a\tb  ", true, "a→b··")]
    [InlineData("two\nlines", false, "two\nlines")]
    public void A_line_shows_what_is_in_it(string text, bool blanks, string expected) => Assert.Equal(expected, Printable.Line(text, blanks));

    [Fact]
    public void Bytes_that_are_no_text_stay_different()
    {
        Assert.Equal("caf<E9>", Printable.Line(Printable.Decode(Encoding.Latin1.GetBytes("café"))));
        Assert.NotEqual(Printable.Decode([0xE9]), Printable.Decode([0xE8]));
        Assert.Equal("café", Printable.Decode(Encoding.UTF8.GetBytes("café")));
    }
}
