using Provision.Templating.Runtime;

namespace Provision.Templating.Syntax;

/// <summary><c>target = value</c> and <c>target += value</c>.</summary>
internal sealed class AssignStatement(SourceText source, int start, int end, Expression target, Expression value, BinaryExpression? compound)
    : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.StartStatement();
        var recorder = context.Recorder;
        var mark = recorder?.Mark ?? 0;
        var result = compound is null ? value.Evaluate(context) : compound.Evaluate(context);
        var origin = recorder?.Since(mark, compound is null && value.IsPath);
        recorder?.Truncate(mark);
        var into = target is NestedExpression nested ? nested.Inner : target;
        if (into is not IAssignable assignable)
        {
            throw context.Error(into, "only a variable, a member or an item can be assigned to");
        }

        assignable.Assign(context, result, origin);
        recorder?.Truncate(mark);
        return Flow.Next;
    }
}

/// <summary><c>func name ... end</c> and <c>name(x) = ...</c>: binds the function to its name.</summary>
internal sealed class FunctionStatement(SourceText source, int start, int end, IAssignable target, ScriptFunction function)
    : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        target.Assign(context, function, null);
        return Flow.Next;
    }
}

/// <summary><c>if ... else if ... else ... end</c>.</summary>
internal sealed class IfStatement(SourceText source, int start, int end, Expression[] conditions, Block[] blocks, Block? otherwise)
    : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        for (var i = 0; i < conditions.Length; i++)
        {
            var mark = context.Recorder?.Mark ?? 0;
            var holds = Conversion.IsTrue(conditions[i].Evaluate(context));
            context.Recorder?.Truncate(mark);
            if (holds)
            {
                return blocks[i].Execute(context);
            }
        }

        return otherwise?.Execute(context) ?? Flow.Next;
    }
}

/// <summary><c>case value; when a, b; ... else; ... end</c>.</summary>
internal sealed class CaseStatement(SourceText source, int start, int end, Expression subject, Expression[][] values, Block[] blocks, Block? otherwise)
    : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        var value = subject.Evaluate(context);
        for (var i = 0; i < values.Length; i++)
        {
            foreach (var candidate in values[i])
            {
                if (Operators.AreEqual(context, candidate, value, candidate.Evaluate(context)))
                {
                    context.Recorder?.Truncate(mark);
                    return blocks[i].Execute(context);
                }
            }
        }

        context.Recorder?.Truncate(mark);
        return otherwise?.Execute(context) ?? Flow.Next;
    }
}

/// <summary><c>capture target ... end</c>.</summary>
internal sealed class CaptureStatement(SourceText source, int start, int end, Expression target, Block body) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        if (target is not IAssignable assignable)
        {
            throw context.Error(target, "only a variable, a member or an item can capture text");
        }

        var recorder = context.Recorder;
        var mark = recorder?.Mark ?? 0;
        var outer = context.BeginCapture();
        var captured = outer;
        var flow = Flow.Next;
        try
        {
            flow = body.Execute(context);
        }
        finally
        {
            captured = context.EndCapture(outer);
        }

        context.ReadSpans(captured);
        assignable.Assign(context, captured.ToString(), recorder?.Since(mark, singlePath: false));
        recorder?.Truncate(mark);
        context.Recycle(captured);
        return flow;
    }
}

/// <summary><c>break</c> and <c>continue</c>.</summary>
internal sealed class LoopControlStatement(SourceText source, int start, int end, Flow flow) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context) =>
        context.IsInLoop ? flow : throw context.Error(this, $"\"{Text}\" only works inside a loop");
}

/// <summary><c>ret value</c>.</summary>
internal sealed class ReturnStatement(SourceText source, int start, int end, Expression? value) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.ReturnValue = value?.Evaluate(context);
        return Flow.Return;
    }
}

/// <summary><c>with object ... end</c>.</summary>
internal sealed class WithStatement(SourceText source, int start, int end, Expression target, Block body) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        var recorder = context.Recorder;
        var mark = recorder?.Mark ?? 0;
        var value = target.Evaluate(context);
        if (value is not IScriptObject model)
        {
            throw context.Error(target, value is null
                ? $"\"{target.ShortText}\" is null; \"with\" needs an object"
                : $"\"with\" needs an object, but \"{target.ShortText}\" is {TypeNames.Of(value)}");
        }

        var path = recorder is null ? null : (target.IsPath ? recorder.LastPath : null) ?? recorder.PathOf(model);
        recorder?.Truncate(mark);
        context.PushObject(model, path);
        try
        {
            return body.Execute(context);
        }
        finally
        {
            context.PopLayer();
        }
    }
}

/// <summary><c>import object</c>.</summary>
internal sealed class ImportStatement(SourceText source, int start, int end, Expression from) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        var value = from.Evaluate(context);
        switch (value)
        {
            case null:
                break;
            case IScriptObject model:
                context.Import(model, context.Recorder?.Since(mark, from.IsPath));
                break;
            default:
                throw context.Error(from, $"\"import\" needs an object, but this is {TypeNames.Of(value)}");
        }

        context.Recorder?.Truncate(mark);
        return Flow.Next;
    }
}

/// <summary><c>readonly name</c>.</summary>
internal sealed class ReadOnlyStatement(SourceText source, int start, int end, Variable variable) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.SetReadOnly(variable.Name, variable);
        return Flow.Next;
    }
}

/// <summary><c>wrap function arguments ... end</c>: calls the function, whose <c>$$</c> runs the block.</summary>
internal sealed class WrapStatement(SourceText source, int start, int end, Expression call, Block body) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.StartStatement();
        var target = call is CallExpression explicitCall ? explicitCall.Target : call;
        if (target is NestedExpression || target.EvaluateFunction(context) is not ScriptFunction)
        {
            throw context.Error(target, $"\"wrap\" needs the name of a function, not \"{target.ShortText}\"");
        }

        context.NextWrappedBlock = body;
        var mark = context.Recorder?.Mark ?? 0;
        context.WriteResult(call.Evaluate(context), call, mark);
        return Flow.Next;
    }
}

/// <summary><c>$$</c>: runs the block of the <c>wrap</c> that called.</summary>
internal sealed class WrappedBlockExpression(SourceText source, int start, int end) : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context)
    {
        context.RunWrappedBlock(this);
        return null;
    }
}
