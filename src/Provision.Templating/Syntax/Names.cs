using Provision.Templating.Runtime;

namespace Provision.Templating.Syntax;

/// <summary>Something that can be assigned to.</summary>
internal interface IAssignable
{
    void Assign(TemplateContext context, object? value, Origin? origin);
}

/// <summary>A global variable, a variable of a loop or a parameter.</summary>
internal sealed class Variable(SourceText source, int start, int end, string name) : Expression(source, start, end), IAssignable
{
    internal string Name { get; } = name;

    internal override bool IsPath => true;

    internal override object? Evaluate(TemplateContext context)
    {
        var value = Read(context, lenient: false);
        return value is IScriptCustomFunction function ? context.CallWithoutArguments(function, this) : value;
    }

    internal override object? EvaluateLenient(TemplateContext context)
    {
        var value = Read(context, lenient: true);
        return value is IScriptCustomFunction function ? context.CallWithoutArguments(function, this) : value;
    }

    internal override object? EvaluateFunction(TemplateContext context) => Read(context, lenient: false);

    public void Assign(TemplateContext context, object? value, Origin? origin) =>
        context.SetVariable(Name, value, origin, this);

    private object? Read(TemplateContext context, bool lenient)
    {
        if (context.TryGetVariable(Name, out var value))
        {
            return value;
        }

        context.Recorder?.ReadNothing();
        if ((context.IsStrict && !lenient) || context.StrictVariables)
        {
            throw context.Undefined(Name, this);
        }

        return null;
    }
}

/// <summary>A variable of the running call: <c>$name</c>.</summary>
internal sealed class LocalVariable(SourceText source, int start, int end, string name) : Expression(source, start, end), IAssignable
{
    internal string Name { get; } = name;

    internal override bool IsPath => true;

    internal override object? Evaluate(TemplateContext context) => Call(context, Read(context, lenient: false));

    internal override object? EvaluateLenient(TemplateContext context) => Call(context, Read(context, lenient: true));

    internal override object? EvaluateFunction(TemplateContext context) => Read(context, lenient: false);

    public void Assign(TemplateContext context, object? value, Origin? origin) => context.SetLocal(Name, value, origin);

    private object? Call(TemplateContext context, object? value) =>
        value is IScriptCustomFunction function ? context.CallWithoutArguments(function, this) : value;

    private object? Read(TemplateContext context, bool lenient)
    {
        if (context.TryGetLocal(Name, out var value))
        {
            return value;
        }

        context.Recorder?.ReadNothing();
        if ((context.IsStrict && !lenient) || context.StrictVariables)
        {
            throw context.Error(this, $"the variable \"${Name}\" is not defined", NearestName.Hint("$" + Name, context.LocalNames()));
        }

        return null;
    }
}

/// <summary>The arguments of the running call, <c>$</c>, or one of them, <c>$0</c>.</summary>
internal sealed class ArgumentsExpression(SourceText source, int start, int end, int index) : Expression(source, start, end)
{
    internal override bool IsPath => true;

    internal override object? Evaluate(TemplateContext context)
    {
        var value = EvaluateFunction(context);
        return value is IScriptCustomFunction function && index >= 0 ? context.CallWithoutArguments(function, this) : value;
    }

    internal override object? EvaluateFunction(TemplateContext context) => Read(context, lenient: false);

    internal override object? EvaluateLenient(TemplateContext context) => Read(context, lenient: true);

    private object? Read(TemplateContext context, bool lenient)
    {
        var arguments = context.CurrentArguments;
        if (index < 0)
        {
            context.Recorder?.ReadOrigin(null, arguments);
            return arguments;
        }

        if (arguments is not null && index < arguments.Count)
        {
            var value = arguments[index];
            context.Recorder?.ReadItem(arguments, null, index, value);
            return value;
        }

        context.Recorder?.ReadNothing();
        return context.IsStrict && !lenient
            ? throw context.Error(this, $"there is no argument ${index}: {arguments?.Count ?? 0} were given")
            : null;
    }
}

/// <summary><c>for</c>, <c>while</c> or <c>tablerow</c> as a value.</summary>
internal sealed class LoopVariable(SourceText source, int start, int end, LoopKind kind, string name) : Expression(source, start, end)
{
    internal LoopKind Kind { get; } = kind;

    internal override object? Evaluate(TemplateContext context)
    {
        context.Recorder?.ReadNothing();
        if (context.CurrentLoop(Kind) is { } loop)
        {
            return loop;
        }

        return context.IsStrict || context.StrictVariables ? throw context.Error(this, $"the name \"{name}\" is not defined outside a loop") : null;
    }

    internal override object? EvaluateLenient(TemplateContext context)
    {
        context.Recorder?.ReadNothing();
        return context.CurrentLoop(Kind);
    }
}

/// <summary>The object that top-level variables are written to.</summary>
internal sealed class ThisExpression(SourceText source, int start, int end) : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context)
    {
        context.Recorder?.ReadNothing();
        return context.CurrentGlobal;
    }
}
