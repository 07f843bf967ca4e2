namespace Provision.Configuration.Packages;

/// <summary>
/// Installs packages with apt, with every service kept from starting: their configuration is not there yet.
/// Packages are never taken back by a rollback.
/// </summary>
public sealed class PackageInstaller(IMachineFiles files, ICommandRunner commands)
{
    private const string PolicyPath = "/usr/sbin/policy-rc.d";

    // deb-systemd-invoke(1) asks this script; 101 means "do not".
    private static readonly byte[] Policy = "#!/bin/sh\n# Made by provision for the length of a package run; safe to remove.\nexit 101\n"u8.ToArray();

    /// <summary>Takes away what a run that was killed may have left, so that services start again.</summary>
    public void RemoveLeftovers()
    {
        if (files.Read(PolicyPath) is { } left && left.Content.AsSpan().SequenceEqual(Policy))
        {
            files.Remove(PolicyPath);
        }
    }

    /// <summary>Installs what is missing or at another version.</summary>
    /// <exception cref="CommandFailedException">apt refused.</exception>
    public void Install(IReadOnlyList<PackageDifference> packages, Action<string>? progress)
    {
        if (packages.Count == 0)
        {
            return;
        }

        var guard = files.Stat(PolicyPath) is null;
        if (guard)
        {
            files.WriteNew(PolicyPath, Policy, FileModes.Program);
        }

        try
        {
            // A newer version than the pinned one is installed too: pins go both ways.
            var install = Command.Of(
                    "apt-get", "install", "-y", "--no-install-recommends", "--allow-downgrades",
                    "-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Use-Pty=0")
                .With([.. packages.Select(package => package.Wanted.Version is { } version ? $"{package.Wanted.Name}={version}" : package.Wanted.Name)])
                .WithEnvironment("DEBIAN_FRONTEND", "noninteractive");
            commands.Run(progress is null ? install : install.WithListener(progress)).OrThrow();
        }
        finally
        {
            if (guard)
            {
                files.Remove(PolicyPath);
            }
        }
    }
}
