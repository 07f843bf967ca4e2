using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision man</c>: generates the manual page of every command from the texts of <c>--help</c>. Hidden; used to build the Debian
/// package.</summary>
internal static class ManCommand
{
    public static Command Create(RootCommand root)
    {
        var command = new Command("man", "Prints the manual page in the form of man(7).") { Hidden = true };
        command.SetAction(_ =>
        {
            Write(root, Console.Out);
            return ExitCodes.Same;
        });
        return command;
    }

    private static void Write(RootCommand root, TextWriter to)
    {
        var lines = (root.Description ?? "").Split('\n');
        to.WriteLine($".TH PROVISION 8 \"\" \"provision {Workspace.Version}\" \"System administration\"\n.SH NAME\nprovision \\- {Text(Lower(lines[0]))}");
        to.WriteLine(".SH SYNOPSIS\n.B provision\n.I command\n[\n.I options\n]");
        to.WriteLine($".SH DESCRIPTION\n.nf\n{string.Join('\n', lines.Skip(1).SkipWhile(line => line.Length == 0).Select(Text))}\n.fi");
        to.WriteLine(".SH OPTIONS");
        WriteOptions(root, to);
        to.WriteLine(".SH COMMANDS");
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
        {
            Write(command, "provision " + command.Name, to);
        }
    }

    private static void Write(Command command, string path, TextWriter to)
    {
        var arguments = string.Concat(command.Arguments
            .Where(argument => !argument.Hidden)
            .Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}"));
        to.WriteLine($".SS {Text(path + arguments)}");
        to.WriteLine(string.Join("\n.PP\n", (command.Description ?? "").Split("\n\n").Select(Text)));
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden && argument.Description is not null))
        {
            to.WriteLine($".TP\n.I {Text(argument.Name)}\n{Text(argument.Description!)}");
        }

        WriteOptions(command, to);
        foreach (var child in command.Subcommands.Where(child => !child.Hidden))
        {
            Write(child, $"{path} {child.Name}", to);
        }
    }

    private static void WriteOptions(Command command, TextWriter to)
    {
        foreach (var option in command.Options.Where(option => !option.Hidden && option.Name is not ("--help" or "--version")))
        {
            var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length));
            to.WriteLine($".TP\n.B {Text(names)}{(option.HelpName is { } value ? $" {Text(value)}" : "")}\n{Text(option.Description ?? "")}");
        }
    }

    private static string Lower(string text) => text.Length > 0 ? char.ToLowerInvariant(text[0]) + text[1..].TrimEnd('.') : text;

    /// <summary>Escapes text for man(7): backslashes, hyphens, and lines that begin with a control character.</summary>
    private static string Text(string text)
    {
        var lines = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Split('\n');
        var plain = string.Join('\n', lines.Select(line => line.StartsWith('.') || line.StartsWith('\'') ? "\\&" + line : line));
        return plain.Length == 0 ? "\\&" : plain;
    }
}
