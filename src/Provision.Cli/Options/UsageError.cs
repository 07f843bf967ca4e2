using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace Provision.Cli.Options;

/// <summary>Finds what is wrong with a command line, in one sentence.</summary>
internal static partial class UsageError
{
    /// <summary>Returns the first mistake; null if there is none.</summary>
    public static string? Of(ParseResult parsed)
    {
        if (parsed.Tokens is [{ Type: TokenType.Directive, Value: var directive }, ..] && directive.StartsWith("[suggest", StringComparison.Ordinal))
        {
            // A shell asks what could come next: the line is unfinished by nature.
            return null;
        }

        var command = parsed.CommandResult;
        var path = string.Join(' ', Path(command));
        var what = UnknownOption(parsed) ?? UnknownWord(parsed)
            ?? (parsed.Errors.Count == 0 || parsed.Action is FirstScreen ? null
                : command.Command.Subcommands.Count > 0 && command.Command.Action is null ? $"a command is missing after \"{path}\""
                : Reworded(parsed.Errors[0].Message.TrimEnd('.'), parsed));
        return what is null ? null : $"{what}; see \"{path} --help\"";
    }

    /// <summary>Returns an option that was taken for a value of an argument or for nothing: files and hosts whose names begin with a dash come after
    /// <c>--</c>.</summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        var end = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Count();
        var values = parsed.Tokens.Skip(end).Select(token => token.Value).ToHashSet(StringComparer.Ordinal);
        var taken = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens).Select(token => token.Value).Concat(parsed.UnmatchedTokens);
        if (taken.FirstOrDefault(value => value.Length > 1 && value[0] == '-' && !values.Contains(value)) is not { } unknown)
        {
            return null;
        }

        var name = unknown.Split('=')[0];
        return $"unknown option \"{name}\"{Hint(name, Options(parsed.CommandResult).SelectMany(option => option.Aliases.Append(option.Name)))}";
    }

    private static string? UnknownWord(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
        {
            return null;
        }

        var commands = parsed.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToList();
        return commands.Count > 0 ? $"unknown command \"{word}\"{Hint(word, commands)}" : $"\"{word}\" is too much";
    }

    private static string Reworded(string message, ParseResult parsed) =>
        Missing().Match(message) is { Success: true } match ? $"{match.Groups["name"].Value} is missing"
        : MissingValue().Match(message) is { Success: true } value ? $"{value.Groups["name"].Value} needs a value"
        : Required().Match(message) is { Success: true } required ? $"{required.Groups["name"].Value} is missing"
        : BadValue().Match(message) is { Success: true } bad ? $"{Named(bad, parsed)}: \"{bad.Groups["value"].Value}\" is not {Expected(bad)}"
        : message;

    /// <summary>Returns the option or argument that a value was for; the library names the command in place of an argument.</summary>
    private static string Named(Match bad, ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>()
            .FirstOrDefault(argument => argument.Tokens.Any(token => token.Value == bad.Groups["value"].Value))?.Argument.Name is { } argument
            && bad.Groups["name"].Value == parsed.CommandResult.Command.Name ? argument : bad.Groups["name"].Value;

    /// <summary>Returns what a value should have been: the names of a choice, which the library lists below its message, or a number.</summary>
    private static string Expected(Match bad)
    {
        var choices = bad.Groups["choices"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return choices.Length > 0 ? $"one of {string.Join(", ", choices.Select(choice => choice.ToLowerInvariant()))}"
            : bad.Groups["type"].Value.StartsWith("System.Int", StringComparison.Ordinal) ? "a whole number"
            : "valid here";
    }

    [GeneratedRegex("^Required argument '(?<name>[^']+)' missing for command", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex("^Option '(?<name>[^']+)' is required", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Required();

    [GeneratedRegex("^Required argument missing for option: '(?<name>[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MissingValue();

    [GeneratedRegex(
        "^Cannot parse argument '(?<value>[^']*)' for (option|command) '(?<name>[^']+)' as expected type '(?<type>[^']+)'[.]?" +
        "( Did you mean one of the following\\?(?<choices>.*))?",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex BadValue();

    private static string Hint(string word, IEnumerable<string> known) => NearestName.Hint(word, known) is { } hint ? $" ({hint})" : "";

    private static IEnumerable<string> Path(CommandResult command) =>
        (command.Parent is CommandResult parent ? Path(parent) : []).Append(command.Parent is null ? "provision" : command.Command.Name);

    private static IEnumerable<Option> Options(CommandResult command) =>
        command.Command.Options.Concat(command.Parent is CommandResult parent ? Options(parent).Where(option => option.Recursive) : []);
}
