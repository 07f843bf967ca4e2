namespace Provision.Templating.Runtime;

/// <summary>What counts as a name.</summary>
internal static class Identifiers
{
    /// <summary>True for a letter or underscore followed by letters, digits and underscores.</summary>
    internal static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(text[0] == '_' || char.IsLetter(text[0])))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (c != '_' && !char.IsLetterOrDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
