using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Provision.Templating.Builtins;

/// <summary><c>regex.*</c>; every run is bounded by <see cref="TemplateContext.RegexTimeOut"/>.</summary>
internal static class RegexFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("regex.escape", "pattern", static (_, a) => a.Text(0) is { } text ? Regex.Escape(text) : null),
        new("regex.unescape", "pattern", static (_, a) => Unescape(a.Text(0))),
        new("regex.match", "text pattern options?", static (c, a) => Match(c, a)),
        new("regex.matches", "text pattern options?", static (c, a) => Matches(c, a)),
        new("regex.replace", "text pattern replace options?", static (c, a) => Replace(c, a)),
        new("regex.split", "text pattern options?", static (c, a) => Split(c, a)),
    ];

    private const int CacheSize = 256;
    private static readonly ConcurrentDictionary<(string Pattern, RegexOptions Options, TimeSpan TimeOut), Regex> Cache = new();

    private static string? Unescape(string? text)
    {
        try
        {
            return text is null ? null : Regex.Unescape(text);
        }
        catch (ArgumentException problem)
        {
            throw new ScriptArgumentException(problem.Message, 0);
        }
    }

    private static ScriptArray Match(TemplateContext context, ScriptArguments a)
    {
        var (text, regex) = (a.Text(0), Of(context, a, 2));
        if (text is null || regex is null)
        {
            return [];
        }

        return Bounded(context, () =>
        {
            var match = regex.Match(text);
            return match.Success ? Groups(match) : [];
        });
    }

    private static ScriptArray Matches(TemplateContext context, ScriptArguments a)
    {
        var (text, regex) = (a.Text(0), Of(context, a, 2));
        if (text is null || regex is null)
        {
            return [];
        }

        var at = a.Place();
        return Bounded(context, () =>
        {
            var all = new ScriptArray();
            foreach (Match match in regex.Matches(text))
            {
                context.CountInternalStep(at);
                all.Add(Groups(match));
            }

            return all;
        });
    }

    private static string? Replace(TemplateContext context, ScriptArguments a)
    {
        var (text, regex, replacement) = (a.Text(0), Of(context, a, 3), a.Text(2) ?? "");
        if (text is null || regex is null)
        {
            return text;
        }

        long length = text.Length;
        return a.Bounded(context, Bounded(context, () => regex.Replace(text, match =>
        {
            var result = match.Result(replacement);
            length += result.Length - match.Length;
            return length <= context.LimitToString || context.LimitToString <= 0
                ? result
                : throw new ScriptArgumentException($"the text would be longer than LimitToString allows ({context.LimitToString})");
        })));
    }

    private static ScriptArray Split(TemplateContext context, ScriptArguments a)
    {
        var (text, regex) = (a.Text(0), Of(context, a, 2));
        return text is null || regex is null ? [] : Bounded(context, () => new ScriptArray(regex.Split(text)));
    }

    private static ScriptArray Groups(Match match)
    {
        var groups = new ScriptArray();
        foreach (Group group in match.Groups)
        {
            groups.Add(group.Value);
        }

        return groups;
    }

    private static T Bounded<T>(TemplateContext context, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ScriptArgumentException($"the regular expression ran longer than {context.RegexTimeOut.TotalSeconds} seconds", 1);
        }
    }

    private static Regex? Of(TemplateContext context, ScriptArguments a, int optionsIndex)
    {
        if (a.Text(1) is not { } pattern)
        {
            return null;
        }

        var options = RegexOptions.CultureInvariant;
        foreach (var letter in a.Text(optionsIndex) ?? "")
        {
            options |= letter switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => RegexOptions.None,
            };
        }

        var key = (pattern, options, context.RegexTimeOut);
        if (Cache.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        try
        {
            return Cache[key] = new Regex(pattern, options, context.RegexTimeOut);
        }
        catch (ArgumentException problem)
        {
            throw new ScriptArgumentException(problem.Message, 1);
        }
    }
}
