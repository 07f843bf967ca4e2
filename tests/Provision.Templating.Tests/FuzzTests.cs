using System.Text;

namespace Provision.Templating.Tests;

/// <summary>
/// Bounded fuzzing of parser and evaluator: nothing but a finding or a <see cref="ScriptRuntimeException"/> may come out.
/// A seed that once failed stays in the list.
/// </summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{-", "-}}", "{{~", "~}}", "{%{", "}%}", "{", "}", "(", ")", "[", "]", " ", " ", " ", "\n", ";", ",", ":", ".", "?.", "..", "..<", "...",
        "+", "-", "*", "/", "//", "%", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "?!", "?", "!", "@", "^", "++", "--", "|", "|>", "=", "+=", "&", "#", "##",
        "if ", "else ", "else if ", "end ", "for ", "in ", "while ", "case ", "when ", "func ", "ret ", "do ", "capture ", "with ", "wrap ", "import ", "readonly ", "break ", "continue ", "tablerow ",
        "x", "y", "o", "l", "f", "$", "$0", "$x", "$$", "this", "null", "true", "empty", "for.index", "o.a", "l[0]", "include 'i'", "include 'j'", "string.upcase", "array.each @f", "array.sort", "object.to_json", "math.plus 2",
        "1", "2.5", "0x1f", "1e3", "3m", "\"a\"", "'b'", "`c`", "$\"d{x}\"", "\"\\n\"", "\"", "'", "`", "$\"", "text", "\t", "\r\n", "  ",
    ];

    private static readonly int[] Seeds = [.. Enumerable.Range(1, 40)];

    public static TheoryData<int> AllSeeds() => new(Seeds);

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Random_pieces_do_no_harm(int seed)
    {
        var random = new Random(seed);
        var context = NewContext();
        for (var i = 0; i < 400; i++)
        {
            var text = new StringBuilder(random.Next(2) == 0 ? "{{ " : "");
            for (var n = random.Next(1, 40); n > 0; n--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            Try(context, text.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Broken_golden_cases_do_no_harm(int seed)
    {
        var random = new Random(seed);
        var context = NewContext();
        var texts = Directory.EnumerateFiles(Golden.GoldenCase.Folder, "*.golden").SelectMany(Golden.GoldenCase.ReadAll).Select(c => c["template"]!).ToArray();
        for (var i = 0; i < 400; i++)
        {
            Try(context, Break(texts[random.Next(texts.Length)], texts, random));
        }
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

    private static TemplateContext NewContext() => new()
    {
        LoopLimit = 200,
        RecursiveLimit = 20,
        LimitToString = 10_000,
        OutputLimit = 100_000,
        RegexTimeOut = TimeSpan.FromMilliseconds(100),
        SourceMap = new SourceMap(),
        TemplateLoader = new Golden.MapLoader(new Dictionary<string, string>(StringComparer.Ordinal) { ["i"] = "<{{ x }}>\n", ["j"] = "{{ include 'j' }}" }),
    };

    private static void Try(TemplateContext context, string text)
    {
        try
        {
            var template = Template.Parse(text);
            Assert.Equal(template.HasErrors, template.Messages.Count > 0);
            if (template.HasErrors)
            {
                return;
            }

            context.Reset();
            context.PushGlobal((ScriptObject)Golden.Json.Value("""{"x":1,"y":"two","o":{"a":[1,{"b":null}]},"l":[1,2,3]}""")!);
            var output = template.Render(context);
            var at = 0;
            foreach (var span in context.SourceMap!.Spans)
            {
                Assert.True(span.Start >= at && span.Length > 0, text);
                at = span.Start + span.Length;
            }

            Assert.True(at <= output.Length, text);
        }
        catch (ScriptRuntimeException error)
        {
            Assert.NotEmpty(error.OriginalMessage);
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{error.GetType().Name} for:\n{text}\n{error}");
        }
    }
}
