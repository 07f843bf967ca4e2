using System.CommandLine;
using System.CommandLine.Completions;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision completion</c>: scripts by which shells complete; the program itself knows commands, options and names of the inventory.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # Completion of provision: the program itself knows its commands, options and their values.
            _provision()
            {
                local line=${COMP_LINE:0:$COMP_POINT}
                local IFS=$'\n'
                mapfile -t COMPREPLY < <(compgen -W "$(provision "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
            }
            complete -o default -F _provision provision

            """,
        ["fish"] = """
            # Completion of provision: the program itself knows its commands, options and their values.
            function __provision_complete
                set -l line (commandline --cut-at-cursor)
                provision "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete --command provision --arguments '(__provision_complete)'

            """,
        ["zsh"] = """
            #compdef provision
            # Completion of provision: the program itself knows its commands, options and their values.
            _provision()
            {
                local line="${(j: :)words[1,CURRENT]}"
                local -a found
                found=("${(@f)$(provision "[suggest:${#line}]" "$line" 2>/dev/null)}")
                compadd -a found
                _files
            }
            compdef _provision provision

            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Scripts.Keys) };
        shell.CompletionSources.Add(_ => Scripts.Keys.Select(name => new CompletionItem(name)));
        var command = new Command(
            "completion",
            "Prints the script by which a shell completes commands, options, and hosts, slots, stores, sites, roles and configs of the inventory. " +
            "The Debian package has that of bash.");
        command.Arguments.Add(shell);
        command.SetAction(arguments =>
        {
            var name = arguments.GetValue(shell)!;
            Console.Out.Write(Scripts.GetValueOrDefault(name) ?? throw new UserErrorException(
                $"there is no completion for \"{name}\": expected one of {string.Join(", ", Scripts.Keys)}"));
            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Completes arguments and options by the names in the inventory, if there is one that can be read.</summary>
    public static void AddNames(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            if (argument.Name is "HOST" or "SELECTOR" or "SLOT" or "STORE" or "CONFIG")
            {
                argument.CompletionSources.Add(context => Names(context, argument.Name));
            }
        }

        foreach (var option in command.Options)
        {
            var kind = option.Name is "--host" or "--site" or "--role" or "--chassis" or "--store" ? option.Name[2..].ToUpperInvariant() : null;
            if (kind is not null)
            {
                option.CompletionSources.Add(context => Names(context, kind));
            }
        }

        command.Subcommands.ToList().ForEach(AddNames);
    }

    private static IEnumerable<CompletionItem> Names(CompletionContext context, string kind)
    {
        try
        {
            var folder = Workspace.FindFolder(context.ParseResult);
            var files = InventoryFiles.ReadFrom(folder);
            var names = InventoryLoader.Load(files).Fleet is not { } fleet ? [] : kind switch
            {
                "HOST" or "SELECTOR" => fleet.Hosts.Select(host => host.Name),
                "SLOT" => fleet.Hosts.SelectMany(fleet.SlotsOf).Select(slot => slot.Name),
                "STORE" => fleet.Stores.Select(store => store.Name),
                "SITE" => fleet.Sites.Select(site => site.Name),
                "ROLE" => fleet.Roles.Select(role => role.Name),
                "CHASSIS" => fleet.Chassis.Select(chassis => chassis.Name),
                _ => files.Configs ?? [],
            };
            return [.. names.Select(name => new CompletionItem(name))];
        }
        catch (Exception e) when (e is UserErrorException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // A shell that completes shows no errors.
            return [];
        }
    }
}
