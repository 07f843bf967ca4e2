using System.Text;

namespace Provision.Templating.Tests;

public sealed class ApiTests
{
    [Fact]
    public void Parsing_gives_all_mistakes_in_the_order_of_places()
    {
        var template = Template.Parse("{{ if a }}\n{{ x = }}\n{{ y = [1, }}\n{{ 1 + }}\n", "p");
        Assert.True(template.HasErrors);
        Assert.Equal([(1, 4), (2, 8), (3, 12), (4, 8)], template.Messages.Select(m => (m.Location.Line, m.Location.Column)));
        Assert.Throws<InvalidOperationException>(() => template.Render(new TemplateContext()));
    }

    [Fact]
    public void Renders_to_builders_and_writers()
    {
        var template = Template.Parse("a{{ 1 + 1 }}");
        var context = new TemplateContext();
        var builder = new StringBuilder("<");
        template.Render(context, builder);
        Assert.Equal("<a2", builder.ToString());
        using var writer = new StringWriter();
        template.Render(context, writer);
        Assert.Equal("a2", writer.ToString());
    }

    [Fact]
    public void A_context_is_used_for_one_model_after_the_other()
    {
        var template = Template.Parse("{{ name }}{{ n = (n ?? 0) + 1; n }}");
        var context = new TemplateContext();
        foreach (var name in new[] { "a", "b", "c" })
        {
            context.Reset();
            context.PushGlobal(new ScriptObject { { "name", name } });
            Assert.Equal(name + "1", template.Render(context));
        }
    }

    [Fact]
    public void A_template_is_shared_by_threads()
    {
        var template = Template.Parse("{{ func f(x); ret x * 2; end; for i in 1..50; f i; \" \"; end; h.name | string.upcase }}");
        var model = new ScriptObject { { "h", new ScriptObject { { "name", "x" } }.Freeze() } }.Freeze();
        var outputs = Enumerable.Range(0, 64).AsParallel().WithDegreeOfParallelism(4).Select(_ =>
        {
            var context = new TemplateContext();
            context.PushGlobal(model);
            return template.Render(context);
        }).Distinct(StringComparer.Ordinal).ToArray();
        Assert.EndsWith("98 100 X", Assert.Single(outputs), StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_functions_have_named_and_optional_parameters()
    {
        var context = new TemplateContext(TemplateMode.Strict);
        context.PushGlobal(new ScriptObject
        {
            { "pick", new DelegateFunction("pick", "list index? default?", (_, a) => a.Sequence(0)!.ElementAtOrDefault(a.Integer(1)) ?? a[2]) },
            { "fail", new DelegateFunction("fail", "a b?", (_, _) => throw new ScriptArgumentException("this is wrong", 1, "try another")) },
            { "all", new DelegateFunction("all", "first ...", (_, a) => a.Count) },
            { "twice", new DelegateFunction("twice", "f", (c, a) => c.ObjectToString(c.Invoke(a.Function(0)!, 1)) + c.ObjectToString(c.Invoke(a.Function(0)!, 2))) },
        });
        string Render(string text) => Template.Parse(text, "t").Render(context);
        Assert.Equal("1", Render("{{ pick [1,2] }}"));
        Assert.Equal("2", Render("{{ [1,2] | pick 1 }}"));
        Assert.Equal("d", Render("{{ pick [1,2] default: \"d\" index: 7 }}"));
        Assert.Equal("3", Render("{{ all 1 2 3 }}"));
        Assert.Equal("24", Render("{{ func f(x); ret x * 2; end; twice @f }}"));
        Assert.Equal("t:1:11: error: this is wrong (try another)", Assert.Throws<ScriptRuntimeException>(() => Render("{{ fail 1 2 }}")).Message);
        Assert.Equal("t:1:4: error: this is wrong (try another)", Assert.Throws<ScriptRuntimeException>(() => Render("{{ fail 1 }}")).Message);
        Assert.Equal("t:1:8: error: \"pick\" needs 1 to 3 arguments, but none were given", Assert.Throws<ScriptRuntimeException>(() => Render("{{ pick }}")).Message);
    }

    [Fact]
    public void Says_which_names_a_template_speaks_of()
    {
        var template = Template.Parse("{{ host.name }}{{ if x; \"a\" | secret; end; slots[0][\"address\"]; string.upcase y }}");
        Assert.True(template.ReadsMember("host") && template.ReadsMember("name") && template.ReadsMember("host.name") && template.ReadsMember("address"));
        Assert.True(template.CallsFunction("secret") && template.CallsFunction("string.upcase"));
        Assert.False(template.ReadsMember("site") || template.CallsFunction("string.downcase"));
    }

    [Fact]
    public void Models_can_be_any_object_that_answers_by_name()
    {
        var context = new TemplateContext(TemplateMode.Strict);
        context.PushGlobal(new Point(3, 4));
        Assert.Equal("3,4,[1, 2],a1 b2 ", Template.Parse("{{ x }},{{ y }},{{ list }},{{ for p in map; p.key; p.value; \" \"; end }}").Render(context));
        Assert.Equal("7", Template.Parse("{{ x = 7; x }}").Render(context));
        Assert.Equal("3", Template.Parse("{{ x }}").Render(context));
    }

    [Fact]
    public void Loaders_can_give_parsed_templates()
    {
        var loader = new ParsedLoader();
        for (var i = 0; i < 3; i++)
        {
            var context = new TemplateContext { TemplateLoader = loader };
            Assert.Equal("<1><2>", Template.Parse("{{ include 'a' 1; include 'a' 2 }}").Render(context));
        }

        Assert.Equal(1, loader.Parsed);
    }

    [Fact]
    public void The_narrow_face_renders_and_collects_errors()
    {
        ITemplateEngine engine = new TemplateEngine();
        var map = new SourceMap();
        var request = new RenderRequest { Globals = [new ScriptObject { { "a", 1 } }], SourceMap = map };
        Assert.Equal("1", engine.Render(engine.Parse("{{ a }}", "t"), request).Output);
        Assert.Equal("a", Assert.Single(Assert.Single(map.Spans).Paths));
        Assert.Equal("t:1:4: error: the name \"other\" is not defined", Assert.Single(engine.Render(engine.Parse("{{ other }}", "t"), request).Errors).ToString());
        Assert.Equal("t:1:6: error: an expression is missing before \"}}\"", Assert.Single(engine.Render(engine.Parse("{{ ( }}", "t"), request).Errors).ToString());
    }

    [Fact]
    public void A_template_can_be_a_part_of_a_file()
    {
        const string file = "---\npath: /etc/{{ name }}.conf\nwhen: x > 1\n---\na {{ nope }}\n";
        var context = new TemplateContext(TemplateMode.Strict);
        context.PushGlobal(new ScriptObject { { "name", "n" }, { "x", 2 } });
        Template Part(string from, string to, ScriptMode mode = ScriptMode.Default)
        {
            var start = file.IndexOf(from, StringComparison.Ordinal);
            return Template.Parse(file, "f", lexerOptions: new LexerOptions { Mode = mode, StartOffset = start, EndOffset = file.IndexOf(to, start, StringComparison.Ordinal) });
        }

        Assert.Equal("/etc/n.conf", Part("/etc", "\nwhen").Render(context));
        Assert.Equal(true, Part("x >", "\n---", ScriptMode.ScriptOnly).Evaluate(context));
        var body = Template.Parse(file, "f", lexerOptions: new LexerOptions { StartOffset = file.IndexOf("a {{", StringComparison.Ordinal) });
        Assert.Equal("f:5:6: error: the name \"nope\" is not defined", Assert.Throws<ScriptRuntimeException>(() => body.Render(context)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Template.Parse("a", lexerOptions: new LexerOptions { StartOffset = 2 }));
    }

    [Fact]
    public void Evaluating_gives_the_last_value()
    {
        var context = new TemplateContext();
        context.PushGlobal(new ScriptObject { { "slots", new ScriptArray([1, 2]) } });
        var script = new LexerOptions { Mode = ScriptMode.ScriptOnly };
        Assert.Equal(true, Template.Parse("slots.size > 0", lexerOptions: script).Evaluate(context));
        Assert.Equal(3, Template.Parse("x = 1\nx + 2", lexerOptions: script).Evaluate(context));
        Assert.Null(Template.Parse("x = 1", lexerOptions: script).Evaluate(context));
    }

    private sealed class Point(int x, int y) : IScriptObject
    {
        public IEnumerable<string> Keys => ["x", "y", "list", "map"];

        public bool TryGetValue(string name, out object? value)
        {
            value = name switch
            {
                "x" => x,
                "y" => y,
                "list" => new List<object?> { 1, 2 },
                "map" => new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 1, ["b"] = 2 },
                _ => null,
            };
            return value is not null;
        }
    }

    private sealed class ParsedLoader : ITemplateLoader
    {
        private readonly Dictionary<string, Template> known = new(StringComparer.Ordinal);

        public int Parsed => known.Count;

        public string? GetPath(TemplateContext context, Location callerLocation, string templateName) => templateName;

        public string? Load(TemplateContext context, Location callerLocation, string templatePath) => "<{{ $1 }}>";

        public Template? LoadTemplate(TemplateContext context, Location callerLocation, string templatePath)
        {
            if (!known.TryGetValue(templatePath, out var template))
            {
                known[templatePath] = template = Template.Parse(Load(context, callerLocation, templatePath)!, templatePath);
            }

            return template;
        }
    }
}
