namespace Provision.Templating.Runtime;

internal enum LoopKind
{
    For,
    While,
    TableRow,
}

/// <summary>What <c>for</c>, <c>while</c> and <c>tablerow</c> are inside their loop.</summary>
internal sealed class LoopState(LoopKind kind) : IScriptObject
{
    private static readonly string[] ForNames = ["changed", "even", "first", "index", "last", "length", "odd", "rindex"];
    private static readonly string[] WhileNames = ["even", "first", "index", "odd"];

    internal LoopKind Kind { get; } = kind;

    internal int Index { get; set; }

    internal bool IsLast { get; set; }

    /// <summary>Says whether the item differs from the one before it; computed when asked for.</summary>
    internal Func<bool>? Changed { get; set; }

    internal int Column { get; set; }

    /// <summary>How many values the loop walks; computed when asked for.</summary>
    internal Func<int>? Length { get; set; }

    public IEnumerable<string> Keys => Names(Kind);

    internal static string[] Names(LoopKind kind) => kind == LoopKind.While ? WhileNames : ForNames;

    public bool TryGetValue(string name, out object? value)
    {
        value = (name, Kind) switch
        {
            ("index", _) => Boxes.Of(Index),
            ("first", _) => Boxes.Of(Index == 0),
            ("even", _) => Boxes.Of((Index & 1) == 0),
            ("odd", _) => Boxes.Of((Index & 1) == 1),
            (_, LoopKind.While) => null,
            ("last", _) => Boxes.Of(IsLast),
            ("changed", _) => Boxes.Of(Changed?.Invoke() ?? true),
            ("length", _) when Length is not null => Boxes.Of(Length()),
            ("rindex", _) when Length is not null => Boxes.Of(Length() - Index - 1),
            ("col", LoopKind.TableRow) => Boxes.Of(Column),
            _ => null,
        };
        return value is not null;
    }
}
