using System.Diagnostics;
using System.Text;
using Provision.Configuration.Model;
using Provision.Configuration.Templates;

namespace Provision.Configuration.Tests.Templates;

/// <summary>Templates that mean harm get a clear error in bounded time and memory, never a stack overflow.</summary>
public sealed class HostileTests
{
    private const int Deep = 100_000;

    public static TheoryData<string, string> Deeply() => new()
    {
        { "parentheses", "{{ " + Many("(") + "1" + Many(")") + " }}" },
        { "open parentheses", "{{ " + Many("(") },
        { "arrays", "{{ " + Many("[") + Many("]") + " }}" },
        { "objects", "{{ " + Many("{a:") + "1" + Many("}") + " }}" },
        { "not", "{{ " + Many("!") + "1 }}" },
        { "minus", "{{ " + Many("- ") + "1 }}" },
        { "aliases", "{{ " + Many("@") + "x }}" },
        { "sums", "{{ 1" + Many("+1") + " }}" },
        { "powers to the right", "{{ 1" + Many(" ?? (1") + Many(")") + " }}" },
        { "members", "{{ a" + Many(".a") + " }}" },
        { "indexes", "{{ a" + Many("[0]") + " }}" },
        { "nested indexes", "{{ a" + Many("[a") + Many("]") + " }}" },
        { "calls", "{{ f" + Many("()") + " }}" },
        { "nested calls", "{{ " + Many("f(") + "1" + Many(")") + " }}" },
        { "pipes", "{{ 1" + Many(" | f") + " }}" },
        { "conditions", "{{ " + Many("a ? ") + "1" + Many(" : 2") + " }}" },
        { "chained conditions", "{{ " + Many("a ? b : ") + "1 }}" },
        { "interpolations", "{{ " + Many("$\"{") + "1" + Many("}\"") + " }}" },
        { "ifs", Many("{{ if true }}") + Many("{{ end }}") },
        { "open ifs", Many("{{ if true }}") },
        { "whiles", "{{ " + Many("while true;") + " }}" },
        { "functions", "{{ " + Many("func f;") + Many("end;") + " }}" },
        { "blocks", "{{ x = " + Many("do;") + Many("end;") + " }}" },
        { "cases", "{{ " + Many("case 1;when 1;") + Many("end;") + " }}" },
        { "increments", "{{ a" + Many("++") + " }}" },
        { "ends", Many("{{ end }}") },
        { "elses", "{{ if a }}" + Many("{{ else }}") + "{{ end }}" },
    };

    [Theory]
    [MemberData(nameof(Deeply))]
    public void Deep_nesting_is_an_error(string what, string text)
    {
        var watch = Stopwatch.StartNew();
        var template = ParsedTemplate.Parse(text, "t");
        Assert.True(template.HasErrors, what);
        Assert.InRange(template.Messages.Count, 1, 101);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"{what} took {watch.Elapsed}");
    }

    [Fact]
    public void Chains_are_fine_up_to_the_depth_of_the_parser_and_an_error_beyond()
    {
        static string Ifs(int count) => "{{ if false }}" + string.Concat(Enumerable.Repeat("{{ else if false }}", count)) + "{{ else }}x{{ end }}";
        Assert.Equal("x", Render(Ifs(200)));
        Assert.Contains("depth limit", ParsedTemplate.Parse(Ifs(20_000), "t").Messages[0].Message, StringComparison.Ordinal);
        Assert.Equal("201", Render("{{ 1" + string.Concat(Enumerable.Repeat("+1", 200)) + " }}"));
    }

    /// <summary>The package makes these lazy: read at last, they would overflow the stack or never end.</summary>
    [Theory]
    [InlineData("{{ x = []; for i in 1..60; x = x | array.concat x; end; x | array.size }}", "0")]
    [InlineData("{{ x = [1]; for i in 1..200000; x = x | array.reverse; end; x }}", "[1]")]
    [InlineData("{{ x = [1]; for i in 1..200000; x = x | array.map \"a\"; end; x.size }}", "0")]
    [InlineData("{{ x = [1]; for i in 1..200000; x = x | array.concat []; end; x }}", "[1]")]
    [InlineData("{{ x = [1]; for i in 1..200000; x = x | array.each @(do; ret $0; end); end; x }}", "[1]")]
    [InlineData("{{ x = [1]; for i in 1..200000; x = x + []; end; x }}", "[1]")]
    [InlineData("{{ x = [1]; for i in 1..200000; x += []; end; x }}", "[1]")]
    public void Sequences_of_sequences_are_computed_at_once(string text, string output) => Assert.Equal(output, Render(text));

    [Theory]
    [InlineData("{{ for i in 1..50000000; end }}")]
    [InlineData("{{ x = 1..50000000; x.size }}")]
    [InlineData("{{ [0] * 50000000 }}")]
    [InlineData("{{ \"aaaaaaaaaa\" * 50000000 }}")]
    [InlineData("{{ \"a\" | string.pad_left 2000000000 }}")]
    [InlineData("{{ x = []; x[50000000] = 1 }}")]
    [InlineData("{{ [] | array.insert_at 50000000 1 }}")]
    [InlineData("{{ while true; end }}")]
    [InlineData("{{ while true }}0123456789{{ end }}")]
    [InlineData("{{ x = \"aaaa\"; while true; x = x + x; end }}")]
    [InlineData("{{ x = [1]; while true; x = x + x; end }}")]
    [InlineData("{{ x = [1]; while true; x += x; end }}")]
    [InlineData("{{ x = [1]; while true; x = x | array.concat x; x | array.size; end }}")]
    [InlineData("{{ x = [1]; for i in 1..60; x = x | array.concat x; end; x | array.size }}")]
    [InlineData("{{ x = [1]; for i in 1..200000; x = [x]; end; x }}")]
    [InlineData("{{ x = {}; x.x = x; x }}")]
    [InlineData("{{ x = {}; x.x = x; x | object.to_json }}")]
    [InlineData("{{ x = []; x[0] = x; y = []; y[0] = y; x == y }}")]
    [InlineData("{{ x = []; x[0] = x; x | array.join \",\" }}")]
    [InlineData("{{ func f; f; end; f }}")]
    [InlineData("{{ func f; ret (f 1) + 1; end; f 1 }}")]
    [InlineData("{{ f(x) = f(x); f 1 }}")]
    [InlineData("{{ func f; [1,2] | array.each @f; end; f }}")]
    [InlineData("{{ include 'self' }}")]
    [InlineData("{{ include 'ping' }}")]
    [InlineData("{{ x = 2; while true; x = x * x; end }}")]
    [InlineData("{{ 1 << 1000000000000 }}")]
    [InlineData("{{ 1.5 | math.format \"F999999999\" }}")]
    [InlineData("{{ \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | regex.match `^(a+)+$` }}")]
    [InlineData("{{ (\"a\" * 100000) | regex.replace \"a\" (\"b\" * 100000) }}")]
    [InlineData("{{ (\"a\" * 100000) | string.replace \"a\" (\"b\" * 100000) }}")]
    [InlineData("{{ (\"[\" * 100000) | object.from_json }}")]
    public void Greed_is_an_error(string text)
    {
        Greedy(text, map: false);
        Greedy(text, map: true);
    }

    private static void Greedy(string text, bool map)
    {
        var renderer = new TemplateRenderer(new TemplateLimits(Output: 1 << 20) { Regex = TimeSpan.FromMilliseconds(200) })
        {
            Source = new Golden.MapSource(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["self"] = "{{ include 'self' }}",
                ["ping"] = "{{ include 'pong' }}",
                ["pong"] = "{{ x = include 'ping'; x }}",
            }),
        };
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<TemplateException>(() => renderer.Render(ParsedTemplate.Parse(text, "t"), map ? new SourceMap() : null));
        Assert.NotEmpty(error.Diagnostic.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"took {watch.Elapsed}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    [Fact]
    public void Recursion_without_a_limit_ends_before_the_stack_does()
    {
        var error = default(TemplateException);
        var thread = new Thread(
            () =>
            {
                var deep = string.Concat(Enumerable.Repeat("(", 100)) + "f(x) + 1" + string.Concat(Enumerable.Repeat(")", 100));
                error = Assert.Throws<TemplateException>(() => Render("{{ f(x) = " + deep + "; f 1 }}", new TemplateLimits(Calls: 0)));
            },
            1 << 20);
        thread.Start();
        thread.Join();
        Assert.Contains("stack", error!.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_renderer_is_as_new_after_an_error()
    {
        var renderer = new TemplateRenderer(new TemplateLimits());
        var bad = ParsedTemplate.Parse("{{ with {a:1}; for i in 1..3; func f(x); capture c; nope.a; end; end; f 1; end; end }}", "t");
        var good = ParsedTemplate.Parse("{{ for i in 1..2; i; end; a ?? ''; i ?? '' }}|", "t");
        for (var i = 0; i < 3; i++)
        {
            Assert.Throws<TemplateException>(() => renderer.Render(bad));
            Assert.Equal("12|", renderer.Render(good));
        }
    }

    private static string Render(string text, TemplateLimits? limits = null) =>
        new TemplateRenderer(limits ?? new TemplateLimits()).Render(ParsedTemplate.Parse(text, "t"));

    private static string Many(string text) => new StringBuilder(text.Length * Deep).Insert(0, text, Deep).ToString();
}
