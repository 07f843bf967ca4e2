using System.Collections;

namespace Provision.Templating.Runtime;

/// <summary>A sequence that is computed anew each time it is walked: what <c>array.map</c> and its kin give.</summary>
internal sealed class LazySequence(TemplateContext context, Syntax.Node at, Func<IEnumerable<object?>> walk) : IEnumerable<object?>
{
    public IEnumerator<object?> GetEnumerator()
    {
        // Sequences of sequences of ... are walked recursively.
        context.CountWalk(at);
        return walk().GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
