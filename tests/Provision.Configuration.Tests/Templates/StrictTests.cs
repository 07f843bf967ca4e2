using Provision.Configuration.Model;
using Provision.Configuration.Templates;

namespace Provision.Configuration.Tests.Templates;

public sealed class StrictTests
{
    private static ModelObject Model() => (ModelObject)Golden.JsonModel.Value(
        """{"slot":{"name":"s1","store":null,"peers":[{"name":"a"},{"name":"b"}]},"host":{"name":"h","site":{"name":"nyi"}},"list":[1,2]}""")!;

    private static string Render(string text) => Renderer().Render(ParsedTemplate.Parse(text, "t"));

    private static TemplateRenderer Renderer(TemplateLimits? limits = null)
    {
        var renderer = new TemplateRenderer(limits ?? new TemplateLimits());
        renderer.PushGlobal(Model());
        return renderer;
    }

    [Theory]
    [InlineData("{{ slto.name }}", "t:1:4: error: the name \"slto\" is not defined (did you mean \"slot\"?)")]
    [InlineData("{{ slot.nmae }}", "t:1:9: error: \"slot\" has no member \"nmae\" (did you mean \"name\"?)")]
    [InlineData("{{ host.site.nam }}", "t:1:14: error: \"host.site\" has no member \"nam\" (did you mean \"name\"?)")]
    [InlineData("{{ slot[\"nmae\"] }}", "t:1:9: error: \"slot\" has no member \"nmae\" (did you mean \"name\"?)")]
    [InlineData("{{ list[2] }}", "t:1:9: error: index 2 is outside \"list\", which has 2 items")]
    [InlineData("{{ slot.store.name }}", "t:1:15: error: cannot read \"name\" of \"slot.store\": it is null")]
    [InlineData("{{ $1 }}", "t:1:4: error: there is no argument $1: 0 were given")]
    [InlineData("{{ $pear }}", "t:1:4: error: the variable \"$pear\" is not defined")]
    [InlineData("{{ if nope }}a{{ end }}", "t:1:7: error: the name \"nope\" is not defined")]
    [InlineData("{{ x += 1 }}", "t:1:4: error: the name \"x\" is not defined")]
    [InlineData("{{ hots \"a\" }}", "t:1:4: error: the name \"hots\" is not defined (did you mean \"host\"?)")]
    [InlineData("{{ \"a\" | string.upcas }}", "t:1:17: error: \"string\" has no member \"upcas\" (did you mean \"upcase\"?)")]
    [InlineData("{{ string.append \"a\" wit: \"b\" }}", "t:1:22: error: \"string.append\" has no parameter \"wit\" (did you mean \"with\"?)")]
    [InlineData("{{ func f(alpha); alpha; end; f alpah: 1 }}", "t:1:33: error: \"f\" has no parameter \"alpah\" (did you mean \"alpha\"?)")]
    [InlineData("{{ date.now }}", "t:1:9: error: \"date\" has no member \"now\"")]
    [InlineData("{{ math.uuid }}", "t:1:9: error: \"math\" has no member \"uuid\"")]
    [InlineData("{{ math.random 1 2 }}", "t:1:9: error: \"math\" has no member \"random\"")]
    [InlineData("{{ for.index }}", "t:1:4: error: the name \"for\" is not defined outside a loop")]
    [InlineData("{{ date.parse \"soon\" }}", "t:1:15: error: \"soon\" is not a date")]
    public void A_mistake_is_refused(string text, string message)
    {
        var error = Assert.Throws<TemplateException>(() => Render(text));
        Assert.Equal(message, error.Diagnostic.ToString());
    }

    [Theory]
    [InlineData("{{ nope ?? \"d\" }}", "d")]
    [InlineData("{{ nope.a.b ?? \"d\" }}", "d")]
    [InlineData("{{ slot.nope ?? \"d\" }}", "d")]
    [InlineData("{{ list[7] ?? \"d\" }}", "d")]
    [InlineData("{{ (slot.nope) ?? \"d\" }}", "d")]
    [InlineData("{{ slot.nope ?? host.nope ?? nope ?? \"d\" }}", "d")]
    [InlineData("{{ \"é€😀\" | object.to_json }}", "\"é€😀\"")]
    [InlineData("{{ $1 ?? \"d\" }}", "d")]
    [InlineData("{{ nope?.a }}|", "|")]
    [InlineData("{{ slot?.nope }}|", "|")]
    [InlineData("{{ slot?.nope.deeper }}|", "|")]
    [InlineData("{{ slot.store?.name }}|", "|")]
    [InlineData("{{ slot | object.has_key \"nope\" }}", "false")]
    [InlineData("{{ nope | object.has_key \"x\" }}", "false")]
    [InlineData("{{ object.has_key slot \"name\" }}", "true")]
    [InlineData("{{ nope | object.default \"d\" }}", "d")]
    [InlineData("{{ slot.nope | object.default \"d\" | string.upcase }}", "D")]
    [InlineData("{{ slot.store }}|", "|")]
    [InlineData("{{ $\"{true} {list} {1.50} {null}\" }}", "true [1, 2] 1.5 ")]
    [InlineData("{{ list[-1] }}", "2")]
    [InlineData("{{ x = 1; x += 1; x }}", "2")]
    [InlineData("{{ slot | object.to_json }}", "{\"name\":\"s1\",\"store\":null,\"peers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}")]
    [InlineData("{{ \"<é&'>\" | object.to_json }}", "\"<é&'>\"")]
    public void What_is_defined_is_allowed(string text, string output) => Assert.Equal(output, Render(text));

    [Fact]
    public void Variables_of_a_template_end_with_its_render()
    {
        var renderer = Renderer();
        Assert.Equal("5", renderer.Render(ParsedTemplate.Parse("{{ x = 5; x }}", "t")));
        var error = Assert.Throws<TemplateException>(() => renderer.Render(ParsedTemplate.Parse("{{ x }}", "t")));
        Assert.Contains("\"x\" is not defined", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ list[0] = 5 }}", "t:1:9: error: this list belongs to the model and cannot be changed")]
    [InlineData("{{ slot.name = 5 }}", "t:1:9: error: Cannot set a value for the readonly member: slot.name")]
    [InlineData("{{ string.upcase = 5 }}", "t:1:11: error: Cannot set a value for the readonly member: string.upcase")]
    public void The_model_and_the_functions_cannot_be_changed(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TemplateException>(() => Render(text)).Diagnostic.ToString());

    [Fact]
    public void The_chain_of_includes_is_shown()
    {
        var renderer = Renderer();
        renderer.Source = new Golden.MapSource(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["a"] = "x\n  {{ include 'b' }}",
            ["b"] = "{{ nope }}",
            ["c"] = "{{ 1 + }}\n{{ if }}",
        });
        string Error(string text) => Assert.Throws<TemplateException>(() => renderer.Render(ParsedTemplate.Parse(text, "main"))).Diagnostic.ToString();
        Assert.Equal("b:1:4: error: the name \"nope\" is not defined\n    a:2:6: included from here\n    main:1:4: included from here",
            Error("{{ include 'a' }}"));
        Assert.StartsWith("c:1:", Error("{{ include 'c' }}"), StringComparison.Ordinal);
        Assert.Contains("\n    main:1:4: included from here\n    c:2:", Error("{{ include 'c' }}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_loops_are_an_error_and_output_is_never_cut()
    {
        string Error(string text) =>
            Assert.Throws<TemplateException>(() => Renderer(new TemplateLimits(Loops: 10, Output: 20, Text: 15)).Render(ParsedTemplate.Parse(text,
            "t"))).Message;
        Assert.Contains("more than 10 steps", Error("{{ while true; end }}"), StringComparison.Ordinal);
        Assert.Contains("OutputLimit", Error("{{ for i in 1..9 }}0123456789{{ end }}"), StringComparison.Ordinal);
        Assert.Contains("LimitToString", Error("{{ x = \"0123456789\"; x + x }}"), StringComparison.Ordinal);
    }
}
