using System.Text;
using Provision.Configuration.Model;
using Provision.Configuration.Templates;
using Scriban.Runtime;

namespace Provision.Configuration.Tests.Templates;

/// <summary>
/// Bounded fuzzing of parser and evaluator: nothing but a finding or a <see cref="TemplateException"/> may come out.
/// A seed that once failed stays in the list.
/// </summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{-", "-}}", "{{~", "~}}", "{%{", "}%}", "{", "}", "(", ")", "[", "]", " ", " ", " ", "\n", ";", ",", ":", ".", "?.", "..", "..<", "...",
        "+", "-", "*", "/", "//", "%", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "?!", "?", "!", "@", "^", "++", "--", "|", "|>", "=",
            "+=", "&", "#", "##",
        "if ", "else ", "else if ", "end ", "for ", "in ", "while ", "case ", "when ", "func ", "ret ", "do ", "capture ", "with ", "wrap ", "import ",
            "readonly ", "break ", "continue ", "tablerow ",
        "x", "y", "o", "l", "f", "$", "$0", "$x", "$$", "this", "null", "true", "empty", "for.index", "o.a", "l[0]", "include 'i'", "include 'j'",
            "string.upcase", "array.each @f", "array.sort", "object.to_json", "math.plus 2",
        "1", "2.5", "0x1f", "1e3", "3m", "\"a\"", "'b'", "`c`", "$\"d{x}\"", "\"\\n\"", "\"", "'", "`", "$\"", "text", "\t", "\r\n", "  ",
    ];

    /// <summary>FUZZ_SEEDS in the environment runs more.</summary>
    private static readonly int[] Seeds = [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEEDS"), out var more) ? more : 40)];

    public static TheoryData<int> AllSeeds() => new(Seeds);

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Random_pieces_do_no_harm(int seed)
    {
        var random = new Random(seed);
        var renderer = NewRenderer();
        for (var i = 0; i < 400; i++)
        {
            var text = new StringBuilder(random.Next(2) == 0 ? "{{ " : "");
            for (var n = random.Next(1, 40); n > 0; n--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            Try(renderer, text.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Broken_golden_cases_do_no_harm(int seed)
    {
        var random = new Random(seed);
        var renderer = NewRenderer();
        var texts = Directory.EnumerateFiles(Golden.GoldenCase.Folder, "*.golden").SelectMany(Golden.GoldenCase.ReadAll).Select(c => c["template"]!).ToArray();
        for (var i = 0; i < 400; i++)
        {
            Try(renderer, Break(texts[random.Next(texts.Length)], texts, random));
        }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Builtins_take_anything(int seed)
    {
        var random = new Random(seed);
        var renderer = NewRenderer();
        for (var i = 0; i < 400; i++)
        {
            var text = new StringBuilder("{{ ");
            if (random.Next(3) == 0)
            {
                text.Append(Values[random.Next(Values.Length)]).Append(' ').Append(Operations[random.Next(Operations.Length)]).Append(' ').Append(
                    Values[random.Next(Values.Length)]).Append("; ");
            }

            text.Append(Values[random.Next(Values.Length)]);
            for (var calls = random.Next(1, 3); calls > 0; calls--)
            {
                text.Append(" | ").Append(Functions[random.Next(Functions.Length)]);
                for (var n = random.Next(4); n > 0; n--)
                {
                    text.Append(' ').Append(Values[random.Next(Values.Length)]);
                }
            }

            Try(renderer, text.Append(" }}").ToString());
        }
    }

    private static readonly string[] Values =
    [
        "null", "true", "0", "1", "3", "(-1)", "2147483647", "(-2147483648)", "9223372036854775807", "1e30", "(1 << 200)", "0.5", "(-2.5)", "1.0e300",
            "(0.0 / 0)", "(1 / 0)", "1.5m", "79228162514264337593543950335m", "2.5f", "7u",
        "\"\"", "\"a\"", "\"abc def\"", "\"\\uD800\"", "\"12\"", "\"2024-02-29\"", "\"%Y-%m\"", "\"%\"", "\"(\"", "\"(a+)+$\"", "\"$9999999999\"",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaa!\"", "\"N99\"", "\"i\"", "`{\"a\":[\"\\ud800\"]}`", "\"OrdinalIgnoreCase\"", "\"99\"", "\"en\"", "\"\\n\"",
            "\"<a>&\"",
        "[]", "[1,2,3]", "[\"b\",\"a\"]", "[1,\"a\",null]", "[[1],[2]]", "{}", "{a:1,b:\"c\"}", "(1..5)", "(5..1)", "empty", "l", "o", "(l | array.reverse)",
            "(date.parse \"2024-02-29 10:11:12\")", "(date.parse \"0001-01-01\")", "(timespan.from_days 3)", "(timespan.from_days 10000000)",
        "@string.upcase", "@(do; ret $0; end)", "@(do; $0; end)", "@object.typeof",
    ];

    private static readonly string[] Operations = ["+", "-", "*", "/", "//", "%", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "?!", "..",
        "..<"];

    private static readonly string[] Functions = AllFunctions();

    private static string[] AllFunctions()
    {
        return [.. Builtins.All.Where(group => group.Value is ScriptObject).SelectMany(group => ((ScriptObject)group.Value!).Keys.Select(name =>
            $"{group.Key}.{name}"))];
    }

    private static string Break(string text, string[] others, Random random)
    {
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(6), text.Length - at);
            text = random.Next(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                2 => text.Insert(at, text.Substring(at, length)),
                _ => string.Concat(text.AsSpan(0, at), others[random.Next(others.Length)].AsSpan()),
            };
        }

        return text;
    }

    private static TemplateRenderer NewRenderer()
    {
        var renderer = new TemplateRenderer(new TemplateLimits(Loops: 200, Calls: 20, Text: 10_000, Output: 100_000) { Regex = TimeSpan.FromMilliseconds(100) })
        {
            Source = new Golden.MapSource(new Dictionary<string, string>(StringComparer.Ordinal) { ["i"] = "<{{ x }}>\n", ["j"] = "{{ include 'j' }}" }),
        };
        renderer.PushGlobal((ModelObject)Golden.JsonModel.Value("""{"x":1,"y":"two","o":{"a":[1,{"b":null}]},"l":[1,2,3]}""")!);
        return renderer;
    }

    private static void Try(TemplateRenderer renderer, string text)
    {
        try
        {
            var template = ParsedTemplate.Parse(text, "t");
            _ = template.Messages.Select(m => m.ToString()).ToArray();
            Assert.Equal(template.HasErrors, template.Messages.Count > 0);
            if (template.HasErrors)
            {
                return;
            }

            var map = new SourceMap();
            var output = renderer.Render(template, map);
            var at = 0;
            foreach (var span in map.Spans)
            {
                Assert.True(span.Start >= at && span.Length > 0, text);
                at = span.Start + span.Length;
            }

            Assert.True(at <= output.Length, text);
        }
        catch (TemplateException error)
        {
            Assert.NotEmpty(error.Diagnostic.Message);
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{error.GetType().Name} for:\n{text}\n{error}");
        }
    }
}
