using System.Collections;
using System.Runtime.CompilerServices;
using Provision.Configuration.Model;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Runtime.Accessors;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>A strict variant of the package's context: undefined names, exceeded limits and unknown arguments are errors.</summary>
internal sealed class RenderContext : TemplateContext
{
    private readonly IReadOnlyList<IScriptObject> globals;
    private readonly List<Location> includes = [];

    /// <summary>Creates a context; the caller pushes the models, which are passed only to suggest names.</summary>
    public RenderContext(TemplateLimits limits, IReadOnlyList<IScriptObject> globals)
        : base(Builtins.All)
    {
        this.globals = globals;
        NewLine = "\n";
        EnableRelaxedIndexerAccess = false;
        (TryGetVariable, TryGetMember) = (MissingVariable, MissingMember);
        OnStringLimit = OnOutputLimit = ScriptLimitBehavior.Throw;
        (LoopLimit, RecursiveLimit, LimitToString, OutputLimit, RegexTimeOut) = (limits.Loops, limits.Calls, limits.Text, limits.Output, limits.Regex);
    }

    /// <summary>Tracks values for the source map; null if none is requested.</summary>
    public Recorder? Recorder { get; set; }

    /// <summary>Resolves included templates; null makes <c>include</c> an error.</summary>
    public ITemplateSource? Source { get; set; }

    /// <summary>The <c>include</c> calls that led to the running template, outermost first.</summary>
    public IReadOnlyList<Location> IncludeChain => includes.Count == 0 ? [] : [.. includes];

    /// <summary>The <c>include</c> calls left by an error, innermost first.</summary>
    public List<Location> LeftIncludes { get; } = [];

    /// <summary>Creates the object that a loop over an object yields for a member.</summary>
    public static ScriptObject Pair(KeyValuePair<string, object?> member) => new(2) { ["key"] = member.Key, ["value"] = member.Value };

    /// <summary>Adds a source, such as <c>secret:NAME</c>, to everything made of the value being computed.</summary>
    public void RecordRead(string path) => Recorder?.Read(path);

    public override object? Evaluate(ScriptNode? scriptNode, bool aliasReturnedFunction)
    {
        if (scriptNode is null)
        {
            return null;
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new PositionedException(scriptNode.Span, "the template nests too deep for the stack of this thread");
        }

        // Every node is evaluated here: comparing exact types is faster than type tests.
        var type = scriptNode.GetType();
        if (type == typeof(ScriptMemberExpression) || type == typeof(ScriptIndexerExpression) || type == typeof(ScriptIsEmptyExpression))
        {
            var before = EnableRelaxedTargetAccess;
            EnableRelaxedTargetAccess = EnableRelaxedIndexerAccess = Leniency.Within(scriptNode);
            var value = EvaluateRecorded(scriptNode, aliasReturnedFunction);
            EnableRelaxedTargetAccess = EnableRelaxedIndexerAccess = before;
            return value;
        }

        if (type == typeof(ScriptFunctionCall))
        {
            CheckNames((ScriptFunctionCall)scriptNode);
        }
        else if (type == typeof(ScriptBinaryExpression) || type == typeof(ScriptAssignExpression))
        {
            return EvaluateWhole(scriptNode);
        }

        // For a list in an interpolated text, the package would insert the name of the .NET type.
        var result = EvaluateRecorded(scriptNode, aliasReturnedFunction);
        return type == typeof(ScriptInterpolatedExpression) ? ObjectToString(result) : result;
    }

    public override TemplateContext Write(SourceSpan span, object? textAsObject)
    {
        if (Recorder is null)
        {
            return base.Write(span, textAsObject);
        }

        Recorder.Write(textAsObject);
        return this;
    }

    public override void SetLoopVariable(ScriptVariable variable, object? value)
    {
        if (value is KeyValuePair<string, object?> member)
        {
            value = Pair(member);
            Recorder?.Pair((ScriptObject)value, member.Key);
        }

        base.SetLoopVariable(variable, Recorder is null ? value : Recorder.Element(variable, value));
    }

    public override string? ObjectToString(object? value, bool nested = false) =>
        value is DateTime date ? Builtins.Format(date) : base.ObjectToString(value, nested);

    public override string? GetTemplatePathFromName(string? templateName, ScriptNode? callerContext) => Source?.PathOf(templateName ?? "")
        ?? throw new PositionedException(
            callerContext?.Span ?? CurrentSpan,
            $"cannot include \"{templateName}\": " + (Source is null ? "no template loader is set" : "no such template"));

    /// <summary>Evaluates a lazy sequence: one passed on repeatedly could overflow the stack, or never end, when it is finally read.</summary>
    public ScriptArray Whole(IEnumerable lazy, SourceSpan span) => new(lazy.Cast<object?>().Select((item, index) => index < LoopLimit ? item
        : throw new PositionedException(span, $"this sequence has more than {LoopLimit} items", "LoopLimit bounds them")));

    /// <summary>Runs an include; its errors name the calls that led to it.</summary>
    public object? Include(FunctionCall call, IScriptCustomFunction function)
    {
        includes.Add(TemplateErrors.Place(call.Span));
        try
        {
            object? Render() => function.Invoke(call.Context, call.Caller, call.Arguments, null);
            return Recorder is null ? Render() : Recorder.Include(call, function is Scriban.Functions.IncludeFunction, Render);
        }
        catch (ScriptRuntimeException)
        {
            LeftIncludes.Add(includes[^1]);
            throw;
        }
        finally
        {
            includes.RemoveAt(includes.Count - 1);
        }
    }

    protected override void OnEnterLoop(ScriptLoopStatementBase loop) => Recorder?.EnterLoop();

    protected override void OnExitLoop(ScriptLoopStatementBase loop) => Recorder?.ExitLoop();

    /// <inheritdoc/>
    /// <remarks>Only template values have members: for anything else the package would use reflection.</remarks>
    protected override IObjectAccessor? GetMemberAccessorImpl(object target) => target switch
    {
        ModelObject => ScriptObjectAccessor.Default,
        ScriptRange => RecordingAccessor.Lists,
        IScriptObject => RecordingAccessor.Objects,
        string => RecordingAccessor.Texts,
        ValueType => base.GetMemberAccessorImpl(target),
        _ => NullAccessor.Default,
    };

    protected override IListAccessor? GetListAccessorImpl(object target, Type type) =>
        target is string ? RecordingAccessor.Texts : target is IList ? RecordingAccessor.Lists : base.GetListAccessorImpl(target, type);

    protected override Template CreateTemplate(string templatePath, ScriptNode? callerContext)
    {
        var template = Source?.Load(templatePath)
            ?? throw new PositionedException(callerContext?.Span ?? CurrentSpan, $"cannot include \"{templatePath}\": it cannot be read");
        if (!template.HasErrors)
        {
            return template.Syntax;
        }

        var first = template.Messages[0];
        var at = new TextPosition(0, first.Location.Line - 1, first.Location.Column - 1);
        throw new PositionedException(new SourceSpan(first.Location.Path, at, at), first.Message, first.Hint)
        {
            Others = [.. template.Messages.Skip(1).Select(message => new RelatedLocation(message.Location, message.Message))],
        };
    }

    private object? EvaluateRecorded(ScriptNode node, bool alias)
    {
        if (Recorder is not { } recorder)
        {
            return base.Evaluate(node, alias);
        }

        var mark = recorder.Begin(node);
        return recorder.End(node, mark, base.Evaluate(node, alias));
    }

    /// <summary>Evaluates an operator, whose result may be a lazy sequence.</summary>
    private object? EvaluateWhole(ScriptNode node)
    {
        var recorder = Recorder;
        var mark = recorder?.Begin(node) ?? default;
        var value = base.Evaluate(node, aliasReturnedFunction: false);
        if (value is ScriptRange lazy
            && node is ScriptBinaryExpression { Operator: not (ScriptBinaryOperator.RangeInclude or ScriptBinaryOperator.RangeExclude) })
        {
            value = Whole(lazy, node.Span);
        }
        else if (node is ScriptAssignExpression { EqualToken.TokenType: not TokenType.Equal, Target: { } target } && GetValue(target) is ScriptRange sum)
        {
            SetValue(target, Whole(sum, node.Span));
        }

        return recorder is null ? value : recorder.End(node, mark, value);
    }

    private void CheckNames(ScriptFunctionCall call)
    {
        var named = false;
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            named |= call.Arguments[i] is ScriptNamedArgument;
        }

        if (!named || Evaluate(call.Target, aliasReturnedFunction: true) is not IScriptCustomFunction { VarParamKind: not ScriptVarParamKind.Direct } function)
        {
            return;
        }

        var known = Enumerable.Range(0, function.ParameterCount).Select(index => function.GetParameterInfo(index).Name).ToList();
        foreach (var argument in call.Arguments.OfType<ScriptNamedArgument>())
        {
            if (argument.Name?.Name is { } name && !known.Contains(name))
            {
                throw new PositionedException(argument.Span, $"\"{call.Target}\" has no parameter \"{name}\"", NearestName.Hint(name, known));
            }
        }
    }

    private bool MissingVariable(TemplateContext context, SourceSpan span, ScriptVariable variable, out object? value)
    {
        value = null;
        var name = variable.Name;
        return Leniency.Around(variable) ? true : throw variable switch
        {
            { Name: "$", Parent: ScriptIndexerExpression { Index: var index } } =>
                new PositionedException(span, $"there is no argument ${index}: 0 were given"),
            ScriptVariableLocal => new PositionedException(span, $"the variable \"{name}\" is not defined"),
            { Name: "for" or "while" or "tablerow" } => new PositionedException(span, $"the name \"{name}\" is not defined outside a loop"),
            _ => new PositionedException(
                span,
                $"the name \"{name}\" is not defined",
                NearestName.Hint(name, globals.Append(BuiltinObject).Append(CurrentGlobal!).SelectMany(global => global.GetMembers()))),
        };
    }

    private bool MissingMember(TemplateContext context, SourceSpan span, object target, string member, out object? value)
    {
        value = null;
        var owner = (CurrentNode as ScriptMemberExpression)?.Target ?? (CurrentNode as ScriptIndexerExpression)?.Target;
        return owner is null || Leniency.Within(CurrentNode!) ? false
            : throw new PositionedException(
                span,
                $"\"{owner}\" has no member \"{member}\"",
                NearestName.Hint(member, (target as IScriptObject)?.GetMembers() ?? ["size"]));
    }
}
