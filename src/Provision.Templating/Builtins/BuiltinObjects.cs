using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary>The objects every template sees. Closed and shared by all contexts.</summary>
internal static class BuiltinObjects
{
    private static readonly string[] NotInStrict = ["date.now", "date.utc_now", "math.random", "math.uuid", "object.eval", "object.eval_template"];

    /// <summary>All of them.</summary>
    internal static ScriptObject All => AllHolder.Objects;

    /// <summary>Those whose result depends on their arguments only.</summary>
    internal static ScriptObject Strict => StrictHolder.Objects;

    private static ScriptObject Build(bool strict)
    {
        var all = new ScriptObject
        {
            { "string", Group("string", [.. StringFunctions.All, .. TextFunctions.All, .. HashFunctions.All], strict) },
            { "array", Group("array", [.. ArrayFunctions.All, .. ArrayWalkFunctions.All], strict) },
            { "math", Group("math", MathFunctions.All, strict) },
            { "object", Group("object", ObjectFunctions.All, strict) },
            { "regex", Group("regex", RegexFunctions.All, strict) },
            { "date", DateGroup(strict) },
            { "timespan", TimeSpanGroup() },
            { "html", Group("html", HtmlFunctions.All, strict) },
            { "include", new IncludeFunction() },
            { "include_join", IncludeJoin.Function },
        };
        return all.Freeze();
    }

    private static class AllHolder
    {
        internal static readonly ScriptObject Objects = Build(strict: false);
    }

    private static class StrictHolder
    {
        internal static readonly ScriptObject Objects = Build(strict: true);
    }

    private static ScriptObject Group(string name, IEnumerable<DelegateFunction> functions, bool strict)
    {
        var group = new ScriptObject();
        foreach (var function in functions)
        {
            if (!strict || !NotInStrict.Contains(function.Name))
            {
                group.Add(function.Name[(name.Length + 1)..], function);
            }
        }

        return group.Freeze();
    }

    private static DateObject DateGroup(bool strict) => new(Group("date", DateFunctions.All, strict));

    private static ScriptObject TimeSpanGroup()
    {
        var group = new ScriptObject();
        foreach (var function in TimeSpanFunctions.All)
        {
            group.Add(function.Name["timespan.".Length..], function);
        }

        group.Add("zero", TimeSpan.Zero);
        return group.Freeze();
    }
}
