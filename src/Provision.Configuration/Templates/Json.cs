using System.Collections;
using System.Globalization;
using System.Text;
using Scriban.Functions;
using Scriban.Runtime;

namespace Provision.Configuration.Templates;

/// <summary>Writes template values as JSON with minimal escaping and without reflection.</summary>
internal static class Json
{
    public static string Write(RenderContext context, object? value)
    {
        var text = new StringBuilder();
        Append(context, text, value, 0);
        return text.ToString();
    }

    private static void Append(RenderContext context, StringBuilder text, object? value, int depth)
    {
        if (depth > context.ObjectRecursionLimit || text.Length > context.LimitToString)
        {
            throw new ArgumentProblemException(
                $"the value nests deeper than {context.ObjectRecursionLimit} levels, contains itself, " +
                    $"or gives more text than LimitToString allows ({context.LimitToString})",
                0);
        }

        switch (value)
        {
            case null or EmptyScriptObject:
                text.Append("null");
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case double.NaN or double.PositiveInfinity or double.NegativeInfinity
                or float.NaN or float.PositiveInfinity or float.NegativeInfinity
                or IScriptCustomFunction:
                throw new ArgumentProblemException("JSON has no such value", 0);
            case IScriptObject members and not IList:
                text.Append('{');
                AppendAll(members.GetMembers(), name =>
                {
                    Quote(text, name);
                    text.Append(':');
                    Append(context, text, members.TryGetValue(context, default, name, out var member) ? member : null, depth + 1);
                });
                text.Append('}');
                break;
            case IList list:
                text.Append('[');
                AppendAll(list.Cast<object?>(), item => Append(context, text, item, depth + 1));
                text.Append(']');
                break;
            case var _ when MathFunctions.IsNumber(value):
                text.Append(context.ObjectToString(value));
                break;
            default:
                Quote(text, value is DateTime date
                    ? date.ToString("O", CultureInfo.InvariantCulture).Replace(".0000000", "", StringComparison.Ordinal)
                    : context.ObjectToString(value) ?? "");
                break;
        }

        void AppendAll<T>(IEnumerable<T> items, Action<T> append)
        {
            var first = true;
            foreach (var item in items)
            {
                text.Append(first ? "" : ",");
                append(item);
                first = false;
            }
        }
    }

    private static void Quote(StringBuilder text, string content)
    {
        text.Append('"');
        for (var i = 0; i < content.Length; i++)
        {
            var paired = (i + 1 < content.Length && char.IsSurrogatePair(content[i], content[i + 1]))
                || (i > 0 && char.IsSurrogatePair(content[i - 1], content[i]));
            _ = content[i] switch
            {
                '"' or '\\' => text.Append('\\').Append(content[i]),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\x7F' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)content[i]:X4}"),
                var c when char.IsSurrogate(c) && !paired => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                var c => text.Append(c),
            };
        }

        text.Append('"');
    }
}
