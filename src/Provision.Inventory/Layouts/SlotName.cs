namespace Provision.Inventory;

/// <summary>
/// The form of slot names, which monitoring and mail tools rely on: <c>slot</c>, a mail store's short name (<c>i33</c>),
/// optionally the RAID set (<c>d1</c>, <c>a1</c>), and <c>t</c> (or <c>p</c>) with one or two digits.
/// </summary>
public static class SlotName
{
    /// <summary>The form as a regular expression.</summary>
    public const string Form = @"^slot(s|si|i)(\d+)(?:([ad])(\d+))?([tp])(\d{1,2})$";

    /// <summary>True when a name has the form.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (!Skip(ref name, "slot"))
        {
            return false;
        }

        if (!Skip(ref name, "si") && !Skip(ref name, "s") && !Skip(ref name, "i"))
        {
            return false;
        }

        if (SkipDigits(ref name) == 0)
        {
            return false;
        }

        if (Skip(ref name, "a") || Skip(ref name, "d"))
        {
            if (SkipDigits(ref name) == 0)
            {
                return false;
            }
        }

        return (Skip(ref name, "t") || Skip(ref name, "p")) && SkipDigits(ref name) is 1 or 2 && name.IsEmpty;
    }

    private static bool Skip(ref ReadOnlySpan<char> name, string text)
    {
        if (!name.StartsWith(text, StringComparison.Ordinal))
        {
            return false;
        }

        name = name[text.Length..];
        return true;
    }

    private static int SkipDigits(ref ReadOnlySpan<char> name)
    {
        var count = 0;
        while (count < name.Length && char.IsAsciiDigit(name[count]))
        {
            count++;
        }

        name = name[count..];
        return count;
    }
}
