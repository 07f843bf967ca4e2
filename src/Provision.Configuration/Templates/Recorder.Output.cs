using System.Text;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>Spans of the output, items of loops, and includes.</summary>
internal sealed partial class Recorder
{
    private readonly Dictionary<IScriptOutput, List<OutputSpan>> pages = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, List<OutputSpan>> includedTexts = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(Origin Origin, bool Counted, int Index)> loops = new();
    private List<List<OutputSpan>> finished = [];
    private (ScriptFunctionCall Call, ScriptArray Values)? includeArguments;
    private (Location Place, string[] Paths) written;

    /// <summary>The spans of the rendered template.</summary>
    public IReadOnlyList<OutputSpan> Spans => finished.Count == 0 ? [] : finished[^1];

    private StringBuilder Builder => ((StringBuilderOutput)context.Output).Builder;

    private int Written => Builder.Length;

    /// <summary>Whether the output belongs to a template and not to a capture.</summary>
    private bool IsPage => pages.ContainsKey(context.Output);

    /// <summary>Writes the value of the last statement.</summary>
    public void Write(object? value)
    {
        if (context.ObjectToString(value) is not { Length: > 0 } text)
        {
            return;
        }

        if (!IsPage)
        {
            context.Write(text);
        }
        else if (includedTexts.TryGetValue(value!, out var inner))
        {
            // An included text keeps its own spans.
            var at = 0;
            foreach (var span in inner)
            {
                context.Write(text, at, span.Start - at);
                WriteSpan(text, span.Start, span);
                at = span.Start + span.Length;
            }

            context.Write(text, at, text.Length - at);
        }
        else
        {
            WriteSpan(text, 0, new(0, text.Length, written.Place, context.IncludeChain, written.Paths));
        }
    }

    public void EnterLoop() => loops.Push((Origin.None, false, 0));

    public void ExitLoop() => loops.Pop();

    /// <summary>Returns the next value of a loop with its origin, which derives from the collection of the loop.</summary>
    public object? Element(ScriptVariable variable, object? value)
    {
        if (Origins.IsEmpty(value) || loops.Count == 0 || variable.Name is "for" or "while" or "tablerow")
        {
            return value;
        }

        var (origin, counted, index) = loops.Pop();
        loops.Push((origin, counted, index + 1));
        if (origin.Path is { } path && !Origins.IsContainer(value))
        {
            return origins.With(value!, Origin.Of(counted ? Origin.Item(path, index) : path));
        }

        origins.SetIfNone(value, origin);
        return value;
    }

    /// <summary>Returns the pair that a loop over an object yields, with the origins of its member.</summary>
    public ScriptObject Pair(ScriptObject pair, string name)
    {
        var origin = loops.Count == 0 ? Origin.None : loops.Peek().Origin;
        if (origin.Path is { } path)
        {
            origin = Origin.Of(Origin.Member(path, name));
            origins.SetPath(pair["value"], origin.Path!);
        }

        pair["key"] = origins.With(name, origin);
        origins.SetIfNone(pair["value"], origin);
        return pair;
    }

    /// <summary>Runs an include and keeps the spans of its text for the place where the text is written.</summary>
    public object? Include(FunctionCall call, bool isWhole, Func<object?> render)
    {
        var outer = finished;
        finished = [];
        includeArguments = call.Caller is ScriptFunctionCall caller ? (caller, call.Arguments) : null;
        var result = render();
        var paths = finished.SelectMany(page => page).SelectMany(span => span.Paths).Distinct(StringComparer.Ordinal).ToArray();
        reads.AddRange(paths);
        origins.Set(result, new(paths));
        if (isWhole && finished.Count > 0 && !Origins.IsEmpty(result))
        {
            includedTexts[result!] = finished[^1];
        }

        finished = outer;
        return result;
    }

    private void BeginItems(object? container, Origin since, bool isPart)
    {
        var own = origins.Of(container);
        loops.Pop();
        loops.Push((own?.Path is null && since.Paths.Length > 0 ? since : own ?? since, !isPart && container is System.Collections.IList, 0));
    }

    private void BeginPage()
    {
        pages[context.Output] = [];

        // The package computes named arguments a second time, unrecorded: the recorded values replace them.
        foreach (var argument in includeArguments?.Call.Arguments.OfType<ScriptNamedArgument>() ?? [])
        {
            if (argument.Name?.Name is { } name && includeArguments!.Value.Values.TryGetValue(null, default, name, out var value))
            {
                context.SetValue(ScriptVariable.Create(name, ScriptVariableScope.Local), value, asReadOnly: false, force: true);
            }
        }

        includeArguments = null;
    }

    private void WriteSpan(string text, int at, OutputSpan span)
    {
        var start = Written;
        context.Write(text, at, span.Length);
        AddSpan(start, text, at, span);
    }

    /// <summary>Adds a span for the text written since a start, without the indent that the package inserted.</summary>
    private void AddSpan(int start, string text, int at, OutputSpan span)
    {
        var builder = Builder;
        if (context.CurrentIndent is { Length: > 0 } indent && start > 0 && start < builder.Length && builder[start - 1] == '\n')
        {
            start += indent.Length;
        }

        if (builder.Length > start)
        {
            pages[context.Output].Add(span with { Start = start, Length = builder.Length - start });
        }
    }
}
