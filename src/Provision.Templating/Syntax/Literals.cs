using System.Text;

namespace Provision.Templating.Syntax;

/// <summary>A number, string or word with a fixed value.</summary>
internal sealed class Literal(SourceText source, int start, int end, object? value) : Expression(source, start, end)
{
    internal object? Value { get; } = value;

    internal override object? Evaluate(TemplateContext context)
    {
        context.Recorder?.ReadNothing();
        return Value;
    }
}

/// <summary><c>$"a{b}c"</c>.</summary>
internal sealed class InterpolatedString(SourceText source, int start, int end, Expression[] parts) : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(context.ObjectToString(part.Evaluate(context)));
            context.CheckLength(text.Length, this);
        }

        context.Recorder?.ReadNothing();
        return text.ToString();
    }
}

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ArrayLiteral(SourceText source, int start, int end, Expression[] items) : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        var array = new ScriptArray(items.Length);
        foreach (var item in items)
        {
            array.Add(item.Evaluate(context));
        }

        context.Recorder?.AddTaint(array, context.Recorder.Since(mark, singlePath: false));
        context.Recorder?.ReadNothing();
        return array;
    }
}

/// <summary><c>{a: 1, "b c": 2}</c>.</summary>
internal sealed class ObjectLiteral(SourceText source, int start, int end, string[] names, Expression[] values) : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context)
    {
        var result = new ScriptObject(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            var mark = context.Recorder?.Mark ?? 0;
            result[names[i]] = values[i].Evaluate(context);
            if (context.Recorder is { } recorder)
            {
                var origin = recorder.Since(mark, values[i].IsPath);
                recorder.Assign(result, names[i], origin);
                recorder.AddTaint(result, origin);
            }
        }

        context.Recorder?.ReadNothing();
        return result;
    }
}

/// <summary><c>do ... end</c> and <c>func name ... end</c> as a value.</summary>
internal sealed class FunctionLiteral(ScriptFunction function) : Expression(function.Source, function.Start, function.End)
{
    internal override object? Evaluate(TemplateContext context)
    {
        context.Recorder?.ReadNothing();
        return function;
    }
}

/// <summary>Stands for an expression that could not be parsed.</summary>
internal sealed class InvalidExpression(SourceText source, int start, int end) : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context) => null;
}

/// <summary>Looks at the stack now and then inside deep expressions.</summary>
internal sealed class GuardedExpression(Expression inner) : Expression(inner.Source, inner.Start, inner.End)
{
    internal Expression Inner { get; } = inner;

    internal override bool IsPath => Inner.IsPath;

    internal override object? Evaluate(TemplateContext context)
    {
        context.GuardStack(this);
        return Inner.Evaluate(context);
    }

    internal override object? EvaluateLenient(TemplateContext context)
    {
        context.GuardStack(this);
        return Inner.EvaluateLenient(context);
    }
}
