using System.Globalization;
using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Calling functions that are written in templates.</summary>
public sealed partial class TemplateContext
{
    private object? CallScript(ScriptFunction function, CallExpression call)
    {
        var next = RentFrame();
        next.WrappedBlock = NextWrappedBlock;
        next.WrappedFrame = frame;
        NextWrappedBlock = null;
        Bind(function, call, next);
        return Run(function, next, call);
    }

    /// <summary>Calls with values that are known already.</summary>
    internal object? Call(ScriptFunction function, ReadOnlySpan<object?> values, Node call)
    {
        var next = RentFrame();
        next.WrappedBlock = NextWrappedBlock;
        next.WrappedFrame = frame;
        NextWrappedBlock = null;
        var binder = new Binder(this, function, next, call);

        // Values that a function hands on can come from anything that the running expression has read.
        var origin = recorder?.Since(0, singlePath: false);
        foreach (var value in values)
        {
            binder.Add(value, origin, call);
        }

        binder.Finish();
        return Run(function, next, call);
    }

    private void Bind(ScriptFunction function, CallExpression call, CallFrame next)
    {
        var binder = new Binder(this, function, next, call);
        if (call.Piped is { } piped)
        {
            BindOne(ref binder, piped, null);
        }

        for (var i = 0; i < call.Arguments.Length; i++)
        {
            BindOne(ref binder, call.Arguments[i], call.Names?[i]);
        }

        binder.Finish();
    }

    private void BindOne(ref Binder binder, Expression argument, string? name)
    {
        var mark = recorder?.Mark ?? 0;
        var value = argument.Evaluate(this);
        var origin = recorder?.Since(mark, argument.IsPath);
        recorder?.Truncate(mark);
        if (argument is UnaryExpression { Kind: Lexing.TokenKind.Expand })
        {
            foreach (var item in Sequences.Of(value) ?? [])
            {
                binder.Add(item, origin, argument);
            }
        }
        else if (name is null)
        {
            binder.Add(value, origin, argument);
        }
        else
        {
            binder.AddNamed(name, value, origin, argument);
        }
    }

    private object? Run(ScriptFunction function, CallFrame next, Node call)
    {
        next.LayerBase = layerCount;
        next.Outer = function.DefinedName is null ? frame : null;
        if (function is { IsLocal: true, DefinedName: { } ownName })
        {
            next.Locals.Set(ownName, function, null);
        }

        EnterCall(call);
        frames.Push(frame);
        frame = next;
        try
        {
            if (function.Result is { } result)
            {
                return result.Evaluate(this);
            }

            ReturnValue = null;
            var flow = function.Body!.Execute(this);
            var value = flow == Flow.Return ? ReturnValue : null;
            ReturnValue = null;
            return value;
        }
        finally
        {
            LeaveCall();
            PopLayers(next.LayerBase);
            frame = frames.Pop();
            ReturnFrame(next);
        }
    }

    internal void RunWrappedBlock(Node at)
    {
        if (frame is not { WrappedBlock: { } block, WrappedFrame: { } outer })
        {
            return;
        }

        EnterCall(at);
        frames.Push(frame);
        frame = outer;
        try
        {
            block.Execute(this);
        }
        finally
        {
            LeaveCall();
            frame = frames.Pop();
        }
    }

    private CallFrame RentFrame() => spareFrames.TryPop(out var spare) ? spare : new CallFrame();

    private void ReturnFrame(CallFrame used)
    {
        used.Clear();
        spareFrames.Push(used);
    }

    internal void PopLayers(int count)
    {
        while (layerCount > count)
        {
            PopLayer();
        }
    }

    internal bool TryGetLocal(string name, out object? value)
    {
        var found = frame.Locals.TryGet(name, out value, out var origin);
        if (found)
        {
            recorder?.ReadOrigin(origin, value);
        }

        return found;
    }

    internal void SetLocal(string name, object? value, Origin? origin) => frame.Locals.Set(name, value, origin);

    internal (bool Found, object? Value, Origin? Origin) SaveLocal(string name) =>
        (frame.Locals.TryGet(name, out var value, out var origin), value, origin);

    internal void RestoreLocal(string name, (bool Found, object? Value, Origin? Origin) saved)
    {
        if (saved.Found)
        {
            frame.Locals.Set(name, saved.Value, saved.Origin);
        }
        else
        {
            frame.Locals.Remove(name);
        }
    }

    internal IEnumerable<string> LocalNames() => frame.Locals.Names.Select(n => "$" + n);

    internal void RecordAssignment(object container, string name, Origin? origin, Expression target)
    {
        if (recorder is null)
        {
            return;
        }

        recorder.Assign(container, name, origin);
        recorder.AddTaint(container, origin);
        for (var owner = OwnerOf(target); owner is not null; owner = OwnerOf(owner))
        {
            if (owner.EvaluateLenient(this) is { } outer)
            {
                recorder.AddTaint(outer, origin);
            }
        }
    }

    private static Expression? OwnerOf(Expression part) => part switch
    {
        MemberExpression member => member.Target,
        IndexExpression index => index.Target,
        _ => null,
    };

    /// <summary>Puts arguments where the function finds them.</summary>
    private ref struct Binder(TemplateContext context, ScriptFunction function, CallFrame next, Node call)
    {
        private readonly FunctionParameter[]? declared = function.Declared;
        private readonly VariableStore? variables = function.Declared is null ? null : next.UseVariables();
        private readonly ScriptArray all = [];
        private ScriptArray? rest;
        private int given;

        internal void Add(object? value, Origin? origin, Node at)
        {
            Record((all.Count).ToString(CultureInfo.InvariantCulture), origin);
            all.Add(value);
            if (declared is null)
            {
                return;
            }

            if (given < declared.Length && !declared[given].IsRest)
            {
                variables!.Set(declared[given++].Name, value, origin);
            }
            else if (declared.Length > 0 && declared[^1].IsRest)
            {
                rest ??= [];
                rest.Add(value);
                context.recorder?.AddTaint(rest, origin);
            }
            else
            {
                throw context.Error(at, $"\"{function.Name}\" takes {Amount(function)}, but more were given");
            }
        }

        internal void AddNamed(string name, object? value, Origin? origin, Node at)
        {
            if (declared is null)
            {
                all.Members[name] = value;
                Record(name, origin);
                return;
            }

            if (declared.Any(p => p.Name == name && !p.IsRest))
            {
                variables!.Set(name, value, origin);
            }
            else if (context.IsStrict)
            {
                throw context.Error(at, $"\"{function.Name}\" has no parameter \"{name}\"", NearestName.Hint(name, declared.Select(p => p.Name)));
            }
            else
            {
                Add(value, origin, at);
            }
        }

        internal readonly void Finish()
        {
            next.Arguments = all;
            foreach (var parameter in declared ?? [])
            {
                if (parameter.IsRest)
                {
                    variables!.Set(parameter.Name, rest ?? [], null);
                }
                else if (!variables!.Contains(parameter.Name))
                {
                    if (!parameter.HasDefault)
                    {
                        throw context.Error(Node.AtEnd(call), $"\"{function.Name}\" needs {Amount(function)}: \"{parameter.Name}\" is missing");
                    }

                    variables.Set(parameter.Name, parameter.Default, null);
                }
            }
        }

        private readonly void Record(string key, Origin? origin)
        {
            if (context.recorder is { } recorder && origin is not null)
            {
                recorder.Assign(all, key, origin);
                recorder.AddTaint(all, origin);
            }
        }
    }
}
