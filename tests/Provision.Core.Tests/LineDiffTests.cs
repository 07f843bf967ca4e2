namespace Provision.Core.Tests;

public class LineDiffTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("a\n", "a\n", "")]
    [InlineData("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n")]
    [InlineData("a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n")]
    [InlineData("a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n")]
    [InlineData("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "A\nb\nc\nd\ne\nf\ng\nh\ni\nJ\n",
        "@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n@@ -7,4 +7,4 @@\n g\n h\n i\n-j\n+J\n")]
    public void Hunks_are_those_of_diff_u(string before, string after, string expected)
    {
        var text = new System.Text.StringBuilder();
        UnifiedDiff.Write(text, UnifiedDiff.Hunks(before, after));
        Assert.Equal(expected, text.ToString());
    }

    [Fact]
    public void Every_script_rebuilds_both_texts_and_is_no_longer_than_needed()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 2000; round++)
        {
            var before = Lines(random);
            var after = Lines(random);
            var script = LineDiff.Compute(before, after);
            Assert.Equal(before, script.Where(line => line.Change != LineChange.Added).Select(line => line.Text));
            Assert.Equal(after, script.Where(line => line.Change != LineChange.Removed).Select(line => line.Text));
            Assert.Equal(before.Length + after.Length - (2 * LongestCommon(before, after)), script.Count(line => line.Change != LineChange.Same));
            foreach (var line in script)
            {
                Assert.True(line.Change == LineChange.Added || before[line.OldLine - 1] == line.Text);
                Assert.True(line.Change == LineChange.Removed || after[line.NewLine - 1] == line.Text);
            }
        }
    }

    [Fact]
    public void A_wholly_different_text_costs_bounded_work()
    {
        var before = Enumerable.Range(0, 20_000).Select(i => $"old {i}").ToList();
        var after = Enumerable.Range(0, 20_000).Select(i => $"new {i}").ToList();
        Assert.Equal(40_000, LineDiff.Compute(before, after).Count);
    }

    private static string[] Lines(Random random) => [.. Enumerable.Range(0, random.Next(12)).Select(_ => ((char)('a' + random.Next(4))).ToString())];

    private static int LongestCommon(string[] left, string[] right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                table[i, j] = left[i - 1] == right[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        return table[left.Length, right.Length];
    }

    [Theory]
    [InlineData("x = 1\ny = 2", "x = 1\ny = 2\n", "@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n\\ No newline at end of file\n+y = 2\n")]
    [InlineData("a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n")]
    [InlineData("a", "b", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n")]
    [InlineData("a", "a", "")]
    public void A_missing_line_end_is_a_difference(string before, string after, string expected)
    {
        var text = new System.Text.StringBuilder();
        UnifiedDiff.Write(text, UnifiedDiff.Hunks(before, after));
        Assert.Equal(expected, text.ToString());
    }

    [Fact]
    public void Many_other_lines_take_no_minute()
    {
        var before = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"old line {number}\n"));
        var after = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"new line {number}\n"));
        var start = Environment.TickCount64;
        Assert.Equal(40_000, UnifiedDiff.Hunks(before, after).Sum(hunk => hunk.Lines.Count));
        Assert.InRange(Environment.TickCount64 - start, 0, 20_000);
    }
}
