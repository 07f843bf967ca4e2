namespace Provision.Core.Tests;

public class PositionTests
{
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(2, 1, 3)]
    [InlineData(3, 2, 1)]
    [InlineData(7, 3, 2)]
    [InlineData(99, 3, 3)]
    public void Offsets_become_lines_and_columns(int offset, int line, int column) =>
        Assert.Equal(new Location("f", line, column), new SourceText("f", "ab\ncd\nef").LocationOf(offset));

    [Fact]
    public void Diagnostics_are_shown_in_order_with_their_second_places()
    {
        var bag = new DiagnosticBag();
        bag.Error(new Location("b.yaml", 2, 1), "second");
        bag.Add(Diagnostic.Error(new Location("a.yaml", 10, 3), "the host \"imap33\" is defined twice", "remove one") with
        {
            Related = [new RelatedLocation(new Location("b.yaml", 4, 3), "the other one")],
        });
        Assert.True(bag.HasErrors);
        Assert.Equal(
            ["a.yaml:10:3: error: the host \"imap33\" is defined twice (remove one)\n    b.yaml:4:3: the other one", "b.yaml:2:1: error: second"],
            bag.InOrder().Select(found => found.ToString()));
    }
}
