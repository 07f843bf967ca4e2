using Provision.Configuration.Model;
using Provision.Configuration.Templates;
using Scriban.Runtime;

namespace Provision.Configuration.Tests.Templates;

public sealed class TemplateTests
{
    [Fact]
    public void Parsing_reports_several_errors_in_the_order_of_their_positions()
    {
        var template = ParsedTemplate.Parse("{{ if a }}\n{{ x = }}\n{{ y = [1, }}\n", "p");
        Assert.True(template.HasErrors);
        Assert.Equal([1, 2, 3], template.Messages.Select(m => m.Location.Line).Distinct());
        Assert.All(template.Messages, m => Assert.Equal("p", m.Location.Path));
    }

    [Fact]
    public void A_template_is_shared_by_threads()
    {
        var template = ParsedTemplate.Parse("{{ func f(x); ret x * 2; end; for i in 1..50; f i; \" \"; end; h.name | string.upcase }}", "t");
        var model = (ModelObject)Golden.JsonModel.Value("""{"h":{"name":"x"}}""")!;
        var outputs = Enumerable.Range(0, 64).AsParallel().WithDegreeOfParallelism(4).Select(_ =>
        {
            var renderer = new TemplateRenderer(new TemplateLimits());
            renderer.PushGlobal(model);
            return renderer.Render(template);
        }).Distinct(StringComparer.Ordinal).ToArray();
        Assert.EndsWith("98 100 X", Assert.Single(outputs), StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_have_named_and_optional_parameters()
    {
        var renderer = new TemplateRenderer(new TemplateLimits());
        renderer.PushGlobal(new ScriptObject
        {
            { "pick", new TemplateFunction("list:l index:i? default:o?", c => c.Items(0)!.Cast<object>().ElementAtOrDefault(c.OptionalInteger(1) ?? 0)
                ?? c[2]) },
            { "fail", new TemplateFunction("a:o b:o?", _ => throw new ArgumentProblemException("this is wrong", 1, "try another")) },
            { "all", new TemplateFunction("first:o rest:o...", c => 1 + ((ScriptArray)c[1]!).Count) },
        });
        string Render(string text) => renderer.Render(ParsedTemplate.Parse(text, "t"));
        string Error(string text) => Assert.Throws<TemplateException>(() => Render(text)).Message;
        Assert.Equal("1", Render("{{ pick [1,2] }}"));
        Assert.Equal("2", Render("{{ [1,2] | pick 1 }}"));
        Assert.Equal("d", Render("{{ pick [1,2] default: \"d\" index: 7 }}"));
        Assert.Equal("3", Render("{{ all 1 2 3 }}"));
        Assert.Equal("t:1:11: error: this is wrong (try another)", Error("{{ fail 1 2 }}"));
        Assert.Equal("t:1:4: error: this is wrong (try another)", Error("{{ fail 1 }}"));
        Assert.StartsWith("t:1:8: error: Invalid number of arguments `0`", Error("{{ pick }}"), StringComparison.Ordinal);
        Assert.StartsWith("t:1:14: error: \"pick\" has no parameter \"indx\" (did you mean \"index\"?)", Error("{{ pick [1]  indx: 1 }}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_syntax_tree_answers_which_names_a_template_has()
    {
        var template = ParsedTemplate.Parse(
            "text with slave {{ host.name }}{{ if x; \"a\" | secret; end; slots[0][\"address\"] | array.map \"peer.master\"; # comment\n include '_a' }}", "t");
        Assert.All(["host", "name", "secret", "address", "master"], name => Assert.True(template.Names(name), name));
        Assert.All(["slave", "comment", "site"], name => Assert.False(template.Names(name), name));
        Assert.Equal(["_a"], template.Includes);
        Assert.Null(ParsedTemplate.Parse("{{ include x }}", "t").Includes);
        Assert.Null(ParsedTemplate.Parse("{{ '_a' | include }}", "t").Includes);
        Assert.Null(ParsedTemplate.Parse("{{ i = @include }}", "t").Includes);
    }

    [Fact]
    public void Included_templates_are_parsed_once()
    {
        var renderer = new TemplateRenderer(new TemplateLimits())
        {
            Source = new Golden.MapSource(new Dictionary<string,
            string>(StringComparer.Ordinal)
            { ["a"] = "<{{ $1 }}>" })
        };
        Assert.Equal("<1><2>", renderer.Render(ParsedTemplate.Parse("{{ include 'a' 1; include 'a' 2 }}", "t")));
    }

    [Fact]
    public void A_template_can_be_the_rest_of_a_file()
    {
        const string file = "---\nwhen: x > 1\n---\na {{ nope }}\n";
        var body = ParsedTemplate.Parse(file, "f", file.IndexOf("a {{", StringComparison.Ordinal));
        Assert.Equal("f:4:6: error: the name \"nope\" is not defined",
            Assert.Throws<TemplateException>(() => new TemplateRenderer(new TemplateLimits()).Render(body)).Message);
        Assert.Equal("", new TemplateRenderer(new TemplateLimits()).Render(ParsedTemplate.Parse(file, "f", file.Length)));
        Assert.Equal("f:4:7: error: the name \"nope\" is not defined",
            Assert.Throws<TemplateException>(() => new TemplateRenderer(new TemplateLimits()).Render(ParsedTemplate.Parse("---\n---\n\nabc{{ nope }}", "f",
            9))).Message);
    }

    [Fact]
    public void Expressions_return_their_value()
    {
        var renderer = new TemplateRenderer(new TemplateLimits());
        renderer.PushGlobal((ModelObject)Golden.JsonModel.Value("""{"slots":[1,2]}""")!);
        Assert.Equal(true, renderer.Evaluate(ParsedTemplate.ParseExpression("slots.size > 0", "t")));
        Assert.Equal(3, renderer.Evaluate(ParsedTemplate.ParseExpression("x = 1\nx + 2", "t")));
        Assert.Null(renderer.Evaluate(ParsedTemplate.ParseExpression("x = 1", "t")));
    }
}
