using Provision.Configuration.Desired;
using Provision.Configuration.Health;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Inventory;

namespace Provision.Cli.Sessions;

/// <summary>Observes what <c>provision doctor</c> judges; changes nothing.</summary>
/// <param name="folder">The repository.</param>
/// <param name="identity">The age key.</param>
/// <param name="reach">Names of the hosts to try by ssh.</param>
internal sealed class ReadinessReader(string folder, string identity, IReadOnlyList<string> reach)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private readonly ProcessRunner commands = new();

    /// <summary>Observes everything.</summary>
    public Readiness Read()
    {
        using var files = RootedFiles.Open("/");
        var fleet = Observation.Once(() => LoadFleet());
        Host? Here() => ThisHost.Find(Known(fleet), MachineIdentity.Macs(files)).Host;
        return new Readiness
        {
            Needed = Observation.Of<IReadOnlyList<NeededProgram>>(() => Needed(Known(fleet), Here())),
            Has = name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"])
                .Any(directory => File.Exists(Path.Combine(directory, name))),
            Key = Observation.Of(() => Key(Known(fleet), Here(), files)),
            Repository = Observation.Of(Clone),
            Signers = Observation.Of(() => Signers(files)),
            Time = Observation.Of(() => commands.Run(Provision.Core.Command.Of("timedatectl", "show", "--property=NTPSynchronized", "--value")
                .WithTimeout(Limit)).OrThrow().Text.Trim()),
            Access = Observation.Of(() => new AccessFacts(Environment.IsPrivilegedProcess, Here()?.Name, [.. reach.Select(name => Reach(Known(fleet), name))])),
        };
    }

    private static Fleet Known(Lazy<Observation<Fleet>> fleet) => fleet.Value.Value ?? throw new InvalidDataException(fleet.Value.Unseen);

    private Fleet LoadFleet()
    {
        var loaded = InventoryLoader.Load(InventoryFiles.ReadFrom(folder));
        return loaded.Fleet ?? throw new InvalidDataException(
            $"the inventory has errors: {loaded.Diagnostics.First(problem => problem.Severity == Severity.Error)} (provision validate)");
    }

    /// <summary>Returns the programs that provision runs for this host: those of the commands, of its disks, and of a boot server.</summary>
    private static List<NeededProgram> Needed(Fleet fleet, Host? host)
    {
        var needed = new List<NeededProgram>
        {
            new("git", "git", "the repository"), new("age", "age", "secrets"), new("ssh", "openssh-client", "other hosts"),
            new("ssh-keygen", "openssh-client", "signatures"),
        };
        if (host is null)
        {
            return needed;
        }

        var view = HostView.Of(fleet, host, Masters.Default);
        needed.Add(new("systemctl", "systemd", "units"));
        needed.Add(new("chronyd", "chrony", "time"));
        if (view.Layout is { } layout)
        {
            needed.Add(new("smartctl", "smartmontools", "disks"));
            needed.Add(new("sfdisk", "fdisk", "disks"));
            needed.AddRange(layout.Sets.Any(set => set.IsMd) ? [new("mdadm", "mdadm", "arrays")] : []);
            needed.AddRange(layout.Pools.Count > 0 ? [new("zpool", "zfsutils-linux", "pools")] : []);
            needed.AddRange(layout.Volumes.Any(volume => volume.Encryption == VolumeEncryption.Luks)
                ? [new("cryptsetup", "cryptsetup", "encrypted volumes"), new("clevis", "clevis-luks", "encrypted volumes")] : []);
        }

        if (fleet.RolesOf(host).Provides.Contains(ProvidedService.BootServer))
        {
            needed.AddRange([new("dnsmasq", "dnsmasq-base", "the boot server"), new("mmdebstrap", "mmdebstrap", "images"), new("zstd", "zstd", "images"),
                new("gpg", "gnupg", "images")]);
        }

        return needed;
    }

    private KeyFacts Key(Fleet fleet, Host? host, RootedFiles files)
    {
        var full = Path.GetFullPath(identity);
        var unknown = new List<string>();
        if (host is not null)
        {
            var problems = new DiagnosticBag();
            var model = new Provision.Configuration.Model.FleetModel(fleet, Masters.Default);
            var secrets = new SecretStore(folder, identity, commands);
            var desired = new Provision.Configuration.Rendering.HostRenderer(
                HostView.Of(fleet, host, Masters.Default), new Provision.Configuration.Rendering.TemplateLibrary(folder), model, secrets).Render(problems)
                ?? throw new InvalidDataException($"{problems.InOrder()[0]} (provision validate)");
            unknown.AddRange(desired.Files.Where(file => file.Unknown is not null).Select(file => $"{file.Path}: {file.Unknown}"));
        }

        if (files.Stat(full, follow: true) is not { } facts)
        {
            return new KeyFacts(full, null, null, unknown.Count > 0, unknown);
        }

        var shown = commands.Run(Provision.Core.Command.Of("age-keygen", "-y", full).WithTimeout(Limit));
        return new KeyFacts(full, facts.Mode, shown.Succeeded ? null : FirstLine(shown.Error), unknown.Count > 0, unknown);
    }

    private CloneFacts Clone() => new(folder, RepositoryOwnership.WhyNot(folder), GitRevision.Read(folder, commands),
        new Git(commands, folder).Try("remote") is { Succeeded: true } remotes && remotes.Text.Trim().Length > 0);

    private SignerFacts Signers(RootedFiles files)
    {
        var (signers, revision) = (AllowedSigners.Of(files), GitRevision.Read(folder, commands));
        return new SignerFacts(
            AllowedSigners.DefaultFile, AllowedSigners.Has(signers, AllowedSigners.Commits),
            revision.HasCommit ? Trust.CommitProblem(new Git(commands, folder), revision.Id, signers) : null);
    }

    private (string Host, string? Problem) Reach(Fleet fleet, string name)
    {
        var host = fleet.FindHost(name)!;
        try
        {
            var answer = new Ssh(commands).Run(name, host.Address.ToString(), Limit, null, ["provision", "--version"]);
            return (name, answer.Succeeded ? null : $"provision does not run there ({Ssh.Last(answer.Error)}): provision host bootstrap {name}");
        }
        catch (HostUnreachableException e)
        {
            return (name, e.Message);
        }
    }

    /// <summary>age-keygen says what is wrong first; its last line asks for bug reports.</summary>
    private static string FirstLine(string error) =>
        Printable.Of(error.Split('\n')[0].Replace("age-keygen: error: ", "", StringComparison.Ordinal).Trim(), 300);
}
