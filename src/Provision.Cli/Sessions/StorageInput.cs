using System.CommandLine;
using Provision.Storage.Observe;

namespace Provision.Cli.Sessions;

/// <summary>The source of a storage or drive command's observation: this machine, or a bundle made by <c>provision capture</c>, so that every such command can
/// be tried without hardware.</summary>
internal sealed class StorageInput
{
    /// <summary>The option <c>--from BUNDLE</c>.</summary>
    public Option<string?> From { get; } = FromOption();

    public static Option<string?> FromOption() => new("--from")
    {
        Description = "Look at a bundle made by \"provision capture\" instead of this machine",
        HelpName = "BUNDLE",
    };

    public void AddTo(Command command) => command.Options.Add(From);

    /// <summary>True if this machine is observed, and not a bundle.</summary>
    public bool IsLive(ParseResult arguments) => arguments.GetValue(From) is null;

    /// <summary>Returns the observation; ends the command if a bundle cannot be read.</summary>
    public ObservedStorage Observe(ParseResult arguments)
    {
        if (arguments.GetValue(From) is { } path)
        {
            return StorageObserver.Observe(ReadBundle(path));
        }

        using var files = RootedFiles.Open("/");
        return StorageObserver.Observe(new MachineReader(new ProcessRunner(), files, DateTimeOffset.UtcNow));
    }

    /// <summary>Reads a bundle; ends the command if it cannot be read.</summary>
    public static BundleReader ReadBundle(string path)
    {
        var problems = new DiagnosticBag();
        return Bundle.Read(path, problems) ?? throw new UserErrorException(problems);
    }
}
