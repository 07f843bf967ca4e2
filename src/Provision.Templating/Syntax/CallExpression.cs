using Provision.Templating.Runtime;

namespace Provision.Templating.Syntax;

/// <summary><c>f a b</c>, <c>f(a, b)</c> and <c>value | f a</c>.</summary>
internal sealed class CallExpression(SourceText source, int start, int end, Expression target, Expression[] arguments, string?[]? names, Expression? piped)
    : Expression(source, start, end)
{
    internal Expression Target { get; } = target;

    internal Expression[] Arguments { get; } = arguments;

    /// <summary>The names of named arguments by index; null where none is named.</summary>
    internal string?[]? Names { get; } = names;

    /// <summary>The value before the pipe, which becomes the first argument.</summary>
    internal Expression? Piped { get; } = piped;

    /// <summary>True for <c>f(a)</c>.</summary>
    internal bool IsExplicit { get; init; }

    /// <summary>True for a call made of a bare name by a pipe.</summary>
    internal bool IsBare { get; init; }

    internal override object? Evaluate(TemplateContext context)
    {
        var function = Resolve(context);
        return function is null ? null : context.Call(function, this);
    }

    internal override void Write(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        switch (Resolve(context))
        {
            case IncludeFunction:
                context.WriteInclude(this);
                context.Recorder?.Truncate(mark);
                break;
            case { } function:
                context.WriteResult(context.Call(function, this, isStatement: true), this, mark);
                break;
        }
    }

    internal CallExpression WithPipe(Expression value) =>
        new(Source, Start, End, Target, Arguments, Names, value) { IsExplicit = IsExplicit, IsBare = IsBare, Depth = Math.Max(Depth, value.Depth + 1) };

    /// <summary>The argument expression that fills a parameter, for messages.</summary>
    internal Expression? ArgumentFor(IScriptCustomFunction function, int parameter)
    {
        var next = 0;
        if (Piped is not null)
        {
            if (parameter == 0)
            {
                return Piped;
            }

            next = 1;
        }

        for (var i = 0; i < Arguments.Length; i++)
        {
            var named = Names?[i] is { } name && parameter < function.Parameters.Count && function.Parameters[parameter].Name == name;
            if (named || (Names?[i] is null && next++ == parameter))
            {
                return Arguments[i];
            }
        }

        return null;
    }

    private IScriptCustomFunction? Resolve(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        var value = Target.EvaluateFunction(context);
        if (value is IScriptCustomFunction function)
        {
            context.Recorder?.Truncate(mark);
            return function;
        }

        if (value is null)
        {
            return context.EnableRelaxedFunctionAccess && !context.IsStrict ? null : throw NotFound(context);
        }

        throw context.Error(Target, IsBare
            ? $"\"{Target.ShortText}\" is not a function and cannot follow a pipe"
            : $"\"{Target.ShortText}\" is {TypeNames.Of(value)}, not a function");
    }

    private ScriptRuntimeException NotFound(TemplateContext context)
    {
        var hint = Target switch
        {
            Variable variable => NearestName.Hint(variable.Name, context.VisibleNames()),
            MemberExpression { Target: Variable owner } member when context.TryGetVariable(owner.Name, out var value) && value is not null =>
                NearestName.Hint(member.Name, Members.NamesOf(value)),
            _ => null,
        };
        if (IsBare && Target is Variable && !context.IsStrict)
        {
            return context.Error(Target, $"Pipe expression destination `{Target.Text}` is not a valid function ", hint);
        }

        return context.Error(Target, $"there is no function \"{Target.ShortText}\"", hint);
    }
}
