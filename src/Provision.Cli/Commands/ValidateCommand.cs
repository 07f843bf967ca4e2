using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Stores.Failover;

namespace Provision.Cli.Commands;

/// <summary><c>provision validate</c>: validates the repository.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var noRender = new Option<bool>("--no-render") { Description = "Do not render the files of the hosts, which takes most of the time" };
        var render = new Option<bool>("--render") { Description = "Render (the default)", Hidden = true };
        var identity = GlobalOptions.Identity();
        var command = new Command(
            "validate",
            "Validates the inventory and the templates, renders every file of every host, and reports all problems at once, each with file:line:column.");
        command.Options.Add(noRender);
        command.Options.Add(render);
        command.Options.Add(identity);
        command.SetAction(arguments => Run(arguments, !arguments.GetValue(noRender), arguments.GetValue(identity)!));
        return command;
    }

    private static int Run(ParseResult arguments, bool render, string identity)
    {
        var folder = Workspace.FindFolder(arguments);
        var checkedRepository = RepositoryValidation.Of(folder, identity, render);
        var (problems, library, files) = (checkedRepository.Problems, checkedRepository.Library, checkedRepository.Files);

        // A template shared by many hosts fails alike on each: report it once.
        var distinct = problems.InOrder().Distinct().ToList();
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            PrintJson(distinct, checkedRepository.Fleet);
        }
        else
        {
            distinct.ForEach(Console.Error.WriteLine);
            if (!problems.HasErrors && checkedRepository.Fleet is { } good)
            {
                Console.Out.WriteLine($"{Counted.Of(good.Hosts.Count, "host")}, {Counted.Of(good.Stores.Count, "store")}, "
                    + $"{Counted.Of(good.Roles.Count, "role")}, "
                    + $"{library.ConfigNames.Count} config directories{(render ? $", {Counted.Of(files, "file")}" : "")}: no errors");
                if (Trust.Note(AllowedSigners.DefaultFile, Signers()) is { } unsigned)
                {
                    Console.Out.WriteLine(unsigned);
                }

                SingleCopies.Notes(good).ToList().ForEach(note => Console.Out.WriteLine($"note: {note}"));
            }
            else
            {
                Console.Error.WriteLine(Counted.Of(distinct.Count(problem => problem.Severity == Severity.Error), "error"));
            }
        }

        return problems.HasErrors ? ExitCodes.Trouble : ExitCodes.Same;
    }

    private static string? Signers()
    {
        using var system = RootedFiles.Open("/");
        return AllowedSigners.Of(system);
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
