using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision help</c>: the list of all commands, or the help of one.</summary>
internal static class HelpCommand
{
    public static Command Create(RootCommand root)
    {
        var words = new Argument<string[]>("COMMAND") { Description = "A command, such as: storage create", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Prints every command with its first sentence, or all about one.");
        command.Arguments.Add(words);
        command.SetAction(arguments =>
        {
            if (arguments.GetValue(words) is not { Length: > 0 } named)
            {
                Print(root);
                return ExitCodes.Same;
            }

            Command at = root;
            foreach (var word in named)
            {
                at = at.Subcommands.FirstOrDefault(child => child.Name == word) ?? throw new UserErrorException(
                    $"unknown command \"{string.Join(' ', named)}\"" +
                    (NearestName.Hint(word, at.Subcommands.Where(child => !child.Hidden).Select(child => child.Name)) is { } hint ? $" ({hint})" : "") +
                    "; \"provision help\" lists all");
            }

            return root.Parse([.. named, "--help"]).Invoke();
        });
        return command;
    }

    private static void Print(RootCommand root)
    {
        Console.Out.Write("Usage:\n  provision [command] [options]\n\nCommands:\n");
        foreach (var (group, commands) in FirstScreen.Of(root))
        {
            Console.Out.Write($"    -- {group} --\n");
            foreach (var command in commands)
            {
                Console.Out.Write($"  {command.Name,-12} {FirstSentence(command)}\n");
                foreach (var child in command.Subcommands.Where(child => !child.Hidden))
                {
                    Console.Out.Write($"    {child.Name,-10} {FirstSentence(child)}\n");
                }
            }
        }
    }

    private static string FirstSentence(Command command)
    {
        var text = (command.Description ?? "").Split('\n')[0];
        var end = ((string[])[": ", "; ", ". "]).Select(mark => text.IndexOf(mark, StringComparison.Ordinal)).Where(at => at > 0)
            .DefaultIfEmpty(text.Length).Min();
        return text[..end].TrimEnd('.');
    }
}
