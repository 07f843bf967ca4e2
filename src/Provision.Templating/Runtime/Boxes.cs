namespace Provision.Templating.Runtime;

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
