using Provision.Configuration.Secrets;

namespace Provision.Cli.Options;

/// <summary>Where age keys are: the host's, and that of the person at the keyboard, outside every repository.</summary>
internal static class IdentityPaths
{
    /// <summary>Path of the person's own key.</summary>
    public static string Own => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } given && Path.IsPathRooted(given) ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "provision/identity.age");

    /// <summary>Path of the key that reads secrets unless another one is named: the host's, else the person's.</summary>
    public static string Default => !File.Exists(SecretStore.DefaultIdentity) && File.Exists(Own) ? Own : SecretStore.DefaultIdentity;
}
