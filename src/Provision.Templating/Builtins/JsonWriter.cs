using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>object.to_json</c>: safe for web pages in compatible mode, as readable as JSON allows in strict mode.</summary>
internal static class JsonWriter
{
    internal static string Write(TemplateContext context, ScriptArguments a)
    {
        var text = new StringBuilder();
        new Writer(context, text, a.Place()).Append(a[0], 0);
        return a.Bounded(context, text.ToString());
    }

    private sealed class Writer(TemplateContext context, StringBuilder text, Syntax.Node at)
    {
        internal void Append(object? value, int depth)
        {
            switch (value)
            {
                case null or EmptyValue:
                    text.Append("null");
                    break;
                case bool truth:
                    text.Append(truth ? "true" : "false");
                    break;
                case string content:
                    Quote(content);
                    break;
                case double.NaN or double.PositiveInfinity or double.NegativeInfinity:
                    throw new ScriptArgumentException("JSON has no such number", 0);
                case int or long or double or float or decimal or BigInteger or uint or ulong or short or byte or ushort or sbyte:
                    text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                    break;
                case DateTime date:
                    Quote(date.ToString("O", CultureInfo.InvariantCulture).Replace(".0000000", "", StringComparison.Ordinal));
                    break;
                case IScriptCustomFunction:
                    throw new ScriptArgumentException("a function cannot be written as JSON", 0);
                case IScriptObject model:
                    AppendObject(model, model.Keys.Select(k => (k, model.TryGetValue(k, out var member) ? member : null)), depth);
                    break;
                case IDictionary dictionary:
                    AppendObject(dictionary, dictionary.Keys.OfType<object>().Select(k => (k.ToString() ?? "", dictionary[k])), depth);
                    break;
                case IEnumerable sequence:
                    AppendArray(sequence, depth);
                    break;
                default:
                    Quote(context.ObjectToString(value));
                    break;
            }

            if (context.LimitToString > 0 && text.Length > context.LimitToString)
            {
                throw new ScriptArgumentException($"the text would be longer than LimitToString allows ({context.LimitToString})");
            }
        }

        private void AppendObject(object container, IEnumerable<(string Name, object? Value)> members, int depth)
        {
            Enter(container, depth);
            text.Append('{');
            var first = true;
            foreach (var (name, value) in members)
            {
                Separate(ref first);
                Quote(name);
                text.Append(':');
                Append(value, depth + 1);
            }

            text.Append('}');
        }

        private void AppendArray(IEnumerable sequence, int depth)
        {
            Enter(sequence, depth);
            text.Append('[');
            var first = true;
            foreach (var item in sequence)
            {
                Separate(ref first);
                Append(item, depth + 1);
            }

            text.Append(']');
        }

        private void Separate(ref bool first)
        {
            context.CountInternalStep(at);
            if (!first)
            {
                text.Append(',');
            }

            first = false;
        }

        private void Enter(object container, int depth)
        {
            context.Recorder?.Touch(container);
            if (context.ObjectRecursionLimit > 0 && depth >= context.ObjectRecursionLimit)
            {
                throw new ScriptArgumentException($"the value nests deeper than {context.ObjectRecursionLimit} levels or contains itself", 0);
            }

            context.GuardStack(at);
        }

        private void Quote(string content)
        {
            text.Append('"');
            if (context.IsStrict)
            {
                AppendRelaxed(content);
            }
            else
            {
                text.Append(JavaScriptEncoder.Default.Encode(content));
            }

            text.Append('"');
        }

        private void AppendRelaxed(string content)
        {
            for (var i = 0; i < content.Length; i++)
            {
                var c = content[i];
                _ = c switch
                {
                    '"' => text.Append("\\\""),
                    '\\' => text.Append("\\\\"),
                    '\n' => text.Append("\\n"),
                    '\r' => text.Append("\\r"),
                    '\t' => text.Append("\\t"),
                    < ' ' or '\x7F' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                    _ when char.IsSurrogate(c) && !IsPaired(content, i) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                    _ => text.Append(c),
                };
            }
        }

        private static bool IsPaired(string content, int at) =>
            (at + 1 < content.Length && char.IsSurrogatePair(content[at], content[at + 1]))
            || (at > 0 && char.IsSurrogatePair(content[at - 1], content[at]));
    }
}
