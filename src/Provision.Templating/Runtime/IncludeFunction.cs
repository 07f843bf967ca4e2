namespace Provision.Templating.Runtime;

/// <summary>The value of the name <c>include</c>; calls of it are made by the context itself.</summary>
internal sealed class IncludeFunction : IScriptCustomFunction
{
    public string Name => "include";

    public IReadOnlyList<ScriptParameter> Parameters { get; } = [new("name")];

    public bool IsVariadic => true;

    public object? Invoke(TemplateContext context, ScriptArguments arguments) =>
        context.IncludeText(arguments.Text(0) ?? "", arguments.Values.Length > 1 ? arguments.Values[1..].ToArray() : [], arguments.At);
}
