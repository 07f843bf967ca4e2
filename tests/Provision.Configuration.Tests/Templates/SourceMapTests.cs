using Provision.Configuration.Model;
using Provision.Configuration.Templates;
using Scriban.Runtime;

namespace Provision.Configuration.Tests.Templates;

public sealed class SourceMapTests
{
    private const string ModelJson = """
        {"host":{"name":"imap21","site":"nyi"},"slots":[{"name":"s1","address":"10.0.0.1","peers":[{"name":"p1"},{"name":"p2"}]},{"name":"s2","address":"10.0.0.2","peers":[]}],"settings":{"a b":1,"quota":{"mb":5}}}
        """;

    private static (string Output, SourceMap Map) Render(string text, params (string Name, string Text)[] includes)
    {
        return Render(new SourceMap(), text, includes);
    }

    private static (string Output, SourceMap Map) Render(SourceMap map, string text, params (string Name, string Text)[] includes)
    {
        return (Renderer(includes).Render(ParsedTemplate.Parse(text, "t"), map), map);
    }

    private static TemplateRenderer Renderer(params (string Name, string Text)[] includes)
    {
        var renderer = new TemplateRenderer(new TemplateLimits())
        {
            Source = new Golden.MapSource(includes.ToDictionary(i => i.Name, i => i.Text, StringComparer.Ordinal)),
        };
        renderer.PushGlobal(new ScriptObject
        {
            ["secret"] = new TemplateFunction("name:s", call =>
            {
                call.Context.RecordRead("secret:" + call.Text(0));
                return new string("s3cr3t".AsSpan());
            }),
        });
        renderer.PushGlobal((ModelObject)Golden.JsonModel.Value(ModelJson)!);
        return renderer;
    }

    private static string Paths(string text, string piece, params (string Name, string Text)[] includes)
    {
        var (output, map) = Render(text, includes);
        var span = map.At(output.IndexOf(piece, StringComparison.Ordinal));
        Assert.NotNull(span);
        Assert.Equal(piece, output.Substring(span.Start, span.Length));
        return string.Join(' ', span.Paths);
    }

    [Theory]
    [InlineData("a {{ host.name }} b", "imap21", "host.name")]
    [InlineData("{{ host[\"name\"] }}", "imap21", "host.name")]
    [InlineData("{{ settings[\"a b\"] }}", "1", "settings[\"a b\"]")]
    [InlineData("{{ settings.quota.mb }}", "5", "settings.quota.mb")]
    [InlineData("{{ slots[1].address }}", "10.0.0.2", "slots[1].address")]
    [InlineData("{{ slots[-1].address }}", "10.0.0.2", "slots[1].address")]
    [InlineData("{{ for s in slots; s.address; \" \"; end }}", "10.0.0.2", "slots[1].address")]
    [InlineData("{{ for $s in slots; $s.address; \" \"; end }}", "10.0.0.2", "slots[1].address")]
    [InlineData("{{ for s in slots; for p in s.peers; p.name; end; end }}", "p2", "slots[0].peers[1].name")]
    [InlineData("{{ for s in slots | array.sort \"address\" | array.reverse; s.address; \" \"; end }}", "10.0.0.1", "slots[0].address")]
    [InlineData("{{ (slots | array.last).name }}", "s2", "slots slots[1].name")]
    [InlineData("{{ with host; name; end }}", "imap21", "host.name")]
    [InlineData("{{ x = host; x.name }}", "imap21", "host.name")]
    [InlineData("{{ x = host.name; x }}", "imap21", "host.name")]
    [InlineData("{{ x = host.name + \"-\" + host.site; x | string.upcase }}", "IMAP21-NYI", "host.name host.site")]
    [InlineData("{{ $\"{host.name}/{slots[0].name}\" }}", "imap21/s1", "host.name slots[0].name")]
    [InlineData("{{ host.name | string.upcase }}", "IMAP21", "host.name")]
    [InlineData("{{ capture c }}<{{ host.name }}>{{ end }}{{ c | string.upcase }}", "<IMAP21>", "host.name")]
    [InlineData("{{ func f(s); ret s.name; end; f slots[1] }}", "s2", "slots[1].name")]
    [InlineData("{{ func f; ret $0 + \"!\"; end; f host.name }}", "imap21!", "host.name")]
    [InlineData("{{ f(x) = x + 1; f settings.quota.mb }}", "6", "settings.quota.mb")]
    [InlineData("{{ secret \"imap-repl\" }}", "s3cr3t", "secret:imap-repl")]
    [InlineData("{{ x = \"pw=\" + (secret \"r\"); x | string.upcase }}", "PW=S3CR3T", "secret:r")]
    [InlineData("{{ o = {pw: (secret \"r\"), n: host.name}; o.n; \" \"; o.pw }}", "s3cr3t", "secret:r")]
    [InlineData("{{ o = {}; o.a = {}; o.a.pw = secret \"r\"; o | object.to_json }}", "{\"a\":{\"pw\":\"s3cr3t\"}}", "secret:r")]
    [InlineData("{{ l = [\"a\"]; l = l | array.add (secret \"r\"); l | array.join \",\" }}", "a,s3cr3t", "secret:r")]
    [InlineData("{{ host.name == \"x\" ? \"y\" : \"n\" }}", "n", "host.name")]
    [InlineData("{{ slots.size }}", "2", "slots.size")]
    [InlineData("{{ for q in settings.quota; q.key; end }}", "mb", "settings.quota.mb")]
    [InlineData("{{ slots | array.map \"name\" | array.join \" \" }}", "s1 s2", "slots")]
    [InlineData("{{ func f; $0; end; l = [\"a\", (secret \"r\")]; for x in l | array.each @f; end }}", "s3cr3t", "secret:r")]
    [InlineData("{{ func f; ret \"<\" + $0 + \">\"; end; l = [(secret \"r\")]; x = l | array.each @f; x | array.join \"\" }}", "<s3cr3t>", "secret:r")]
    [InlineData("{{ func f; secret \"r\"; end; capture c; f; end; c | string.upcase }}", "S3CR3T", "secret:r")]
    [InlineData("{{ func f; for s in slots; if s.name == $0; ret s; end; end; end; (f \"s2\").address }}", "10.0.0.2", "slots slots[1] slots[1].address")]
    [InlineData("{{ with {pw: (secret \"r\")}; pw; end }}", "s3cr3t", "secret:r")]
    [InlineData("{{ import {pw: (secret \"r\")}; pw }}", "s3cr3t", "secret:r")]
    [InlineData("{{ x = \"a\"; x += secret \"r\"; x }}", "as3cr3t", "secret:r")]
    [InlineData("{{ for x in [(secret \"r\")]; x; end }}", "s3cr3t", "secret:r")]
    [InlineData("{{ for x in (secret \"r\") limit:1; x; end }}", "s", "secret:r")]
    [InlineData("{{ o = {a: {b: (secret \"r\")}}; for p in o; p.value.b; end }}", "s3cr3t", "secret:r")]
    [InlineData("{{ o = {a: (secret \"r\")}; o | object.values | array.first }}", "s3cr3t", "secret:r")]
    [InlineData("{{ $x = secret \"r\"; y = $x ?? 1; y }}", "s3cr3t", "secret:r")]
    [InlineData("{{ o = {a: {}}; o[\"a\"].pw = secret \"r\"; o | object.to_json }}", "{\"a\":{\"pw\":\"s3cr3t\"}}", "secret:r")]
    [InlineData("{{ o = {a: {}}; p = o.a; p.pw = secret \"r\"; o | object.to_json }}", "{\"a\":{\"pw\":\"s3cr3t\"}}", "secret:r")]
    [InlineData("{{ o = {a: {}}; p = o.a; p.pw = secret \"r\"; o }}", "{a: {pw: \"s3cr3t\"}}", "secret:r")]
    [InlineData("{{ p = {}; l = [p]; p.pw = secret \"r\"; l | array.map \"pw\" | array.join \",\" }}", "s3cr3t", "secret:r")]
    [InlineData("{{ p = {}; l = [p]; p.pw = secret \"r\"; (l | array.first).pw }}", "s3cr3t", "secret:r")]
    [InlineData("{{ p = {}; l = [p]; p.pw = secret \"r\"; for q in l; q.pw; end }}", "s3cr3t", "secret:r")]
    [InlineData("{{ p = {}; l = [p]; p.pw = secret \"r\"; for q in l; for z in q; z.value; end; end }}", "s3cr3t", "secret:r")]
    [InlineData("{{ x = slots; x[0].name }}", "s1", "slots[0].name")]
    public void Knows_the_paths(string text, string piece, string paths) => Assert.Equal(paths, Paths(text, piece));

    [Theory]
    [InlineData("{{ func g; ret \"x\"; end; string.append (secret \"r\") g }}", "s3cr3tx")]
    [InlineData("{{ func g(a); ret a; end; string.append (secret \"r\") (g \"x\") }}", "s3cr3tx")]
    [InlineData("{{ func g(a, b); ret b + a; end; g \"x\" (secret \"r\") }}", "s3cr3tx")]
    [InlineData("{{ include 'i' s: (\"<\" + (secret \"r\")) }}", "<s3cr3t")]
    [InlineData("{{ include 'j' (\"<\" + (secret \"r\")) }}", "<s3cr3t")]
    [InlineData("{{ include_join ['k', 'k'] \"-\" }}", "s3cr3t-s3cr3t")]
    [InlineData("{{ x = include 'k'; x }}", "s3cr3t")]
    [InlineData("{{ x = 1; x += (secret \"r\").size; x }}", "7")]
    [InlineData("{{ x = (secret \"r\").size; x++; x }}", "7")]
    [InlineData("{{ (secret \"r\") == \"s3cr3t\" }}", "true")]
    [InlineData("{{ (secret \"r\")[0] }}", "s")]
    [InlineData("{{ x = secret \"r\"; x[1] + \"!\" }}", "3!")]
    [InlineData("{{ x = (secret \"r\") | string.split \"3\"; x[1] }}", "cr")]
    [InlineData("{{ for p in ((secret \"r\") | string.split \"3\"); p; break; end }}", "s")]
    [InlineData("{{ ((secret \"r\") | regex.match \"c.\")[0] }}", "cr")]
    [InlineData("{{ x = \"{\\\"a\\\":[\\\"\" + (secret \"r\") + \"\\\"]}\" | object.from_json; x.a[0] }}", "s3cr3t")]
    [InlineData("{{ o = {a: {}}; o.a.b = [(secret \"r\")]; for p in o; for q in p.value; q.value[0]; end; end }}", "s3cr3t")]
    [InlineData("{{ capture c; x = secret \"r\"; x; end; d = c; d }}", "s3cr3t")]
    [InlineData("{{ l = [(secret \"r\")]; l | array.filter @(do; ret true; end) | array.first }}", "s3cr3t")]
    [InlineData("{{ x = host.name == \"imap21\" ? (secret \"r\") : \"\"; x }}", "s3cr3t")]
    [InlineData("{{ x = null; y = x ?? (secret \"r\"); y }}", "s3cr3t")]
    [InlineData("{{ f = @secret; f \"r\" }}", "s3cr3t")]
    [InlineData("{{ [\"r\"] | array.each @secret | array.join \"\" }}", "s3cr3t")]
    [InlineData("{{ x = [(secret \"r\")] + [\"b\"]; x | array.join \"\" }}", "s3cr3tb")]
    [InlineData("{{ x = \"a\" + [(secret \"r\")]; x }}", "a[\"s3cr3t\"]")]
    [InlineData("{{ x = $\"{[(secret \"r\")]}\"; x }}", "[\"s3cr3t\"]")]
    public void Secrets_are_followed_everywhere(string text, string piece)
    {
        var (output, map) = Render(text, ("i", "{{ $s }}"), ("j", "{{ $1 }}"), ("k", "{{ secret \"r\" }}"));
        Assert.Contains(piece, output, StringComparison.Ordinal);
        Assert.Contains("secret:r", map.At(output.IndexOf(piece, StringComparison.Ordinal))!.Paths);
        Assert.Equal(Secrets(map), Secrets(Render(new SourceMap(secretsOnly: true), text, ("i", "{{ $s }}"), ("j", "{{ $1 }}"), (
            "k", "{{ secret \"r\" }}")).Map));
    }

    [Theory]
    [InlineData("{{ x = secret \"r\"; y = 1 == 1; y }}")]
    [InlineData("{{ x = (secret \"r\") == \"s3cr3t\"; y = 1 == 1; y }}")]
    [InlineData("{{ x = secret \"r\"; for s in slots; for.index; s.name; end }}")]
    [InlineData("{{ x = secret \"r\"; y = [1, 2]; y | array.join \",\"; y.size; y[0] }}")]
    [InlineData("{{ x = secret \"r\"; x = host.name; x }}")]
    [InlineData("{{ o = {a: (secret \"r\"), b: \"x\"}; o.b }}")]
    [InlineData("{{ x = secret \"r\"; func f(a); ret a; end; f \"y\"; f host.name }}")]
    public void What_is_not_secret_is_not_masked(string text)
    {
        var (output, map) = Render(text);
        Assert.NotEmpty(output);
        Assert.All(map.Spans, span => Assert.DoesNotContain("secret:r", span.Paths));
        Assert.Empty(Secrets(Render(new SourceMap(secretsOnly: true), text).Map));
    }

    private static IEnumerable<(int, int)> Secrets(SourceMap map) => map.Spans.Where(span => span.Paths.Contains("secret:r")).Select(span => (
        span.Start, span.Length));

    [Fact]
    public void Arguments_of_includes_keep_their_paths()
    {
        Assert.Equal("slots[1].name", Paths("{{ include 'i' slots[1] }}", "s2", ("i", "<{{ $1.name }}>")));
        Assert.Equal("slots[1].name", Paths("{{ include 'i' s: slots[1] }}", "s2", ("i", "<{{ $s.name }}>")));
        Assert.Equal("slots[1].name", Paths("{{ include 'i' s: slots[1] }}", "s2", ("i", "<{{ $.s.name }}>")));
        Assert.Equal("host.name", Paths("{{ include 'i' s: host.name }}", "imap21", ("i", "<{{ $s }}>")));
        Assert.Equal("host.name", Paths("{{ include 'i' | string.upcase }}", "<IMAP21>", ("i", "<{{ host.name }}>")));
    }

    [Fact]
    public void Includes_keep_their_own_spans_and_name_their_callers()
    {
        var (output, map) = Render("a:\n  {{ include 'i' }}\nz", ("i", "n: {{ host.name }}\nm: {{ host.site }}\n"));
        Assert.Equal("a:\n  n: imap21\n  m: nyi\n\nz", output);
        var span = map.At(output.IndexOf("nyi", StringComparison.Ordinal))!;
        Assert.Equal("i:2:7", span.Location.ToString());
        Assert.Equal("t:2:6", Assert.Single(span.IncludeChain).ToString());
        Assert.Equal("host.site", Assert.Single(span.Paths));
        var text = map.At(output.IndexOf("m: ", StringComparison.Ordinal))!;
        Assert.Equal("i:1:19", text.Location.ToString());
        Assert.Empty(text.Paths);
    }

    [Fact]
    public void The_same_include_from_two_places_has_two_chains()
    {
        var (output, map) = Render("{{ include 'a' }}\n{{ include 'a' }}", ("a", "{{ include 'b' }}"), ("b", "{{ host.name }}"));
        Assert.Equal("t:1:4 a:1:4", string.Join(' ', map.At(0)!.IncludeChain));
        Assert.Equal("t:2:4 a:1:4", string.Join(' ', map.At(output.Length - 1)!.IncludeChain));
    }

    [Fact]
    public void Spans_are_in_order_and_cover_all_but_indents()
    {
        var (output, map) = Render("x\n  {{ for s in slots }}\n- {{ s.name }}\n{{ end }}{{ include 'i' }}", ("i", "1\n 2\n"));
        var at = 0;
        foreach (var span in map.Spans)
        {
            Assert.True(span.Start >= at);
            Assert.Equal("", output[at..span.Start].Trim(' '));
            at = span.Start + span.Length;
        }

        Assert.Equal(output.Length, at);
    }

    [Fact]
    public void Without_a_map_nothing_is_recorded_and_the_output_is_the_same()
    {
        const string text = "x\n  {{ for s in slots }}\n- {{ s.name }}{{ capture c; s.address; end; c }}\n{{ end }}";
        var (output, _) = Render(text);
        Assert.Equal(output, Renderer().Render(ParsedTemplate.Parse(text, "t")));
    }
}
