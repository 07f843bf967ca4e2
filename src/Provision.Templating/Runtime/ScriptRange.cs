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

/// <summary>Shared boxes of the common values.</summary>
internal static class Boxes
{
    internal static readonly object True = true;
    internal static readonly object False = false;
    private const int Lowest = -16;
    private static readonly object[] Small = MakeSmall();

    internal static object Of(bool value) => value ? True : False;

    internal static object Of(int value) =>
        (uint)(value - Lowest) < (uint)Small.Length ? Small[value - Lowest] : value;

    /// <summary>The box of the smallest integer type that holds the value.</summary>
    internal static object Of(long value) => value is >= int.MinValue and <= int.MaxValue ? Of((int)value) : value;

    private static object[] MakeSmall()
    {
        var boxes = new object[1040];
        for (var i = 0; i < boxes.Length; i++)
        {
            boxes[i] = i + Lowest;
        }

        return boxes;
    }
}

/// <summary>The value of the word <c>empty</c>: equal to empty strings, arrays and objects; false; prints nothing.</summary>
internal sealed class EmptyValue
{
    internal static readonly EmptyValue Instance = new();

    public override string ToString() => "";
}
