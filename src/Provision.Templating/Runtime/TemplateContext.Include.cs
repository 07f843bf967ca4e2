using System.Globalization;
using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Templates in templates.</summary>
public sealed partial class TemplateContext
{
    private Dictionary<string, Template>? cachedTemplates;
    private Dictionary<string, int>? cycles;

    /// <summary>The turn of an <c>array.cycle</c> group.</summary>
    internal int NextTurn(string group)
    {
        cycles ??= new(StringComparer.Ordinal);
        var turn = cycles.TryGetValue(group, out var last) ? last + 1 : 0;
        cycles[group] = turn;
        return turn;
    }

    /// <summary>The text of an include, where its value is used.</summary>
    internal string Include(CallExpression call)
    {
        var captured = RunInclude(call);
        ReadSpans(captured);
        var text = captured.ToString();
        Recycle(captured);
        return text;
    }

    /// <summary>An include that is a statement: its text goes straight to the output, and its spans stay apart.</summary>
    internal void WriteInclude(CallExpression call)
    {
        var captured = RunInclude(call);
        WriteCaptured(captured, call);
        Recycle(captured);
    }

    /// <summary>An include by a function, with values known already.</summary>
    internal string IncludeText(string name, object?[] values, Node call)
    {
        var next = RentFrame();
        var all = new ScriptArray(values.Length + 1) { name };
        foreach (var value in values)
        {
            all.Add(value);
        }

        next.Arguments = all;
        var captured = RunTemplate(FindTemplate(name, call), next, call);
        ReadSpans(captured);
        var text = captured.ToString();
        Recycle(captured);
        return text;
    }

    private OutputBuffer RunInclude(CallExpression call)
    {
        var next = RentFrame();
        var all = new ScriptArray(call.Arguments.Length + 1);
        if (call.Piped is { } piped)
        {
            AddIncludeArgument(next, all, piped, null);
        }

        for (var i = 0; i < call.Arguments.Length; i++)
        {
            AddIncludeArgument(next, all, call.Arguments[i], call.Names?[i]);
        }

        next.Arguments = all;
        if (all.Count == 0)
        {
            throw Error(Node.AtEnd(call), "\"include\" needs the name of a template");
        }

        return RunTemplate(FindTemplate(ObjectToString(all[0]), call), next, call);
    }

    private void AddIncludeArgument(CallFrame next, ScriptArray all, Expression argument, string? name)
    {
        var mark = recorder?.Mark ?? 0;
        var value = argument.Evaluate(this);
        var origin = recorder?.Since(mark, argument.IsPath);
        recorder?.Truncate(mark);
        if (name is null)
        {
            all.Add(value);
            name = (all.Count - 1).ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            all.Members[name] = value;
            next.Locals.Set(name, value, origin);
        }

        if (origin is not null)
        {
            recorder!.Assign(all, name, origin);
            recorder.AddTaint(all, origin);
        }
    }

    private Template FindTemplate(string name, Node call)
    {
        if (TemplateLoader is null)
        {
            throw Error(call, $"cannot include \"{name}\": no template loader is set");
        }

        var location = call.Location;
        var path = TemplateLoader.GetPath(this, location, name)
            ?? throw Error(call, $"cannot include \"{name}\": no such template");
        if (cachedTemplates is null || !cachedTemplates.TryGetValue(path, out var template))
        {
            template = TemplateLoader.LoadTemplate(this, location, path)
                ?? throw Error(call, $"cannot include \"{name}\": \"{path}\" cannot be read");
            (cachedTemplates ??= new(StringComparer.Ordinal))[path] = template;
        }

        if (template.HasErrors)
        {
            var others = template.Messages.Where(m => m != template.FirstError).Select(m => new RelatedLocation(m.Location, m.Message));
            throw new ScriptRuntimeException(template.FirstError with
            {
                Related = [new(location, "included from here"), .. IncludedFrom(), .. others],
            });
        }

        return template;
    }

    private OutputBuffer RunTemplate(Template template, CallFrame next, Node call)
    {
        EnterCall(call);
        next.LayerBase = layerCount;
        frames.Push(frame);
        frame = next;
        includes.Add(call);
        chain = null;
        var outerIndent = indent;
        var outerSuppress = suppressOutput;
        indent = null;
        suppressOutput = false;
        var outer = BeginCapture();
        var captured = outer;
        try
        {
            template.Run(this);
        }
        finally
        {
            captured = EndCapture(outer);
            indent = outerIndent;
            suppressOutput = outerSuppress;
            includes.RemoveAt(includes.Count - 1);
            chain = null;
            PopLayers(next.LayerBase);
            frame = frames.Pop();
            ReturnFrame(next);
            LeaveCall();
        }

        ReturnValue = null;
        return captured;
    }
}
