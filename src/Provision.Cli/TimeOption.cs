using System.CommandLine;
using System.Globalization;

namespace Provision.Cli;

/// <summary>An option whose value is a time such as <c>30s</c>, <c>10m</c> or <c>2h</c>, a day at most.</summary>
internal sealed class TimeOption(string name, string description, string? standard = null)
{
    /// <summary>The option.</summary>
    public Option<string?> Option { get; } = new(name) { Description = description, HelpName = "TIME", DefaultValueFactory = _ => standard };

    /// <summary>The time; nothing where it is not given and has no standard. What is no time ends the command.</summary>
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
