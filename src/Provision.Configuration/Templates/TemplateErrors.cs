using System.Text.RegularExpressions;
using Scriban;
using Scriban.Parsing;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>Converts the package's messages to diagnostics and rewords the most common ones.</summary>
internal static class TemplateErrors
{
    private static readonly (string Pattern, string Wording)[] Wordings =
    [
        (@"^(Cannot get the member|Object `.*` is null\. Cannot access member:) (?<target>.+?)\??\.(?<member>\w+)( for a null object\.)?$",
            "cannot read \"${member}\" of \"${target}\": it is null"),
        (@"^Object `(?<target>.+)` is null\. Cannot access indexer", "cannot read an item of \"${target}\": it is null"),
        (@"^The index (?<index>-?\d+) is out of bounds \[0, (?<count>\d+)\] on the `\$`", "there is no argument $$${index}: ${count} were given"),
        (@"^The index (?<index>-?\d+) is out of bounds \[0, (?<count>\d+)\] on the `(?<target>.+)` with",
            "index ${index} is outside \"${target}\", which has ${count} items"),
        (@"^Exceeding number of iteration limit `(?<limit>\d+)`", "this takes more than ${limit} steps (LoopLimit bounds the steps of nested loops together)"),
        (@"^Rendered output exceeds OutputLimit `(?<limit>\d+)`", "the output is longer than ${limit} characters (OutputLimit)"),
        (@"^Exceeding number of recursive depth limit `(?<limit>\d+)`", "functions and includes call each other more than ${limit} levels deep"),
        (@"^Error while parsing ScriptPage: Found <end> statement without", "\"end\" without a block that it could close"),
        (@"^Error while parsing (?<what>[\w ]+?)( statement)?: The <end> statement was not found", "\"${what}\" is never closed with \"end\""),
    ];

    public static Location Place(SourceSpan span) => new(span.FileName ?? "", span.Start.Line + 1, span.Start.Column + 1);

    /// <summary>Converts the parser's messages: ordered, one per position, a missing <c>end</c> at its opener.</summary>
    public static IReadOnlyList<Diagnostic> Of(LogMessageBag messages, Location end, ScriptPage? page)
    {
        var openers = new Stack<ScriptNode>(Unclosed(page));
        return [.. messages.Select(Convert).DistinctBy(message => message.Location).OrderBy(message => message.Location).Take(100)];

        Diagnostic Convert(LogMessage message)
        {
            var text = Worded(message.Message);
            var place = text.EndsWith("closed with \"end\"", StringComparison.Ordinal) && openers.TryPop(out var opener) ? Place(opener.Span)
                : message.Span.Start.Line < 0 ? end : Place(message.Span);
            return new Diagnostic(message.Type == ParserMessageType.Error ? Severity.Error : Severity.Warning, place, text);
        }
    }

    /// <summary>Converts a render error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="includes">The <c>include</c> calls that led to it, innermost first.</param>
    public static Diagnostic Of(ScriptRuntimeException error, IEnumerable<Location> includes)
    {
        var positioned = error as PositionedException;
        return Diagnostic.Error(Place(error.Span), positioned is null ? Worded(error.OriginalMessage) : error.OriginalMessage, positioned?.Hint) with
        {
            Related = [.. includes.Select(place => new RelatedLocation(place, "included from here")), .. positioned?.Others ?? []],
        };
    }

    /// <summary>Returns the blocks that are still open at the end of a page, outermost first.</summary>
    private static IEnumerable<ScriptNode> Unclosed(ScriptPage? page)
    {
        var block = page?.Body;
        while (block?.Statements.LastOrDefault() is { } last && last is not ScriptEndStatement)
        {
            block = Enumerable.Range(0, last.ChildrenCount).Select(last.GetChildren).OfType<ScriptBlockStatement>().LastOrDefault();
            if (block is not null && block.Statements.LastOrDefault() is not ScriptEndStatement)
            {
                yield return last;
            }
        }
    }

    private static string Worded(string message)
    {
        foreach (var (pattern, wording) in Wordings)
        {
            if (Regex.Match(message, pattern, RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } match)
            {
                return match.Result(wording);
            }
        }

        return message;
    }
}
