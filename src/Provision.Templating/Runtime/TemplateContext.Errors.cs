using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Errors with their place, a hint and the chain of includes.</summary>
public sealed partial class TemplateContext
{
    private readonly List<Node> includes = [];

    /// <summary>The places of the <c>include</c> calls that led to the template now running, outermost first.</summary>
    public IReadOnlyList<Location> IncludeChain
    {
        get
        {
            if (includes.Count == 0)
            {
                return [];
            }

            return chain ??= [.. includes.Select(i => i.Location)];
        }
    }

    /// <summary>The chain as it was last asked for; forgotten when an include begins or ends.</summary>
    private Location[]? chain;

    internal ScriptRuntimeException Error(Node at, string message, string? hint = null, Exception? inner = null) =>
        Error(at.Location, message, hint, inner);

    internal ScriptRuntimeException Error(Location at, string message, string? hint = null, Exception? inner = null) =>
        new(Diagnostic.Error(at, message, hint) with { Related = IncludedFrom() }, inner);

    internal ScriptRuntimeException Undefined(string name, Node at) =>
        Error(at, $"the name \"{name}\" is not defined", NearestName.Hint(name, VisibleNames()));

    /// <summary>A hint where a null is a name that is not defined.</summary>
    internal string? MeantBy(Expression target) =>
        target is Variable variable && !TryGetVariable(variable.Name, out _) ? NearestName.Hint(variable.Name, VisibleNames()) : null;

    /// <summary>What a function said about its arguments, with the place of the argument where it is known.</summary>
    internal ScriptRuntimeException FunctionError(Node call, Node? argument, ScriptArgumentException problem) =>
        Error(argument ?? call, problem.Message, problem.Hint, problem);

    internal RelatedLocation[] IncludedFrom()
    {
        if (includes.Count == 0)
        {
            return [];
        }

        var related = new RelatedLocation[includes.Count];
        for (var i = 0; i < related.Length; i++)
        {
            related[i] = new RelatedLocation(includes[^(i + 1)].Location, "included from here");
        }

        return related;
    }
}
