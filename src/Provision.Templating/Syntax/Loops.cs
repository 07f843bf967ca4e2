using Provision.Templating.Runtime;

namespace Provision.Templating.Syntax;

/// <summary>An argument of a loop: <c>offset:1</c>, <c>limit:2</c>, <c>cols:3</c>, <c>reversed</c>.</summary>
internal readonly record struct LoopArgument(string Name, Expression? Value, Node At);

/// <summary><c>for x in values ... else ... end</c>, and <c>tablerow</c>.</summary>
internal sealed class ForStatement(
    SourceText source,
    int start,
    int end,
    LoopKind kind,
    Expression variable,
    Expression values,
    LoopArgument[] arguments,
    Block body,
    Block? otherwise) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.StartStatement();
        var recorder = context.Recorder;
        var mark = recorder?.Mark ?? 0;
        var value = values.Evaluate(context);
        if (value is null)
        {
            recorder?.Truncate(mark);
            return Flow.Next;
        }

        var sequence = Sequences.Of(value)
            ?? throw context.Error(values, $"a loop needs a list, but \"{values.ShortText}\" is {TypeNames.Of(value)}");
        var path = recorder is null ? null : (values.IsPath ? recorder.LastPath : null) ?? recorder.PathOf(value);
        var origin = recorder?.Since(mark, values.IsPath);
        var (list, columns) = Arrange(context, sequence);
        var flow = Walk(context, value, list, new ElementOrigins(recorder, path, origin, arguments.Length == 0), columns);
        if (flow != Flow.Return)
        {
            // Only now: a lazy list calls functions while it is walked, and they must know what it was made of.
            recorder?.Truncate(mark);
        }

        return flow;
    }

    private (IEnumerable<object?> Values, int Columns) Arrange(TemplateContext context, IEnumerable<object?> sequence)
    {
        var (offset, limit, columns, reversed) = (0, 0, 0, false);
        foreach (var argument in arguments)
        {
            switch (argument.Name)
            {
                case "offset":
                    offset = Conversion.ToInt(context, argument.At, argument.Value?.Evaluate(context));
                    break;
                case "limit":
                    limit = Conversion.ToInt(context, argument.At, argument.Value?.Evaluate(context));
                    break;
                case "cols" when kind == LoopKind.TableRow:
                    columns = Conversion.ToInt(context, argument.At, argument.Value?.Evaluate(context));
                    break;
                case "reversed" when argument.Value is null:
                    reversed = true;
                    break;
                default:
                    throw context.Error(argument.At, $"a loop has no argument \"{argument.Name}\"", "it knows offset, limit and reversed");
            }
        }

        if (offset > 0)
        {
            sequence = sequence.Skip(offset);
        }

        if (reversed)
        {
            sequence = sequence.Reverse();
        }

        return (limit > 0 ? sequence.Take(limit) : sequence, columns);
    }

    private Flow Walk(TemplateContext context, object value, IEnumerable<object?> list, ElementOrigins origins, int columns)
    {
        var loop = new LoopState(kind) { Length = () => arguments.Length == 0 && value is System.Collections.IEnumerable all ? Sequences.Count(all) : list.Count() };
        var local = variable as LocalVariable;
        var saved = local is null ? default : context.SaveLocal(local.Name);
        var table = kind == LoopKind.TableRow ? new TableRows(columns) : null;
        var flow = Flow.Next;
        var layers = context.LayerCount;
        context.EnterLoop();
        context.PushLoop((variable as Variable)?.Name, loop);
        using var items = list.GetEnumerator();
        try
        {
            var more = items.MoveNext();
            if (!more)
            {
                context.PopLayers(layers);
                return otherwise?.Execute(context) ?? Flow.Next;
            }

            object? previous = null;
            object? item = null;
            loop.Changed = () => loop.Index == 0 || !Operators.AreEqual(context, this, previous, item);
            while (more)
            {
                context.CountStep(this);
                item = items.Current;
                more = items.MoveNext();
                loop.IsLast = !more;
                var from = origins.Of(value, loop.Index, item);
                if (local is null)
                {
                    context.SetLoopValue(item, from);
                }
                else
                {
                    context.SetLocal(local.Name, item, from);
                }

                table?.Begin(context, this, loop);
                flow = body.Execute(context);
                table?.End(context, this, loop);
                if (flow is Flow.Break or Flow.Return)
                {
                    break;
                }

                previous = item;
                loop.Index++;
            }
        }
        finally
        {
            context.PopLayers(layers);
            context.LeaveLoop();
            if (local is not null)
            {
                context.RestoreLocal(local.Name, saved);
            }
        }

        return flow == Flow.Return ? flow : Flow.Next;
    }

    /// <summary>Says where the elements of a walked list came from.</summary>
    private readonly struct ElementOrigins(Recorder? recorder, string? path, Origin? origin, bool inOrder)
    {
        internal Origin? Of(object list, int index, object? item)
        {
            if (recorder is null)
            {
                return null;
            }

            if (path is not null && list is IScriptObject)
            {
                RegisterPair(item);
                return new Origin(path);
            }

            if (path is not null && inOrder)
            {
                return new Origin($"{path}[{index}]");
            }

            return item is not null && recorder.PathOf(item) is { } own ? new Origin(own) : origin;
        }

        /// <summary>The value of a key and value pair is the member of that key.</summary>
        private void RegisterPair(object? item)
        {
            if (item is ScriptObject pair && pair["key"] is string key)
            {
                var member = Identifiers.IsPlain(key) ? $"{path}.{key}" : $"{path}[\"{key}\"]";
                recorder!.Assign(pair, "key", new Origin(member));
                recorder.Assign(pair, "value", new Origin(member));
            }
        }
    }
}

/// <summary>The rows and cells that <c>tablerow</c> writes around its body.</summary>
internal sealed class TableRows(int columns)
{
    private int row;

    internal void Begin(TemplateContext context, Node at, LoopState loop)
    {
        var column = columns <= 0 ? 0 : loop.Index % columns;
        loop.Column = column + 1;
        if (column == 0)
        {
            context.WriteRaw($"<tr class=\"row{++row}\">", at);
        }

        context.WriteRaw($"<td class=\"col{loop.Column}\">", at);
    }

    internal void End(TemplateContext context, Node at, LoopState loop)
    {
        context.WriteRaw("</td>", at);
        if (columns <= 0 || loop.Column == columns || loop.IsLast)
        {
            context.WriteRaw("</tr>" + context.NewLine, at);
        }
    }
}

/// <summary><c>while condition ... end</c>.</summary>
internal sealed class WhileStatement(SourceText source, int start, int end, Expression condition, Block body) : Statement(source, start, end)
{
    internal override Flow Execute(TemplateContext context)
    {
        context.StartStatement();
        var loop = new LoopState(LoopKind.While);
        var layers = context.LayerCount;
        context.EnterLoop();
        context.PushLoop(null, loop);
        try
        {
            while (true)
            {
                var mark = context.Recorder?.Mark ?? 0;
                var holds = Conversion.IsTrue(condition.Evaluate(context));
                context.Recorder?.Truncate(mark);
                if (!holds)
                {
                    return Flow.Next;
                }

                context.CountStep(this);
                var flow = body.Execute(context);
                if (flow is Flow.Break or Flow.Return)
                {
                    return flow == Flow.Return ? flow : Flow.Next;
                }

                loop.Index++;
            }
        }
        finally
        {
            context.PopLayers(layers);
            context.LeaveLoop();
        }
    }
}
