namespace Provision.Core;

/// <summary>A file of those who may sign, as ssh-keygen(1) describes it under ALLOWED SIGNERS. Whoever may sign is never read from what was signed.</summary>
public static class AllowedSigners
{
    /// <summary>Path of the file on hosts and in the installer.</summary>
    public const string DefaultFile = "/etc/provision/allowed_signers";

    /// <summary>Namespace of git's signatures.</summary>
    public const string Commits = "git";

    /// <summary>Returns the text of the file below a root; null if there is none.</summary>
    public static string? Of(IMachineFiles files) => files.Read(DefaultFile) is { } file ? System.Text.Encoding.UTF8.GetString(file.Content) : null;

    /// <summary>Returns the line of one key that may sign in one namespace only.</summary>
    /// <param name="principal">Name of the signer.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="publicKey">Type and key, without a comment.</param>
    public static string Line(string principal, string space, string publicKey) => $"{principal} namespaces=\"{space}\" {publicKey}\n";

    /// <summary>True if some key may sign in a namespace. A line that cannot be judged (it has patterns, or no namespaces) counts as one: a signature that
    /// might be needed is asked for.</summary>
    public static bool Has(string? file, string space) => (file ?? "").Split('\n').Any(line => Allows(line.Trim(), space));

    /// <summary>Returns the lines of a file for some namespaces.</summary>
    public static string Only(string? file, params IReadOnlyCollection<string> spaces) =>
        string.Concat((file ?? "").Split('\n').Where(line => spaces.Any(space => Allows(line.Trim(), space))).Select(line => line.Trim() + "\n"));

    private static bool Allows(string line, string space)
    {
        if (line.Length == 0 || line[0] == '#')
        {
            return false;
        }

        const string option = "namespaces=\"";
        var at = line.IndexOf(option, StringComparison.OrdinalIgnoreCase);
        return at < 0 || line[(at + option.Length)..].Split('"')[0].Split(',')
            .Any(name => name.Trim() == space || name.AsSpan().IndexOfAny('*', '?') >= 0);
    }
}
