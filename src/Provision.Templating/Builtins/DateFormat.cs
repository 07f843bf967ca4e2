using System.Globalization;
using System.Text;

namespace Provision.Templating.Builtins;

/// <summary>Dates by patterns of <c>%</c> letters.</summary>
internal static class DateFormat
{
    internal static string Format(DateTime date, string pattern, CultureInfo culture)
    {
        if (pattern == "%g")
        {
            return " " + Format(date, DateObject.DefaultFormat, culture);
        }

        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                text.Append(pattern[i]);
                continue;
            }

            i++;
            Append(text, date, pattern[i], culture);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, DateTime date, char letter, CultureInfo culture)
    {
        var hour12 = date.Hour % 12 == 0 ? 12 : date.Hour % 12;
        _ = letter switch
        {
            'g' => text,
            'n' => text.Append('\n'),
            't' => text.Append('\t'),
            '%' => text.Append('%'),
            'a' => text.Append(culture.DateTimeFormat.GetAbbreviatedDayName(date.DayOfWeek)),
            'A' => text.Append(culture.DateTimeFormat.GetDayName(date.DayOfWeek)),
            'b' or 'h' => text.Append(culture.DateTimeFormat.GetAbbreviatedMonthName(date.Month)),
            'B' => text.Append(culture.DateTimeFormat.GetMonthName(date.Month)),
            'c' => text.Append(date.ToString("ddd MMM dd HH:mm:ss yyyy", culture)),
            'C' => text.Append(culture, $"{date.Year / 100:00}"),
            'd' => text.Append(culture, $"{date.Day:00}"),
            'D' => text.Append(date.ToString("MM'/'dd'/'yy", culture)),
            'e' => text.Append(culture, $"{date.Day,2}"),
            'F' => text.Append(date.ToString("yyyy'-'MM'-'dd", culture)),
            'H' => text.Append(culture, $"{date.Hour:00}"),
            'I' => text.Append(culture, $"{hour12:00}"),
            'j' => text.Append(culture, $"{date.DayOfYear:000}"),
            'k' => text.Append(culture, $"{date.Hour,2}"),
            'l' => text.Append(culture, $"{hour12,2}"),
            'L' => text.Append(culture, $"{date.Millisecond:000}"),
            'm' => text.Append(culture, $"{date.Month:00}"),
            'M' => text.Append(culture, $"{date.Minute:00}"),
            'N' => text.Append(culture, $"{date.Ticks % TimeSpan.TicksPerSecond * 100:000000000}"),
            'p' => text.Append(date.Hour < 12 ? "AM" : "PM"),
            'P' => text.Append(date.Hour < 12 ? "am" : "pm"),
            'r' => text.Append(date.ToString("hh:mm:ss ", culture)).Append(date.Hour < 12 ? "AM" : "PM"),
            'R' => text.Append(date.ToString("HH:mm", culture)),
            's' => text.Append((long)((date.Kind == DateTimeKind.Local ? date.ToUniversalTime() : date) - DateTime.UnixEpoch).TotalSeconds),
            'S' => text.Append(culture, $"{date.Second:00}"),
            'T' => text.Append(date.ToString("HH:mm:ss", culture)),
            'u' => text.Append(date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek),
            'U' => text.Append(culture, $"{Week(date, CalendarWeekRule.FirstDay, DayOfWeek.Sunday):00}"),
            'v' => text.Append(culture, $"{date.Day,2}-").Append(culture.DateTimeFormat.GetAbbreviatedMonthName(date.Month).ToUpperInvariant()).Append(culture, $"-{date.Year:0000}"),
            'V' => text.Append(culture, $"{ISOWeek.GetWeekOfYear(date):00}"),
            'W' => text.Append(culture, $"{Week(date, CalendarWeekRule.FirstDay, DayOfWeek.Monday):00}"),
            'w' => text.Append((int)date.DayOfWeek),
            'x' => text.Append(date.ToString("d", culture)),
            'X' => text.Append(date.ToString("T", culture)),
            'y' => text.Append(culture, $"{date.Year % 100:00}"),
            'Y' => text.Append(culture, $"{date.Year:0000}"),
            'Z' => text.Append(date.Kind == DateTimeKind.Local ? date.ToString("zzz", culture) : "+00:00"),
            _ => text.Append('%').Append(letter),
        };
    }

    private static int Week(DateTime date, CalendarWeekRule rule, DayOfWeek first) =>
        CultureInfo.InvariantCulture.Calendar.GetWeekOfYear(date, rule, first);

    internal static bool TryParse(string text, string pattern, CultureInfo culture, out DateTime date)
    {
        var exact = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '%' && i + 1 < pattern.Length && DotNet(pattern[i + 1]) is { } translated)
            {
                exact.Append(translated);
                i++;
            }
            else if (char.IsLetter(pattern[i]) || pattern[i] is '\'' or '"' or '\\' or '%' or ':' or '/')
            {
                exact.Append('\\').Append(pattern[i]);
            }
            else
            {
                exact.Append(pattern[i]);
            }
        }

        // One character alone would be the name of a standard format.
        var format = exact.Length == 1 ? "\\" + exact : exact.ToString();
        try
        {
            return DateTime.TryParseExact(text, format, culture, DateTimeStyles.AllowInnerWhite | DateTimeStyles.AllowLeadingWhite, out date);
        }
        catch (FormatException)
        {
            date = default;
            return false;
        }
    }

    private static string? DotNet(char letter) => letter switch
    {
        'a' => "ddd",
        'A' => "dddd",
        'b' or 'h' => "MMM",
        'B' => "MMMM",
        'c' => "ddd MMM dd HH:mm:ss yyyy",
        'd' => "dd",
        'e' => "%d",
        'D' => "MM'/'dd'/'yy",
        'F' => "yyyy'-'MM'-'dd",
        'H' => "HH",
        'I' => "hh",
        'k' => "H",
        'l' => "h",
        'L' => "fff",
        'N' => "fffffff",
        'm' => "MM",
        'M' => "mm",
        'p' or 'P' => "tt",
        'r' => "hh:mm:ss tt",
        'R' => "HH:mm",
        'S' => "ss",
        'T' => "HH:mm:ss",
        'v' => "d'-'MMM'-'yyyy",
        'y' => "yy",
        'Y' => "yyyy",
        'Z' or 'z' => "zzz",
        'n' => "\n",
        't' => "\t",
        '%' => "\\%",
        'g' => "",
        _ => null,
    };
}
