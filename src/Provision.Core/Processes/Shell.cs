namespace Provision.Core;

/// <summary>Quotes words for a POSIX shell.</summary>
public static class Shell
{
    /// <summary>Quotes a word so that a shell takes every character literally.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>Returns a word as typed in a shell, quoted only if necessary.</summary>
    public static string Show(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+%".Contains(c, StringComparison.Ordinal)) ? word : Quote(word);
    }
}
