namespace Provision.Core;

/// <summary>
/// Makes text that a machine said harmless: a drive's model or serial may hold anything, and escape sequences of terminals,
/// characters that turn the direction of writing and line breaks are not what a reader expects in them.
/// </summary>
public static class Printable
{
    /// <summary>The text with everything but printable ASCII as <c>?</c>, and cut after <paramref name="most"/> characters.</summary>
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
