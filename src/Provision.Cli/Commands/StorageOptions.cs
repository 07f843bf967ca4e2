using System.CommandLine;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary>Arguments shared by the storage commands.</summary>
internal static class StorageOptions
{
    public static Argument<string?> Host() =>
        new("HOST") { Description = "The host (default: the one whose MACs this machine has)", Arity = ArgumentArity.ZeroOrOne };

    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask for confirmation" };

    public static Option<string> EscrowFolder() => new("--escrow")
    {
        Description = "Folder for recovery keys and header backups, encrypted to the operators; not on this machine's operating system disk",
        HelpName = "DIR",
        Required = true,
    };

    public static Option<string[]> SystemDisks() => new("--os-disk-serial")
    {
        Description = "A system disk that was replaced; with its bay if the system has several",
        HelpName = "[BAY=]SERIAL",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Parses the name of a bay; an unknown one ends the command with the nearest name as a hint.</summary>
    public static Bay BayOf(Layout layout, string text)
    {
        var bays = layout.Chassis.Panels.SelectMany(panel => panel.Bays).ToList();
        var found = bays.Where(bay => bay.ToString() == text).ToList();
        return found.Count == 1 ? found[0]
            : throw new UserErrorException(
            [Diagnostic.Error(Location.OfFile("--bay"), $"the chassis {layout.Chassis.Name} has no bay \"{text}\"",
            NearestName.Hint(text, bays.Select(bay => bay.ToString())))]);
    }
}
