namespace Provision.Configuration.Tests;

/// <summary>Wrong heads of templates, one row each, with the exact message.</summary>
public sealed class HeadTests : IDisposable
{
    private readonly SmallFleet fleet = new();

    public void Dispose() => fleet.Dispose();

    [Theory]
    [InlineData("unti: web.service", ":2:1: error: unknown key \"unti\" in a template's head (did you mean \"unit\"?)")]
    [InlineData("mode: \"0999\"", ":2:7: error: \"0999\" is no file mode (three or four octal digits, such as \"0640\")")]
    [InlineData("owner: \"a:b:c\"", ":2:8: error: an owner is written user:group")]
    [InlineData("on_change: [{ do: rstart }]", ":2:19: error: \"rstart\" is nothing that can be done to a unit (did you mean \"restart\"?)")]
    [InlineData("on_change: [{ match: '(', do: none }]", ":2:22: error: \"(\" is no regular expression: Invalid pattern '(' at offset 1. Not enough )'s.")]
    [InlineData("silent: perhaps", ":2:9: error: true or false is expected here, not text")]
    [InlineData("order: first", ":2:8: error: a whole number is expected here")]
    [InlineData("as: a-b", ":2:5: error: \"a-b\" is no name that a template can use (letters, digits and underscores)")]
    [InlineData("each: settings.nmaes", ":2:7: error: \"settings\" has no member \"nmaes\" (did you mean \"names\"?)")]
    [InlineData("each: settings.workers", ":2:7: error: \"settings.workers\" gives no list to make one file of each element")]
    [InlineData("path: /etc/{{ slto.name }}", ":2:7: error: the name \"slto\" is not defined")]
    [InlineData("unit: \"{{ host.nmae }}.service\"", ":2:7: error: \"host\" has no member \"nmae\" (did you mean \"name\"?)")]
    public void A_wrong_head_is_an_error_at_its_place(string head, string expected)
    {
        fleet.Template("etc/web.conf", head, "text\n");
        var (desired, problems) = fleet.Render();
        Assert.Null(desired);
        Assert.StartsWith("templates/web/etc/web.conf" + expected, problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_without_an_end_points_at_its_begin()
    {
        fleet.Write("templates/web/etc/web.conf", "---\nmode: \"0644\"\ntext\n");
        Assert.Contains(fleet.Render().Problems, problem => problem.ToString().StartsWith("templates/web/etc/web.conf:1:1: error: the head that begins here has no closing ---", StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_of_all_templates_are_told_at_once()
    {
        fleet.Template("etc/a.conf", "mode: \"0644\"", "{{ if }}\n");
        fleet.Template("etc/b.conf", "mode: \"0644\"", "{{ nope }}\n");
        fleet.Template("etc/c.conf", "mdoe: \"0644\"", "text\n");
        var paths = fleet.Render().Problems.Select(problem => problem.Location.Path).Distinct();
        Assert.Equal(["templates/web/etc/a.conf", "templates/web/etc/b.conf", "templates/web/etc/c.conf"], paths);
    }

    [Fact]
    public void An_endless_loop_in_a_template_is_an_error()
    {
        fleet.Template("etc/web.conf", "mode: \"0644\"", "{{ while true; end }}\n");
        Assert.StartsWith("templates/web/etc/web.conf:4:", fleet.Render().Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_include_cannot_reach_other_files()
    {
        fleet.Write("secret", "outside");
        fleet.Template("etc/web.conf", "mode: \"0644\"", "{{ include '_../../../../secret' }}\n");
        Assert.NotEmpty(fleet.Render().Problems);
    }

    [Fact]
    public void A_template_that_is_not_utf8_is_an_error_with_its_line()
    {
        File.WriteAllBytes(Path.Combine(fleet.Repository, "templates/web/etc/web.conf"), [.. "one\ntwo "u8, 0xff, .. "\n"u8]);
        Assert.Equal("templates/web/etc/web.conf:2: error: this file is not UTF-8", fleet.Render().Problems[0].ToString());
    }
}
