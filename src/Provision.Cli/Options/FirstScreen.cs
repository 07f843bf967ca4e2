using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Provision.Cli.Options;

/// <summary>The help of the program itself, which fits a terminal of 80 columns and 24 lines; the help of a command is the library's.</summary>
/// <param name="ofCommand">Prints the help of a command.</param>
internal sealed class FirstScreen(HelpAction ofCommand) : SynchronousCommandLineAction
{
    private const string Rest = "more";

    /// <summary>The commands by what they are for; a command that is in no row is listed last.</summary>
    private static readonly (string Group, string[] Commands)[] Groups =
    [
        ("begin", ["init", "doctor", "completion", "help"]),
        ("daily work", ["diff", "install", "confirm", "rollback", "history", "explain", "check"]),
        ("inventory", ["validate", "hosts", "host", "show", "render", "schema"]),
        ("disks", ["drives", "storage", "boot-loader", "capture"]),
        ("netboot", ["netboot", "reinstall", "installer"]),
        ("stores", ["stores", "slots", "slot", "masters", "failover"]),
        ("fleet", ["fleet", "repository"]),
    ];

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not RootCommand root)
        {
            return ofCommand.Invoke(parseResult);
        }

        Console.Out.Write($"""
            provision: one git repository describes every machine of a storage fleet

            Usage:
              provision [command] [options]

            Commands:
            {string.Concat(Of(root).Select(group => $"  {group.Group,-12}{string.Join(' ', group.Commands.Select(command => command.Name))}\n"))}
            Start here:
              provision init my-fleet        your own fleet, in a new directory
              provision diff                 how this machine differs from it
              provision install              shows the plan, asks, applies it
              provision help                 every command with its first sentence
              provision help COMMAND         all about one, with an example

            Options everywhere: --repo DIR (or PROVISION_REPO), -o json; --version
            Exit codes: 0 same or done, 1 differs or rolled back, 2 error

            """);
        return ExitCodes.Same;
    }

    /// <summary>Returns the visible commands by group.</summary>
    public static IEnumerable<(string Group, IReadOnlyList<Command> Commands)> Of(RootCommand root)
    {
        var visible = root.Subcommands.Where(command => !command.Hidden).ToList();
        var known = Groups.SelectMany(group => group.Commands).ToHashSet(StringComparer.Ordinal);
        var rows = Groups.Select(group => (group.Group, Commands: Named(group.Commands)))
            .Append((Rest, Commands: [.. visible.Where(command => !known.Contains(command.Name))]));
        return rows.Where(row => row.Commands.Count > 0);

        IReadOnlyList<Command> Named(string[] names) => [.. names.Select(name => visible.Find(command => command.Name == name)).OfType<Command>()];
    }
}
