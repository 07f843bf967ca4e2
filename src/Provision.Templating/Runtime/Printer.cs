using System.Collections;
using System.Globalization;
using System.Numerics;
using Provision.Templating.Builtins;
using Provision.Templating.Syntax;

namespace Provision.Templating.Runtime;

/// <summary>Values as text.</summary>
internal static class Printer
{
    internal static string Print(TemplateContext context, object value)
    {
        switch (value)
        {
            case int number:
                return number.ToString(CultureInfo.InvariantCulture);
            case bool truth:
                return truth ? "true" : "false";
            default:
                var buffer = new OutputBuffer();
                Append(context, buffer, value);
                return buffer.ToString();
        }
    }

    internal static void Append(TemplateContext context, OutputBuffer output, object value) => Append(context, output, value, 0);

    private static void Append(TemplateContext context, OutputBuffer output, object value, int depth)
    {
        switch (value)
        {
            case string text when depth == 0:
                output.Append(text);
                break;
            case string text:
                AppendQuoted(output, text);
                break;
            case bool truth:
                output.Append(truth ? "true" : "false");
                break;
            case int number:
                output.Append(number);
                break;
            case double number:
                output.Append(number);
                break;
            case long number:
                output.Append(number);
                break;
            case decimal number:
                output.Append(number);
                break;
            case float number:
                output.Append(number);
                break;
            case BigInteger number:
                output.Append(number);
                break;
            case DateTime date:
                output.Append(DateFormat.Format(date, context.DateFormatPattern, CultureInfo.InvariantCulture));
                break;
            case TimeSpan span:
                output.Append(span.ToString("c", CultureInfo.InvariantCulture));
                break;
            case EmptyValue:
                break;
            case ScriptFunction function:
                output.Append(function.Text);
                break;
            case IScriptCustomFunction:
                output.Append("<function>");
                break;
            case IScriptObject model:
                AppendObject(context, output, model, model.Keys.Select(k => (k, model.TryGetValue(k, out var member) ? member : null)), depth);
                break;
            case IDictionary dictionary:
                AppendObject(context, output, dictionary, dictionary.Keys.OfType<object>().Select(k => (k.ToString() ?? "", dictionary[k])), depth);
                break;
            case IEnumerable sequence:
                AppendSequence(context, output, sequence, depth);
                break;
            default:
                output.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void AppendSequence(TemplateContext context, OutputBuffer output, IEnumerable sequence, int depth)
    {
        Enter(context, sequence, depth);
        output.Append('[');
        var first = true;
        foreach (var item in sequence)
        {
            AppendItem(context, output, item, depth, ref first);
        }

        output.Append(']');
    }

    private static void AppendObject(TemplateContext context, OutputBuffer output, object container, IEnumerable<(string Name, object? Value)> members, int depth)
    {
        Enter(context, container, depth);
        output.Append('{');
        var first = true;
        foreach (var (name, value) in members)
        {
            if (!first)
            {
                output.Append(", ");
            }

            first = true;
            if (Identifiers.IsPlain(name))
            {
                output.Append(name);
            }
            else
            {
                AppendQuoted(output, name);
            }

            output.Append(": ");
            AppendItem(context, output, value, depth, ref first);
        }

        output.Append('}');
    }

    private static void AppendItem(TemplateContext context, OutputBuffer output, object? item, int depth, ref bool first)
    {
        if (!first)
        {
            output.Append(", ");
        }

        first = false;
        if (item is null)
        {
            output.Append("null");
        }
        else
        {
            Append(context, output, item, depth + 1);
        }

        if (context.LimitToString > 0 && output.Length > (long)context.LimitToString + context.OutputLimit)
        {
            throw new ScriptRuntimeException(Diagnostic.Error(context.RunningLocation, "the text of this value is too long"));
        }
    }

    private static void Enter(TemplateContext context, object container, int depth)
    {
        context.Recorder?.Touch(container);
        if (context.ObjectRecursionLimit > 0 && depth >= context.ObjectRecursionLimit)
        {
            throw context.Error(context.RunningLocation, $"the value nests deeper than {context.ObjectRecursionLimit} levels or contains itself");
        }

        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    private static void AppendQuoted(OutputBuffer output, string text)
    {
        output.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': output.Append("\\\""); break;
                case '\\': output.Append("\\\\"); break;
                case '\n': output.Append("\\n"); break;
                case '\r': output.Append("\\r"); break;
                case '\t': output.Append("\\t"); break;
                case '\b': output.Append("\\b"); break;
                case '\f': output.Append("\\f"); break;
                case '\v': output.Append("\\v"); break;
                case '\0': output.Append("\\0"); break;
                case < ' ' or '\x7F':
                    output.Append("\\x");
                    output.Append((int)c, "x2");
                    break;
                default: output.Append(c); break;
            }
        }

        output.Append('"');
    }
}
