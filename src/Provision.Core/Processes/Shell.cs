namespace Provision.Core;

/// <summary>Quotes words for a POSIX shell.</summary>
public static class Shell
{
    /// <summary>Quotes a word so that a shell takes every character of it as it is.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>A word as a person would type it: quoted only if it has to be.</summary>
    public static string Show(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+%".Contains(c, StringComparison.Ordinal)) ? word : Quote(word);
    }
}
