using System.Collections;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>A function that templates can call. Its parameters are one text, such as <c>"text:s width:i? items:o..."</c>: <c>s</c> text, <c>i</c> integer,
/// <c>n</c> number, <c>b</c> boolean, <c>l</c> sequence, <c>a</c> list, <c>d</c> date, <c>o</c> anything; <c>?</c> is optional, <c>...</c> collects the rest.
/// <c>"*"</c> accepts any arguments.</summary>
internal sealed class TemplateFunction(string signature, Func<FunctionCall, object?> body) : IScriptCustomFunction
{
    private readonly ScriptParameterInfo[] parameters = [.. signature.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parameter)];

    public int RequiredParameterCount => parameters.Count(parameter => !parameter.HasDefaultValue) - (VarParamKind == ScriptVarParamKind.LastParameter ? 1 : 0);

    public int ParameterCount => parameters.Length;

    public ScriptVarParamKind VarParamKind { get; } =
        signature == "*" ? ScriptVarParamKind.Direct
            : signature.EndsWith("...", StringComparison.Ordinal) ? ScriptVarParamKind.LastParameter : ScriptVarParamKind.None;

    public Type ReturnType => typeof(object);

    public ScriptParameterInfo GetParameterInfo(int index) => parameters[Math.Min(index, parameters.Length - 1)];

    public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement)
    {
        var call = new FunctionCall((RenderContext)context, callerContext, arguments);
        var recorder = VarParamKind == ScriptVarParamKind.Direct ? null : call.Context.Recorder;
        var before = recorder?.BeginCall(arguments);
        try
        {
            var result = body(call);
            return result is IEnumerable lazy and (ScriptRange or not (string or IList or IScriptObject)) ? call.Context.Whole(lazy, call.Span) : result;
        }
        catch (ArgumentProblemException problem)
        {
            throw new PositionedException(call.SpanOf(problem.Argument), problem.Message, problem.Hint);
        }
        finally
        {
            recorder?.EndCall(before!.Value);
        }
    }

    public ValueTask<object?> InvokeAsync(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        new(Invoke(context, callerContext, arguments, blockStatement));

    private static ScriptParameterInfo Parameter(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var type = text[colon + 1] switch
        {
            's' => typeof(string),
            'i' => text[^1] == '?' ? typeof(int?) : typeof(int),
            'n' => typeof(double),
            'b' => typeof(bool?),
            'l' => typeof(IEnumerable),
            'a' => typeof(IList),
            'd' => typeof(DateTime?),
            _ => typeof(object),
        };
        var name = text[..Math.Max(colon, 0)];
        return text[^1] == '?' ? new(type, name, null) : new(type, name);
    }
}

/// <summary>One call of a function, its arguments already converted to the types of its parameters.</summary>
internal readonly record struct FunctionCall(RenderContext Context, ScriptNode? Caller, ScriptArray Arguments)
{
    public SourceSpan Span => Caller?.Span ?? Context.CurrentSpan;

    public object? this[int index] => Arguments[index];

    public string? Text(int index) => (string?)Arguments[index];

    public string Needed(int index) => Text(index) ?? throw new ArgumentProblemException("this is null, not a text", index);

    public int Integer(int index) => (int)Arguments[index]!;

    public int? OptionalInteger(int index) => (int?)Arguments[index];

    public double Number(int index) => (double)(Arguments[index] ?? 0.0);

    public IEnumerable? Items(int index) =>
        Arguments[index] is IEnumerable<KeyValuePair<string, object?>> members ? members.Select(RenderContext.Pair) : (IEnumerable?)Arguments[index];

    /// <summary>Returns the position of a 0-based argument, or of the call.</summary>
    public SourceSpan SpanOf(int argument)
    {
        if (Leniency.Piped(Caller) is { } piped && argument-- == 0)
        {
            return piped.Span;
        }

        return Caller is ScriptFunctionCall call && argument < call.Arguments.Count ? call.Arguments[argument].Span : Span;
    }
}
