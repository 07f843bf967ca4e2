using System.Text.RegularExpressions;

namespace Provision.Cli.Tests;

/// <summary>The documentation's links resolve, and the commands that it shows exist.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    /// <summary>Every Markdown file of the repository.</summary>
    public static TheoryData<string> Pages() => [.. Files()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_resolves(string page)
    {
        var links = Lines(page, code: false).SelectMany(line => Link().Matches(InlineCode().Replace(line, ""))).Select(link => link.Groups["target"].Value);
        Assert.Equal([], links.Where(target => !target.Contains("://", StringComparison.Ordinal) && !Resolves(page, target)));
    }

    [Fact]
    public void Every_command_in_a_block_of_commands_exists()
    {
        var shown = Files().SelectMany(page => Lines(page, code: true)).SelectMany(Commands).ToHashSet(StringComparer.Ordinal);
        Assert.True(shown.Count > 30, $"only {shown.Count} commands were found");
        Assert.Equal([], shown.Where(words => Usage(words) != $"provision {words}").Order(StringComparer.Ordinal));
    }

    /// <summary>What a message tells an engineer to run at night has to be there: the command, and each option that is named with it.</summary>
    [Fact]
    public void Every_command_that_a_message_names_exists_with_its_options()
    {
        var help = new Dictionary<string, string>(StringComparer.Ordinal);
        string HelpOf(string words) => help.TryGetValue(words, out var known) ? known
            : help[words] = new ProcessRunner().Run(Command.Of(Program, words.Length == 0 ? ["help"] : [.. words.Split(' '), "--help"])).Text;

        var commands = HelpOf("").Split("\nCommands:\n")[1].Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(IsName).ToHashSet(
            StringComparer.Ordinal);
        var named = Directory.EnumerateFiles(TestRepository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(path => CommandInText().Matches(File.ReadAllText(path)))
            .Where(match => commands.Contains(match.Groups["first"].Value))
            .Select(match => (Words: $"{match.Groups["first"].Value} {match.Groups["second"].Value}".TrimEnd(), Text: match.Value))
            .Distinct().ToList();
        Assert.True(named.Count > 60, $"only {named.Count} commands were found");
        var wrong = named.Where(command => OptionInText().Matches(command.Text)
            .Any(option => !Regex.IsMatch(HelpOf(command.Words), $@"[\s,]{option.Value}([\s,]|$)", RegexOptions.None, TimeSpan.FromSeconds(1))));
        Assert.Equal([], wrong.Select(command => command.Text));
    }

    private static IEnumerable<string> Files() =>
        ((string[])["", "docs", "src", "tests"])
            .SelectMany(directory => Directory.EnumerateFiles(
                TestRepository.PathOf(directory), "*.md", new EnumerationOptions { RecurseSubdirectories = directory.Length > 0 }))
            .Select(path => Path.GetRelativePath(TestRepository.Root, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    /// <summary>The lines of a page that are an indented block of commands, or those that are text.</summary>
    private static IEnumerable<string> Lines(string page, bool code)
    {
        var isFenced = false;
        foreach (var line in TestRepository.Read(page).Split('\n'))
        {
            var isFence = line.StartsWith("```", StringComparison.Ordinal);
            isFenced ^= isFence;
            if (!isFence && !isFenced && line.StartsWith("    ", StringComparison.Ordinal) == code)
            {
                yield return line;
            }
        }
    }

    private static bool Resolves(string page, string target)
    {
        var (path, heading) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
        var file = path.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, path);
        return heading is null
            ? Path.Exists(TestRepository.PathOf(file))
            : File.Exists(TestRepository.PathOf(file)) && Lines(file, code: false).Where(line => line.StartsWith('#')).Any(line => Anchor(line) == heading);
    }

    /// <summary>The name that a heading gets when Markdown is shown: lower case, hyphens for spaces, no punctuation.</summary>
    private static string Anchor(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    /// <summary>The command that the program's help is about, without its arguments: for a word that is no command, that of the group.</summary>
    private static string Usage(string words)
    {
        var help = new ProcessRunner().Run(Command.Of(Program, [.. words.Split(' '), "--help"])).Text;
        var usage = help[(help.IndexOf("Usage:\n", StringComparison.Ordinal) + 7)..].TrimStart().Split('\n')[0];
        var command = string.Join(' ', usage.Split(' ').Where(IsName));

        // The second word may be an argument that looks like a name.
        return usage.StartsWith($"{command} <", StringComparison.Ordinal) && $"provision {words}".StartsWith($"{command} ", StringComparison.Ordinal)
            ? $"provision {words}" : command;
    }

    private static bool IsName(string word) => word.Length > 0 && word[0] != '-' && word.All(c => char.IsAsciiLetterLower(c) || c == '-');

    /// <summary>The first two words of each command of a line, as far as they are written like names of commands.</summary>
    private static IEnumerable<string> Commands(string line) =>
        from part in line.Split(';')
        let command = part.Trim().TrimStart('$').TrimStart().Split("  ")[0]
        where command.StartsWith("provision ", StringComparison.Ordinal)
        let words = command.Split(' ').Skip(1).Take(2).TakeWhile(IsName).ToList()
        where words.Count > 0
        select string.Join(' ', words);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\bprovision (?<first>[a-z][a-z-]+)(?: (?<second>[a-z][a-z-]+))?[^""`;<)\\\n]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommandInText();

    [GeneratedRegex("--[a-z][a-z-]+", RegexOptions.None, 1000)]
    private static partial Regex OptionInText();

    [GeneratedRegex("`[^`]*`", RegexOptions.None, 1000)]
    private static partial Regex InlineCode();
}
