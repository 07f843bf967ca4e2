using Provision.Configuration.Model;
using Provision.Configuration.Rendering;
using Provision.Configuration.Repository;
using Provision.Configuration.Secrets;
using Provision.Inventory;

namespace Provision.Cli.Sessions;

/// <summary>The validation of a whole repository.</summary>
/// <param name="Fleet">The fleet; null if the inventory has errors.</param>
/// <param name="Library">Its templates.</param>
/// <param name="Files">Number of files that were rendered.</param>
/// <param name="Problems">All findings.</param>
internal sealed record RepositoryValidation(Fleet? Fleet, TemplateLibrary Library, int Files, DiagnosticBag Problems)
{
    /// <summary>Validates inventory and templates, and renders every file of every host.</summary>
    /// <param name="folder">Directory of the repository.</param>
    /// <param name="identity">File with the age identity that reads the secrets.</param>
    /// <param name="render">Whether to render.</param>
    public static RepositoryValidation Of(string folder, string identity, bool render)
    {
        var result = InventoryLoader.Load(InventoryFiles.ReadFrom(folder));
        var problems = new DiagnosticBag();
        problems.AddRange(result.Diagnostics);
        var library = new TemplateLibrary(folder);
        foreach (var config in library.ConfigNames)
        {
            library.Config(config, problems);
        }

        if (result.Fleet is { } known)
        {
            SampleRemains.Find(folder, known.Domain, new Provision.Core.ProcessRunner(), problems);
        }

        var files = 0;
        if (render && result.Fleet is { } fleet)
        {
            FindBranches(folder, fleet, problems);
            files = RenderAll(fleet, library, new SecretStore(folder, identity, new Provision.Core.ProcessRunner()), problems);
        }

        return new RepositoryValidation(result.Fleet, library, files, problems);
    }

    /// <summary>Reports branches that hosts are pinned to and the repository does not have.</summary>
    private static void FindBranches(string folder, Fleet fleet, DiagnosticBag problems)
    {
        var commands = new Provision.Core.ProcessRunner();
        var pinned = fleet.Hosts.Where(host => host.Branch is not null && host.Status != HostStatus.Retired);
        foreach (var branch in pinned.GroupBy(host => host.Branch!, StringComparer.Ordinal))
        {
            if (GitRevision.CommitOf(folder, branch.Key, commands) is null)
            {
                branch.ToList().ForEach(host => problems.Error(
                    host.At("branch"),
                    $"the repository does not have the branch \"{branch.Key}\"",
                    "fetch it, or correct branch:"));
            }
        }
    }

    private static int RenderAll(Fleet fleet, TemplateLibrary library, SecretStore secrets, DiagnosticBag problems)
    {
        var model = new FleetModel(fleet, Masters.Default);
        var files = 0;
        Parallel.ForEach(fleet.Hosts.Where(host => host.Status != HostStatus.Retired), host =>
        {
            var found = new DiagnosticBag();
            var desired = new HostRenderer(HostView.Of(fleet, host, Masters.Default), library, model, secrets).Render(found);
            Interlocked.Add(ref files, desired?.Files.Count ?? 0);
            lock (problems)
            {
                problems.AddRange(found);
            }
        });
        return files;
    }
}
