using Provision.Configuration.Templates;
using Scriban;
using Scriban.Runtime;

namespace Provision.Configuration.Tests.Templates;

/// <summary>Holds the table of allowed functions against all that the language has, as the package brings them by reflection.</summary>
public sealed class BuiltinTests
{
    private static readonly string[] LeftOut = ["date.now", "date.utc_now", "math.random", "math.uuid", "object.eval", "object.eval_template"];

    [Fact]
    public void Every_function_of_the_language_is_in_the_table_or_left_out()
    {
        var language = Members(TemplateContext.GetDefaultBuiltinObject());
        Assert.Equal(126, language.Keys.Count(name => name.Contains('.')));
        Assert.Equal(language.Keys.Order(StringComparer.Ordinal), Members(Builtins.All).Keys.Concat(LeftOut).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parameters_are_those_of_the_language()
    {
        static string Signature(IScriptCustomFunction function) =>
            string.Join(' ', Enumerable.Range(0, function.ParameterCount).Select(index =>
                function.GetParameterInfo(index).Name)) + $" ({function.RequiredParameterCount} needed)";
        var language = Members(TemplateContext.GetDefaultBuiltinObject());
        foreach (var (name, value) in Members(Builtins.All).Where(member => member.Value is IScriptCustomFunction
            && !member.Key.StartsWith("include", StringComparison.Ordinal)))
        {
            Assert.Equal($"{name} {Signature((IScriptCustomFunction)language[name]!)}", $"{name} {Signature((IScriptCustomFunction)value!)}");
        }
    }

    private static Dictionary<string, object?> Members(ScriptObject builtins) => builtins
        .SelectMany(group => group.Value is ScriptObject members ? members.Select(member => KeyValuePair.Create($"{group.Key}.{member.Key}", member.Value)) : [
            group])
        .ToDictionary(StringComparer.Ordinal);
}
