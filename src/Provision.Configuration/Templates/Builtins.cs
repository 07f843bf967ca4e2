using System.Collections;
using System.Globalization;
using Provision.Configuration.Model;
using Scriban.Functions;
using Scriban.Runtime;

namespace Provision.Configuration.Templates;

/// <summary>The functions that templates may call, each listed explicitly: with an import by reflection, trimming would silently remove some. The clock,
/// randomness and the evaluation of texts are omitted.</summary>
internal static class Builtins
{
    private const string DateFormat = "%d %b %Y";
    private static readonly Lazy<DateTimeFunctions> DateWriter = new();
    private static readonly IncludeFunction Include = new();
    private static readonly IncludeJoinFunction IncludeJoin = new();

    /// <summary>All functions, the lowest globals of every render.</summary>
    public static ScriptObject All { get; } = new FunctionGroup()
        .Value("array", Arrays()).Value("date", Dates()).Value("math", Numbers()).Value("object", Objects()).Value("string", Texts())
        .Value("html", new FunctionGroup()
            .Text("escape", HtmlFunctions.Escape).Text("newline_to_br", HtmlFunctions.NewlineToBr).Text("strip", HtmlFunctions.Strip)
            .Text("url_encode", HtmlFunctions.UrlEncode).Text("url_escape", HtmlFunctions.UrlEscape).Closed())
        .Value("regex", new FunctionGroup()
            .Add("escape", "pattern:s", static c => RegexFunctions.Escape(c.Needed(0)))
            .Add("unescape", "pattern:s", static c => RegexFunctions.Unescape(c.Needed(0)))
            .Add("match", "text:s pattern:s options:s?", static c => RegexFunctions.Match(c.Context, c.Needed(0), c.Needed(1), c.Text(2)))
            .Add("matches", "text:s pattern:s options:s?", static c => RegexFunctions.Matches(c.Context, c.Needed(0), c.Needed(1), c.Text(2)))
            .Add("replace", "text:s pattern:s replace:s options:s?",
                static c => RegexFunctions.Replace(c.Context, c.Needed(0), c.Needed(1), c.Needed(2), c.Text(3)))
            .Add("split", "text:s pattern:s options:s?", static c => RegexFunctions.Split(c.Context, c.Needed(0), c.Needed(1), c.Text(2))).Closed())
        .Value("timespan", new FunctionGroup()
            .Number("from_days", "days", TimeSpanFunctions.FromDays).Number("from_hours", "hours", TimeSpanFunctions.FromHours)
            .Number("from_minutes", "minutes", TimeSpanFunctions.FromMinutes)
            .Number("from_seconds", "seconds", TimeSpanFunctions.FromSeconds).Number("from_milliseconds", "millis", TimeSpanFunctions.FromMilliseconds)
            .Add("parse", "text:s", static c => TimeSpanFunctions.Parse(c.Needed(0))).Value("zero", TimeSpan.Zero).Closed())
        .Add("include", "*", static c => c.Context.Include(c, Include)).Add("include_join", "*", static c => c.Context.Include(c, IncludeJoin))
        .Value("empty", EmptyScriptObject.Default).Value("blank", EmptyScriptObject.Default).Closed();

    /// <summary>Formats a date as <c>date.to_string</c> does; the default format is <c>%d %b %Y</c>.</summary>
    public static string? Format(DateTime? date, string? format = null, string? culture = null) =>
        DateWriter.Value.ToString(date, format ?? DateFormat, Culture(culture));

    private static ScriptObject Numbers() => new FunctionGroup()
        .Operator("minus", MathFunctions.Minus).Operator("modulo", MathFunctions.Modulo)
        .Operator("plus", MathFunctions.Plus).Operator("times", MathFunctions.Times)
        .Number("ceil", "value", MathFunctions.Ceil).Number("floor", "value", MathFunctions.Floor)
        .Add("abs", "value:o", static c => MathFunctions.Abs(c.Context, c.Span, c[0])).Add("is_number", "value:o", static c => MathFunctions.IsNumber(c[0]))
        .Add("divided_by", "value:n divisor:o", static c => MathFunctions.DividedBy(c.Context, c.Span, c.Number(0), c[1]))
        .Add("format", "value:o format:s culture:s?", static c => MathFunctions.Format(c.Context, c.Span, c[0], c.Text(1), c.Text(2)))
        .Add("round", "value:n precision:i?", static c => MathFunctions.Round(c.Number(0), c.OptionalInteger(1) ?? 0)).Closed();

    private static ScriptObject Arrays() => new FunctionGroup()
        .List("compact", ArrayFunctions.Compact).List("last", ArrayFunctions.Last).List("reverse", ArrayFunctions.Reverse)
        .List("size", ArrayFunctions.Size).List("uniq", ArrayFunctions.Uniq)
        .Lists("add_range", ArrayFunctions.AddRange).Lists("concat", ArrayFunctions.Concat)
        .ListAnd("add", "value", ArrayFunctions.Add).ListAnd("contains", "item", ArrayFunctions.Contains)
        .ListAnd("each", "function", ArrayFunctions.Each).ListAnd("filter", "function", ArrayFunctions.Filter)
        .ListCount("limit", "count", ArrayFunctions.Limit).ListCount("offset", "index", ArrayFunctions.Offset)
        .Add("any", "list:l function:o args:o...", static c => ArrayFunctions.Any(c.Context, c.Span, c.Items(0), c[1], [.. (ScriptArray)c[2]!]))
        .Add("cycle", "list:a group:o?", static c => ArrayFunctions.Cycle(c.Context, c.Span, (IList?)c[0], c[1]))
        .Add("first", "list:l", static c => ArrayFunctions.First(c.Items(0)))
        .Add("insert_at", "list:l index:i value:o", static c => ArrayFunctions.InsertAt(c.Context, c.Span, c.Items(0), c.Integer(1), c[2]))
        .Add("join", "list:l delimiter:s function:o?", static c => ArrayFunctions.Join(c.Context, c.Span, c.Items(0), c.Text(1), c[2]))
        .Add("map", "list:o member:s", static c => ArrayFunctions.Map(c.Context, c.Span, c[0], c.Text(1)))
        .Add("remove_at", "list:a index:i", static c => ArrayFunctions.RemoveAt(c.Context, c.Span, (IList?)c[0], c.Integer(1)))
        .Add("sort", "list:o member:s?", static c => ArrayFunctions.Sort(c.Context, c.Span, c[0], c.Text(1))).Closed();

    private static ScriptObject Objects() => new FunctionGroup()
        .Add("default", "value:o default:o", static c => c[0] is EmptyScriptObject ? c[1] : ObjectFunctions.Default(c[0], c[1]))
        .Add("format", "value:o format:s culture:s?", static c => ObjectFunctions.Format(c.Context, c.Span, c[0], c.Text(1), c.Text(2)))
        .Add("from_json", "json:s", static c => ObjectFunctions.FromJson(c.Context, c.Needed(0)))
        .Add("has_key", "value:o key:s", static c => Has(c, out _)).Add("has_value", "value:o key:s", static c => Has(c, out var value) && value is not null)
        .Add("keys", "value:o", static c => ObjectFunctions.Keys(c.Context, c[0])).Add("kind", "value:o", static c => ObjectFunctions.Kind(c.Context, c[0]))
        .Add("size", "value:o", static c => c[0] is ModelObject model ? model.Count : ObjectFunctions.Size(c.Context, c.Span, c[0]))
        .Add("to_json", "value:o", static c => Json.Write(c.Context, c[0]))
        .Add("typeof", "value:o", static c => c[0] is ModelObject ? "object" : ObjectFunctions.Typeof(c[0]))
        .Add("values", "value:o", static c => ObjectFunctions.Values(c.Context, c[0])).Closed();

    private static ScriptObject Texts() => new FunctionGroup()
        .Text("base64_decode", StringFunctions.Base64Decode).Text("base64_encode", StringFunctions.Base64Encode).Text("capitalize", StringFunctions.Capitalize)
        .Text("capitalizewords", StringFunctions.Capitalizewords).Text("downcase", StringFunctions.Downcase)
        .Text("empty", StringFunctions.Empty).Text("escape", StringFunctions.Escape)
        .Text("literal", StringFunctions.Literal).Text("lstrip", StringFunctions.LStrip).Text("md5", StringFunctions.Md5).Text("rstrip", StringFunctions.RStrip)
        .Text("sha1", StringFunctions.Sha1).Text("sha256", StringFunctions.Sha256).Text("sha512", StringFunctions.Sha512).Text("size", StringFunctions.Size)
        .Text("strip", StringFunctions.Strip).Text("strip_newlines", StringFunctions.StripNewlines)
        .Text("to_double", StringFunctions.ToDouble).Text("to_float", StringFunctions.ToFloat)
        .Text("to_int", StringFunctions.ToInt).Text("to_long", StringFunctions.ToLong)
        .Text("upcase", StringFunctions.Upcase).Text("whitespace", StringFunctions.Whitespace)
        .BoundTexts("append", "with", StringFunctions.Append).BoundTexts("prepend", "by", StringFunctions.Prepend)
        .Texts("contains", "value", StringFunctions.Contains)
        .Texts("ends_with", "value", StringFunctions.EndsWith)
        .Texts("equals_ignore_case", "value", StringFunctions.EqualsIgnoreCase).Texts("hmac_sha1", "secretKey", StringFunctions.HmacSha1)
        .Texts("hmac_sha256", "secretKey", StringFunctions.HmacSha256).Texts("hmac_sha512", "secretKey", StringFunctions.HmacSha512)
        .Texts("remove", "remove", StringFunctions.Remove)
        .Texts("remove_first", "remove", StringFunctions.RemoveFirst).Texts("remove_last", "remove", StringFunctions.RemoveLast)
        .Texts("split", "match", StringFunctions.Split)
        .Texts("starts_with", "value", StringFunctions.StartsWith)
        .Add("handleize", "text:s", static c => StringFunctions.Handleize(c.Needed(0)))
        .Add("index_of", "text:s search:s startIndex:i? count:i? stringComparison:s?",
            static c => StringFunctions.IndexOf(c.Needed(0), c.Needed(1), c.OptionalInteger(2), c.OptionalInteger(3), c.Text(4)))
        .Add("pad_left", "text:s width:i", static c => StringFunctions.PadLeft(c.Context, c.Text(0), c.Integer(1)))
        .Add("pad_right", "text:s width:i", static c => StringFunctions.PadRight(c.Context, c.Text(0), c.Integer(1)))
        .Add("pluralize", "number:i singular:s plural:s", static c => StringFunctions.Pluralize(c.Integer(0), c.Needed(1), c.Needed(2)))
        .Add("replace", "text:s match:s replace:s", static c => StringFunctions.Replace(c.Context, c.Text(0), c.Text(1), c.Text(2)))
        .Add("replace_first", "text:s match:s replace:s fromEnd:b?",
            static c => StringFunctions.ReplaceFirst(c.Context, c.Text(0), c.Text(1), c.Text(2), c[3] is true))
        .Add("slice", "text:s start:i length:i?", static c => StringFunctions.Slice(c.Text(0), c.Integer(1), c.OptionalInteger(2)))
        .Add("slice1", "text:s start:i length:i?", static c => StringFunctions.Slice1(c.Text(0), c.Integer(1), c.OptionalInteger(2) ?? 1))
        .Add("truncate", "text:s length:i ellipsis:s?", static c => StringFunctions.Truncate(c.Text(0), c.Integer(1), c.Text(2)))
        .Add("truncatewords", "text:s count:i ellipsis:s?", static c => StringFunctions.Truncatewords(c.Text(0), c.Integer(1), c.Text(2))).Closed();

    private static ScriptObject Dates() => new FunctionGroup()
        .Date("add_days", "days", DateTimeFunctions.AddDays).Date("add_hours", "hours", DateTimeFunctions.AddHours)
        .Date("add_minutes", "minutes", DateTimeFunctions.AddMinutes)
        .Date("add_seconds", "seconds", DateTimeFunctions.AddSeconds).Date("add_milliseconds", "millis", DateTimeFunctions.AddMilliseconds)
        .Date("add_months", "months", static (date, months) => date.AddMonths((int)months))
        .Date("add_years", "years", static (date, years) => date.AddYears((int)years))
        .Value("format", DateFormat).Value("default_format", DateFormat)
        .Add("parse", "text:s pattern:s? culture:s?", static c => ParseDate(c, c.Text(1), c.Text(2)))
        .Add("parse_to_string", "text:s output_pattern:s? output_culture:s? input_pattern:s? input_culture:s?",
            static c => Format(ParseDate(c, c.Text(3), c.Text(4)), c.Text(1), c.Text(2)))
        .Add("to_string", "date:d pattern:s culture:s?", static c => Format(c[0] as DateTime?, c.Text(1), c.Text(2))).Closed();

    private static CultureInfo Culture(string? name) => name is null ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(name);

    private static bool Has(FunctionCall call, out object? value)
    {
        value = null;
        return call.Text(1) is { } key && call[0] is IScriptObject target && target.TryGetValue(call.Context, call.Span, key, out value);
    }

    /// <summary>Parses a date to the same moment on every machine: without a pattern, in UTC if the text contains an offset.</summary>
    private static DateTime? ParseDate(FunctionCall call, string? pattern, string? culture)
    {
        if (call.Text(0) is not { Length: > 0 } text)
        {
            return null;
        }

        var found = pattern is null
            ? DateTime.TryParse(text, Culture(culture), DateTimeStyles.AdjustToUniversal, out var date)
            : (date = DateTimeFunctions.Parse(call.Context, text, pattern, culture) ?? default) != default;
        return found ? date : throw new ArgumentProblemException($"\"{text}\" is not a date", 0);
    }
}
