using System.CommandLine;

namespace Provision.Cli.Options;

/// <summary>The options of the commands that operate on one host below a root.</summary>
internal sealed class HostOptions
{
    public Option<string?> Host { get; } = GlobalOptions.Host();

    public Option<string> Root { get; } = GlobalOptions.Root();

    public Option<string> Identity { get; } = GlobalOptions.Identity();

    public Option<string?> Masters { get; } = GlobalOptions.Masters();

    /// <summary>Set by the commands that judge or change the machine itself: none of them may take another machine for the host.</summary>
    public Option<string?>? Here { get; init; }

    /// <summary>The option by which a machine without the host's MACs is accepted all the same.</summary>
    public static Option<string?> HereOption() => new("--here")
    {
        Description = "This machine is the host though it has none of its MACs; an install keeps the reason in the history",
        HelpName = "REASON",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Host);
        command.Options.Add(Root);
        command.Options.Add(Identity);
        command.Options.Add(Masters);
        if (Here is not null)
        {
            command.Options.Add(Here);
        }
    }
}
