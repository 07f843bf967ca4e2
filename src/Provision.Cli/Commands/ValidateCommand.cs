using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Model;
using Provision.Configuration.Rendering;
using Provision.Configuration.Secrets;
using Provision.Inventory;
using Provision.Stores.Failover;

namespace Provision.Cli.Commands;

/// <summary><c>provision validate</c>: validates the repository.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var render = new Option<bool>("--render") { Description = "Also render every file of every host" };
        var identity = GlobalOptions.Identity();
        var command = new Command("validate", "Checks inventory and templates and reports every problem at once, each with file:line:column.");
        command.Options.Add(render);
        command.Options.Add(identity);
        command.SetAction(arguments => Run(arguments, arguments.GetValue(render), arguments.GetValue(identity)!));
        return command;
    }

    private static int Run(ParseResult arguments, bool render, string identity)
    {
        var folder = Workspace.FindFolder(arguments);
        var result = InventoryLoader.Load(InventoryFiles.ReadFrom(folder));
        var problems = new DiagnosticBag();
        problems.AddRange(result.Diagnostics);
        var library = new TemplateLibrary(folder);
        foreach (var config in library.ConfigNames)
        {
            library.Config(config, problems);
        }

        var files = 0;
        if (render && result.Fleet is { } fleet && !problems.HasErrors)
        {
            files = RenderAll(fleet, library, new SecretStore(folder, identity, new Provision.Core.ProcessRunner()), problems);
        }

        // A template shared by many hosts fails alike on each: report it once.
        var distinct = problems.InOrder().Distinct().ToList();
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            PrintJson(distinct, result.Fleet);
        }
        else
        {
            distinct.ForEach(Console.Error.WriteLine);
            if (!problems.HasErrors && result.Fleet is { } good)
            {
                Console.Out.WriteLine($"{good.Hosts.Count} hosts, {good.Stores.Count} stores, {good.Roles.Count} roles, {library.ConfigNames.Count} config directories{(render ? $", {files} files" : "")}: no errors");
                SingleCopies.Notes(good).ToList().ForEach(note => Console.Out.WriteLine($"note: {note}"));
            }
            else
            {
                Console.Error.WriteLine($"{distinct.Count(problem => problem.Severity == Severity.Error)} errors");
            }
        }

        return problems.HasErrors ? ExitCodes.Trouble : ExitCodes.Same;
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

    private static void PrintJson(List<Diagnostic> problems, Fleet? fleet) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("valid", fleet is not null && problems.All(problem => problem.Severity != Severity.Error));
        Json.Array(writer, "problems", problems, problem =>
        {
            writer.WriteString("severity", problem.Severity.ToString().ToLowerInvariant());
            writer.WriteString("file", problem.Location.Path);
            writer.WriteNumber("line", problem.Location.Line);
            writer.WriteNumber("column", problem.Location.Column);
            writer.WriteString("message", problem.Message);
            writer.WriteString("hint", problem.Hint);
            Json.Array(writer, "related", problem.Related, related =>
            {
                writer.WriteString("place", related.Location.ToString());
                writer.WriteString("message", related.Message);
            });
        });
        writer.WriteEndObject();
    });
}
