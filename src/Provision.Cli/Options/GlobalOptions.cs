using System.CommandLine;

namespace Provision.Cli.Options;

/// <summary>Exit codes, as in diff(1).</summary>
internal static class ExitCodes
{
    /// <summary>The host is up to date, or the command has succeeded.</summary>
    public const int Same = 0;

    /// <summary>There are differences.</summary>
    public const int Differs = 1;

    /// <summary>The command could not be completed, or nothing was done.</summary>
    public const int Trouble = 2;

    /// <summary>A health check could not be made: the code of monitoring systems for it.</summary>
    public const int Unknown = 3;
}

internal enum OutputForm
{
    Text,

    Json,
}

/// <summary>Options of every command, and those that several commands share.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Repo = new("--repo")
    {
        Description = "Directory of the repository (default: PROVISION_REPO, else the one around the current directory)",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<OutputForm> Output = new("--output", "-o")
    {
        Description = "text or json",
        DefaultValueFactory = _ => OutputForm.Text,
        Recursive = true,
    };

    public static Option<string?> Host() => new("--host")
    {
        Description = "The host (default: the one whose MACs this machine has)",
        HelpName = "NAME",
    };

    public static Option<string> Root() => new("--root")
    {
        Description = "The root to compare with and install into; services are touched only if it is /",
        HelpName = "DIR",
        DefaultValueFactory = _ => "/",
    };

    public static Option<string> Identity() => new("--identity")
    {
        Description = "age identity (private key) that reads the secrets; without the host's own, that of \"provision init\"",
        HelpName = "FILE",
        DefaultValueFactory = _ => IdentityPaths.Default,
    };

    public static Option<string?> Masters() => new("--masters")
    {
        Description = $"Masters snapshot file. Default: the first available of {Provision.Stores.Instances.CurrentMasters.Order}",
        HelpName = "FILE",
    };

    public static Argument<string[]> Configs() => new("CONFIG")
    {
        Description = "Config directories, such as cyrus, or instances of one, such as cyrus/sloti33d1t01 (default: everything)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static void AddTo(RootCommand root)
    {
        root.Options.Add(Repo);
        root.Options.Add(Output);
    }
}
