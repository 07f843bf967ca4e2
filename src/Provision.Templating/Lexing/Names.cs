namespace Provision.Templating.Lexing;

/// <summary>Mostly one string instance for each name of the process, so that names mostly compare by reference.</summary>
internal sealed class Names
{
    private const int Size = 1024;
    private readonly string?[] recent = new string?[Size];

    internal static Names Shared { get; } = new();

    /// <summary>The shared instance of a name. Races only cost a second instance: equality stays by text.</summary>
    internal string GetOrAdd(ReadOnlySpan<char> name)
    {
        var hash = 0u;
        foreach (var c in name)
        {
            hash = (hash * 31) + c;
        }

        ref var slot = ref recent[hash % Size];
        var found = slot;
        if (found is not null && name.SequenceEqual(found))
        {
            return found;
        }

        found = name.ToString();
        slot = found;
        return found;
    }
}
