using System.CommandLine;
using Provision.Storage.Observe;

namespace Provision.Cli;

/// <summary>
/// Where a storage or drive command gets what it knows of a machine: this machine, or a bundle that <c>provision capture</c> made, so that
/// every such command can be tried with no hardware.
/// </summary>
internal sealed class StorageInput
{
    /// <summary>The option, <c>--from BUNDLE</c>.</summary>
    public Option<string?> From { get; } = FromOption();

    /// <summary>Makes the option.</summary>
    public static Option<string?> FromOption() => new("--from")
    {
        Description = "Look at a bundle made by \"provision capture\" instead of this machine",
        HelpName = "BUNDLE",
    };

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(From);

    /// <summary>True where the machine looked at is this one, and not a bundle.</summary>
    public bool IsLive(ParseResult arguments) => arguments.GetValue(From) is null;

    /// <summary>What is observed; a bundle that cannot be read ends the command.</summary>
    public ObservedStorage Observe(ParseResult arguments)
    {
        if (arguments.GetValue(From) is { } path)
        {
            return StorageObserver.Observe(ReadBundle(path));
        }

        using var files = RootedFiles.Open("/");
        return StorageObserver.Observe(new LiveLook(new ProcessRunner(), files, DateTimeOffset.UtcNow));
    }

    /// <summary>Reads a bundle; one that cannot be read ends the command.</summary>
    public static BundleLook ReadBundle(string path)
    {
        var problems = new DiagnosticBag();
        return Bundle.Read(path, problems) ?? throw new UserErrorException(problems);
    }
}
