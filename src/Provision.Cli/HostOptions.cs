using System.CommandLine;

namespace Provision.Cli;

/// <summary>The options of the commands that operate on one host below a root.</summary>
internal sealed class HostOptions
{
    public Option<string?> Host { get; } = GlobalOptions.Host();

    public Option<string> Root { get; } = GlobalOptions.Root();

    public Option<string> Identity { get; } = GlobalOptions.Identity();

    public Option<string?> Masters { get; } = GlobalOptions.Masters();

    public void AddTo(Command command)
    {
        command.Options.Add(Host);
        command.Options.Add(Root);
        command.Options.Add(Identity);
        command.Options.Add(Masters);
    }
}
