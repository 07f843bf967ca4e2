using System.Collections;

namespace Provision.Templating.Runtime;

/// <summary>The lazy integers of <c>1..5</c>; counts down where the end is below the start.</summary>
internal sealed class ScriptRange : IReadOnlyList<object?>
{
    private readonly long start;
    private readonly int step;

    internal ScriptRange(long start, long end, bool inclusive)
    {
        this.start = start;
        step = end < start ? -1 : 1;
        var length = Int128.Abs((Int128)end - start) + (inclusive ? 1 : 0);
        LongCount = length > long.MaxValue ? long.MaxValue : (long)length;
    }

    /// <summary>The number of integers, also where it does not fit an <see cref="int"/>.</summary>
    internal long LongCount { get; }

    public int Count => LongCount > int.MaxValue ? int.MaxValue : (int)LongCount;

    public object? this[int index] => Boxes.Of(start + ((long)step * index));

    public IEnumerator<object?> GetEnumerator()
    {
        for (long i = 0; i < LongCount; i++)
        {
            yield return Boxes.Of(start + (step * i));
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
