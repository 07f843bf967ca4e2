using Provision.Configuration.Apply;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Model;
using Provision.Configuration.Plans;
using Provision.Configuration.Rendering;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;
using Provision.Inventory;

namespace Provision.Configuration.Tests;

/// <summary>
/// A repository with one host and one config, and a root to install it into, both in a temporary folder. Tests change
/// the files and look at what diff and install make of it.
/// </summary>
public sealed class SmallFleet : IDisposable
{
    public static readonly Revision Clean = new("0123456789abcdef0123456789abcdef01234567", Dirty: false, Pushed: true, Branch: "main");

    private readonly string folder = Directory.CreateTempSubdirectory("provision-test-").FullName;

    public SmallFleet()
    {
        Directory.CreateDirectory(Repository);
        Directory.CreateDirectory(RootFolder);
        Write("hosts/fleet.yaml", """
            fleet: { name: test, domain: mail.example, release: trixie }
            sites:
              nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }
            """);
        Write("hosts/nyi.yaml", """
            site: nyi
            hosts:
              web1:
                macs: ["00:00:5E:00:53:01"]
                roles: [web]
                address: 192.0.2.11
            """);
        Role();
        Template("etc/web.conf", "unit: web.service", "listen {{ host.address }}\nworkers {{ settings.workers }}\n");
        Files = RootedFiles.Open(RootFolder);
    }

    public string Repository => Path.Combine(folder, "repository");

    public string RootFolder => Path.Combine(folder, "root");

    public RootedFiles Files { get; private set; }

    public ICommandRunner Commands { get; set; } = new ProcessRunner();

    public string Identity { get; set; } = "/nonexistent/identity";

    public void Role(string defaults = "workers: 4, names: [a, b]", string rest = "") => Write("roles/web.yaml", $$"""
        data: cache
        gate: none
        configs: [web]
        {{rest}}
        defaults: { {{defaults}} }
        """);

    public void Template(string path, string head, string body) => Write($"templates/web/{path}", $"---\n{head}\n---\n{body}");

    public void Write(string path, string text)
    {
        var full = Path.Combine(Repository, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    /// <summary>A file below the root, as somebody on the machine would write it.</summary>
    public void OnMachine(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(RootFolder + path)!);
        File.WriteAllText(RootFolder + path, text);
    }

    public string Read(string path) => File.ReadAllText(RootFolder + path);

    public bool Has(string path) => File.Exists(RootFolder + path);

    public (DesiredState? Desired, IReadOnlyList<Diagnostic> Problems) Render(Masters? masters = null)
    {
        var result = InventoryLoader.Load(InventoryFiles.ReadFrom(Repository));
        Assert.True(result.Fleet is not null, string.Join('\n', result.Diagnostics));
        var view = HostView.Of(result.Fleet, result.Fleet.FindHost("web1")!, masters ?? Masters.Default);
        var problems = new DiagnosticBag();
        var secrets = new SecretStore(Repository, Identity, Commands);
        return (new HostRenderer(view, new TemplateLibrary(Repository), new FleetModel(result.Fleet, view.Masters), secrets).Render(problems),
            problems.InOrder());
    }

    public DesiredState Desired(Masters? masters = null)
    {
        var (desired, problems) = Render(masters);
        Assert.True(desired is not null, string.Join('\n', problems));
        return desired;
    }

    public ChangePlan Diff(ConfigSelection? selection = null)
    {
        var desired = Desired();
        return new Planner(Files, Commands).Plan(desired, Store.ReadState(), Clean, selection ?? ConfigSelection.All);
    }

    public InstallReport Install(InstallOptions? options = null, Revision? revision = null) =>
        new Installation(Files, Commands, TimeProvider.System).Install(Desired(), revision ?? Clean, ConfigSelection.All, options ?? new InstallOptions());

    public InstallReport Rollback(int? generation = null, long serial = 0) =>
        new Installation(Files, Commands, TimeProvider.System).Rollback(generation, serial, new InstallOptions());

    public StateStore Store => new(Files);

    public Redaction Redaction(DesiredState desired) => new(desired.SecretValues, Store.ReadState(), Store);

    public FileDifference Only(string path = "/etc/web.conf") => Assert.Single(Diff().Files, file => file.Path == path);

    /// <summary>Every file and folder below the root with its content and mode, but for what provision remembers.</summary>
    public IReadOnlyList<string> Tree() =>
    [
        .. Directory.EnumerateFileSystemEntries(RootFolder, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(RootFolder + "/var/lib/provision", StringComparison.Ordinal)
                && !path.EndsWith("provision.lock", StringComparison.Ordinal))
            .Select(path => $"{path[RootFolder.Length..]} {File.GetUnixFileMode(path)} {(File.Exists(path) ? File.ReadAllText(path) : "")}").Order(
                StringComparer.Ordinal),
    ];

    public void Reopen(IMachineFiles? ignored = null)
    {
        Files.Dispose();
        Files = RootedFiles.Open(RootFolder);
    }

    public void Dispose()
    {
        Files.Dispose();
        new ProcessRunner().Run(Command.Of("chattr", "-R", "-i", folder));
        Directory.Delete(folder, recursive: true);
    }
}
