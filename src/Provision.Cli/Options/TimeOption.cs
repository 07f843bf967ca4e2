using System.CommandLine;
using System.Globalization;

namespace Provision.Cli.Options;

/// <summary>An option whose value is a duration such as <c>30s</c>, <c>10m</c> or <c>2h</c>, one day at most.</summary>
internal sealed class TimeOption(string name, string description, string? standard = null)
{
    public Option<string?> Option { get; } = new(name) { Description = description, HelpName = "TIME", DefaultValueFactory = _ => standard };

    /// <summary>Returns the duration; zero if it is not given and has no default. Ends the command if the value is not a duration.</summary>
    public TimeSpan In(ParseResult arguments)
    {
        var text = arguments.GetValue(Option);
        return text is null ? TimeSpan.Zero
            : text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
              && (text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, _ => 0 }) * count is > 0 and <= 86_400 and var seconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new UserErrorException($"{name} {text}: expected a time such as 30s, 10m or 2h, at most 24h");
    }
}
