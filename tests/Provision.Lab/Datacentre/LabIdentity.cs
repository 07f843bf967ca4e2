namespace Provision.Lab;

/// <summary>A host's identity as the boot server keeps it: an archive of its ssh host key.</summary>
internal static class LabIdentity
{
    /// <summary>Draws a key and writes the archive.</summary>
    /// <param name="host">The host.</param>
    /// <param name="folder">For what is needed meanwhile.</param>
    /// <param name="archive">The archive's path.</param>
    /// <returns>The public key.</returns>
    public static string Make(string host, string folder, string archive)
    {
        Directory.CreateDirectory(Path.Combine(folder, "etc/ssh"));
        var key = Path.Combine(folder, "etc/ssh/ssh_host_ed25519_key");
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host, "-f", key);
        // The other kinds too: making them takes seconds in emulation.
        Run("ssh-keygen", "-A", "-f", folder);
        Run("tar", "--create", "--file=" + archive, "--directory=" + folder, "etc");
        return File.ReadAllText(key + ".pub").Trim();
    }

    private static void Run(string program, params IReadOnlyList<string> arguments) => new ProcessRunner().Run(Command.Of(program, arguments)).OrThrow();
}
