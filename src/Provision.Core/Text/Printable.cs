namespace Provision.Core;

/// <summary>Makes text from a machine safe to print: a drive's model or serial may contain anything, including terminal escape sequences, characters that
/// change the writing direction, and line breaks.</summary>
public static class Printable
{
    /// <summary>Returns the text with everything but printable ASCII replaced by <c>?</c>, truncated to <paramref name="most"/> characters.</summary>
    public static string Of(string text, int most = 80)
    {
        var safe = true;
        foreach (var c in text)
        {
            safe &= c is >= ' ' and <= '~';
        }

        if (safe && text.Length <= most)
        {
            return text;
        }

        var shown = text.Length <= most ? text : text[..(most - 3)];
        return string.Create(shown.Length, shown, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        }) + (text.Length <= most ? "" : "...");
    }
}
