namespace Provision.Templating.Syntax;

/// <summary>A parameter of a function written in a template.</summary>
internal readonly record struct FunctionParameter(string Name, bool HasDefault, object? Default, bool IsRest);

/// <summary>A function written in a template; also the value that stands for it.</summary>
internal sealed class ScriptFunction(SourceText source, int start, int end, string? name, FunctionParameter[]? parameters)
    : Node(source, start, end), IScriptCustomFunction
{
    /// <summary>The name it was defined with; null for <c>do ... end</c>.</summary>
    internal string? DefinedName { get; } = name;

    /// <summary>True when the name is a <c>$name</c>.</summary>
    internal bool IsLocal { get; init; }

    /// <summary>The declared parameters; null where it takes whatever it is given, as <c>$</c>.</summary>
    internal FunctionParameter[]? Declared { get; } = parameters;

    /// <summary>The body, or null where <see cref="Result"/> is the whole function.</summary>
    internal Block? Body { get; set; }

    /// <summary>The expression of <c>f(x) = ...</c>.</summary>
    internal Expression? Result { get; set; }

    /// <summary>True when a <c>ret</c> with a value stands in the body, or it is an expression.</summary>
    internal bool Returns { get; set; }

    public string Name => DefinedName ?? "do";

    public IReadOnlyList<ScriptParameter> Parameters =>
        Declared is null ? [] : [.. Declared.Where(p => !p.IsRest).Select(p => new ScriptParameter(p.Name, p.HasDefault))];

    public bool IsVariadic => Declared is null || Declared.Any(p => p.IsRest);

    public object? Invoke(TemplateContext context, ScriptArguments arguments) => context.Call(this, arguments.Values, arguments.Call ?? this);

    public override string ToString() => Text;
}
