using Provision.Configuration.Model;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>Tracks values from what expressions read to what they write. Reads accumulate in order; a value that an expression creates takes all reads since
/// the expression began. A value of unknown origin takes every secret read so far.</summary>
internal sealed partial class Recorder
{
    private readonly RenderContext context;
    private readonly Origins origins = new();
    private readonly List<string> reads = [];
    private readonly HashSet<string> secrets = new(StringComparer.Ordinal);
    private int pathStart;
    private int callStart = int.MaxValue;
    private bool quiet;
    private bool returning;

    public Recorder(RenderContext context, IEnumerable<IScriptObject> globals, bool secretsOnly)
    {
        this.context = context;
        foreach (var model in secretsOnly ? [] : globals)
        {
            origins.Set(model, Origin.Of(""));
        }
    }

    /// <summary>The position at the beginning of a node, needed at its end.</summary>
    internal readonly record struct Mark(int Reads, int PathStart, int CallStart, int Output);

    /// <summary>Adds a source to the value being computed.</summary>
    public void Read(string path)
    {
        reads.Add(path);
        if (path.StartsWith("secret:", StringComparison.Ordinal))
        {
            secrets.Add(path);
        }
    }

    /// <summary>Begins the evaluation of a node.</summary>
    public Mark Begin(ScriptNode node)
    {
        if (callStart <= reads.Count && node is ScriptPage or { Parent: ScriptFunction })
        {
            // The arguments carry their own origins.
            Forget(callStart);
            callStart = int.MaxValue;
        }

        var mark = new Mark(reads.Count, pathStart, callStart, Written);
        switch (node)
        {
            case ScriptPage:
                BeginPage();
                break;
            case ScriptExpression:
                (pathStart, callStart) = (reads.Count, reads.Count);
                break;
        }

        return mark;
    }

    /// <summary>Ends the evaluation of a node and returns its value, which may be a copy that carries its origin.</summary>
    public object? End(ScriptNode node, Mark mark, object? value)
    {
        (pathStart, callStart) = (mark.PathStart, mark.CallStart);
        switch (node)
        {
            case ScriptExpression expression:
                returning = false;
                return EndExpression(expression, mark.Reads, value);
            case ScriptRawStatement raw when IsPage:
                AddSpan(mark.Output, raw.Text.ToString(), 0, new(0, 0, TemplateErrors.Place(raw.Span), context.IncludeChain, []));
                break;
            case ScriptPage:
                returning = false;
                finished.Add(pages[context.Output]);
                break;
            case ScriptBlockStatement { Parent: ScriptCaptureStatement }:
                origins.Set(context.Output, Since(mark.Reads));
                break;
            case ScriptBlockStatement:
                break;
            default:
                if (node is ScriptReturnStatement or ScriptExpressionStatement)
                {
                    Touch(value);
                    written = (TemplateErrors.Place(node.Span), Since(mark.Reads).Paths);
                }

                // Reads behind a function's return value or a capture must not be discarded yet.
                returning |= node is ScriptReturnStatement or { Parent: ScriptFunction };
                if (!returning && IsPage)
                {
                    Forget(mark.Reads);
                }

                break;
        }

        return value;
    }

    /// <summary>Records that a member was read.</summary>
    public void ReadMember(object target, string name, object? value)
    {
        var origin = origins.Of(target);
        if (origin?.Path is { } path && (target is ModelObject || origins.Of(value) is null))
        {
            ReadPath(path, Origin.Member(path, name), value);
        }
        else
        {
            origins.SetIfNone(value, origin ?? Origin.None);
        }
    }

    /// <summary>Records that an item of a list or a character of a text was read.</summary>
    public void ReadItem(object target, int index, object? value)
    {
        if (origins.Of(target) is { } origin)
        {
            if (origin.Path is { } path && target is not string)
            {
                ReadPath(path, Origin.Item(path, index), value);
            }
            else
            {
                origins.SetIfNone(value, origin);
            }
        }
    }

    /// <summary>Begins a library call: the origins of its arguments count as read, its own reads of them do not. Returns the arguments of
    /// <see cref="EndCall"/>.</summary>
    public (bool, int) BeginCall(ScriptArray arguments)
    {
        var before = (quiet, callStart);
        (quiet, callStart) = (true, int.MaxValue);
        foreach (var argument in arguments)
        {
            Touch(argument);
            quiet &= argument is not IScriptCustomFunction;
        }

        return before;
    }

    public void EndCall((bool, int) before) => (quiet, callStart) = before;

    private object? EndExpression(ScriptExpression node, int mark, object? value)
    {
        switch (node)
        {
            case ScriptLiteral:
                origins.SetIfNone(value, Origin.None);
                break;
            case ScriptAssignExpression assign:
                Computed(assign.EqualToken.TokenType == TokenType.Equal ? null : assign.Target, mark);
                Forget(mark);
                break;
            case ScriptVariable or ScriptMemberExpression or ScriptIndexerExpression when !Origins.IsEmpty(value):
                value = Taken(value!, mark);
                break;
            default:
                Computed((node as ScriptIncrementDecrementExpression)?.Right, mark);
                value = Carry(value, mark);
                break;
        }

        switch (node.Parent)
        {
            case ScriptConditionStatement or ScriptWhileStatement or ScriptCaseStatement or ScriptList { Parent: ScriptWhenStatement }:
                Forget(mark);
                break;
            case ScriptForStatement loop when ReferenceEquals(loop.Iterator, node):
                BeginItems(value, Since(mark), loop.NamedArguments.Count > 0);
                break;
            case ScriptBinaryExpression or ScriptInterpolatedExpression:
                Touch(value);
                break;
        }

        return value;
    }

    /// <summary>Assigns the recorded reads to a variable changed by an operator such as <c>+=</c>.</summary>
    private void Computed(ScriptExpression? target, int mark)
    {
        if (target is not null)
        {
            context.Recorder = null;
            origins.Set(context.GetValue(target), Since(mark));
            context.Recorder = this;
        }
    }

    /// <summary>Records the origin of a value that a path led to.</summary>
    private object? Taken(object value, int mark)
    {
        if (origins.Of(value) is { } origin)
        {
            foreach (var path in origin.Paths)
            {
                if (reads.LastIndexOf(path) < mark)
                {
                    reads.Add(path);
                }
            }
        }
        else if (!Origins.IsContainer(value))
        {
            reads.AddRange(reads.Count == mark ? secrets : []);
            return Carry(value, mark);
        }

        return value;
    }

    /// <summary>Assigns all recorded reads to a computed value.</summary>
    private object? Carry(object? value, int mark)
    {
        if (Origins.IsEmpty(value))
        {
            return value;
        }

        var since = Since(mark);
        var own = origins.Of(value);
        if (own is not null && Array.TrueForAll(since.Paths, path => own.Paths.Contains(path) || (Origins.IsContainer(value) && !secrets.Contains(path))))
        {
            return value;
        }

        if (own is null && since.Paths.Length > 0 && Origins.IsContainer(value))
        {
            origins.SetInside(value!, since);
        }

        return origins.With(
            value!,
            own is null ? since : new([.. own.Paths.Union(since.Paths, StringComparer.Ordinal)], Origins.IsContainer(value) ? own.Path : null));
    }

    private Origin Since(int mark) => (reads.Count - mark) switch
    {
        0 => Origin.None,
        1 => new([reads[mark]]),
        _ => new([.. reads.Skip(mark).Distinct(StringComparer.Ordinal)]),
    };

    private void Forget(int mark) => reads.RemoveRange(mark, reads.Count - mark);

    private void Touch(object? value)
    {
        if (Origins.IsContainer(value))
        {
            reads.AddRange(origins.Inside(value!));
        }
    }

    /// <summary>Records a path, which replaces the path of its container.</summary>
    private void ReadPath(string container, string path, object? value)
    {
        if (quiet && !Origins.IsContainer(value))
        {
            return;
        }

        origins.SetPath(value, path);
        var target = context.CurrentNode switch
        {
            ScriptMemberExpression member => member.Target,
            ScriptIndexerExpression item => item.Target,
            _ => null,
        };
        if (!quiet && target is ScriptVariable or ScriptMemberExpression or ScriptIndexerExpression
            && reads.LastIndexOf(container) is var at && at >= pathStart)
        {
            reads.RemoveAt(at);
        }

        reads.AddRange(quiet ? [] : [path]);
    }
}
