namespace Provision.Configuration.Packages;

/// <summary>Installs packages with apt while preventing services from starting, because their configuration is not there yet. A rollback never removes
/// packages.</summary>
internal sealed class PackageInstaller(IMachineFiles files, ICommandRunner commands)
{
    private const string PolicyPath = "/usr/sbin/policy-rc.d";

    // deb-systemd-invoke(1) calls this script; exit code 101 forbids the action.
    private static readonly byte[] Policy = "#!/bin/sh\n# Made by provision for the length of a package run; safe to remove.\nexit 101\n"u8.ToArray();

    /// <summary>Removes what a killed run may have left behind, so that services can start again.</summary>
    public void RemoveLeftovers()
    {
        if (files.Read(PolicyPath) is { } left && left.Content.AsSpan().SequenceEqual(Policy))
        {
            files.Remove(PolicyPath);
        }
    }

    /// <summary>Installs packages that are missing or at another version.</summary>
    /// <exception cref="CommandFailedException">apt failed.</exception>
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
            // Also replaces a version newer than the pinned one: pins work in both directions.
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
