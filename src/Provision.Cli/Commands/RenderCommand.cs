using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Checks;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.State;

namespace Provision.Cli.Commands;

/// <summary><c>provision render</c>: writes a host's files to a directory, for inspection.</summary>
internal static class RenderCommand
{
    public static Command Create()
    {
        var options = new HostOptions();
        var output = new Option<string?>("--out") { Description = "Directory to write into; it must be empty or missing", HelpName = "DIR" };
        var check = new Option<bool>("--check")
        {
            Description = "Run each file's checker, with the files laid over this machine's own in a private mount namespace",
        };
        var reveal = new Option<bool>("--reveal-secrets") { Description = "Write secrets as they are; without this they are masked" };
        var command = new Command(
            "render",
            "Renders every file of a host into a directory, and runs the checkers over them if asked to. The machine itself is not touched.");
        options.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(check);
        command.Options.Add(reveal);
        command.SetAction(arguments =>
        {
            using var session = Session.Open(arguments, options);
            var desired = session.Render();
            var folder = arguments.GetValue(output);
            if (folder is not null)
            {
                Write(desired, folder, arguments.GetValue(reveal));
            }
            else if (!arguments.GetValue(check))
            {
                throw new UserErrorException("give --out DIR, or --check to run the checkers");
            }

            var results = arguments.GetValue(check) ? Check(session, desired) : null;
            var redaction = new Redaction(desired.SecretValues, new HostState(), new StateStore(session.Files));
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(desired, folder, results, redaction);
            }
            else
            {
                Print(desired, folder, results, redaction);
            }

            return results?.All(result => result.Outcome == CheckOutcome.Passed) != false ? ExitCodes.Same : ExitCodes.Trouble;
        });
        return command;
    }

    private static void Write(DesiredState desired, string folder, bool reveal)
    {
        if (File.Exists(folder))
        {
            throw new UserErrorException($"--out {folder} is a file: name a new or an empty directory");
        }

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new UserErrorException($"{folder} is not empty: nothing is overwritten, name another folder");
        }

        // Owner-only access: rendered files may be confidential even if no secret is revealed.
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)FileModes.PrivateDirectory);
        using var files = RootedFiles.Open(folder);
        foreach (var file in desired.Files)
        {
            files.MakeFolder(file.Path[..file.Path.LastIndexOf('/')]);
            files.WriteNew(file.Path, reveal ? file.Content : System.Text.Encoding.UTF8.GetBytes(Redaction.Masked(file)), file.Mode);
        }
    }

    private static IReadOnlyList<CheckResult> Check(Session session, DesiredState desired)
    {
        var differences = desired.Files.Where(file => file.Unknown is null)
            .Select(file => new FileDifference
            {
                Path = file.Path,
                Verdict = Verdict.New,
                Desired = file,
                DesiredOwner = OwnerDatabase.Read(session.Files).Resolve(file.Owner),
            })
            .ToList();
        return new StagedChecks(session.Files, session.Workspace.Commands).Run(differences);
    }

    private static void Print(DesiredState desired, string? folder, IReadOnlyList<CheckResult>? results, Redaction redaction)
    {
        if (folder is not null)
        {
            Console.Out.WriteLine($"{Counted.Of(desired.Files.Count, "file")} of {desired.Host} written below {folder}");
        }

        if (results is null)
        {
            return;
        }

        foreach (var result in results.Where(result => result.Outcome != CheckOutcome.Passed))
        {
            Console.Out.WriteLine($"{result.Outcome.ToString().ToLowerInvariant()}: {string.Join(' ', result.Check.Arguments)}" +
                $"  for {string.Join(", ", result.Paths.Take(3))}");
            Console.Out.WriteLine("  " + redaction.Printed(result.Output).ReplaceLineEndings("\n  "));
        }

        Console.Out.WriteLine($"{desired.Host}: {results.Count(result => result.Outcome == CheckOutcome.Passed)} checks passed, " +
            $"{results.Count(result => result.Outcome == CheckOutcome.Failed)} failed, " +
            $"{results.Count(result => result.Outcome == CheckOutcome.Unchecked)} could not be run; " +
            $"{desired.Files.Count(file => file.Checks.Count > 0)} of {desired.Files.Count} files have a check");
    }

    private static void PrintJson(DesiredState desired, string? folder, IReadOnlyList<CheckResult>? results, Redaction redaction) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("host", desired.Host);
        writer.WriteString("written_below", folder);
        Json.Array(writer, "files", desired.Files, file =>
        {
            writer.WriteString("path", file.Path);
            writer.WriteString("mode", FileModes.Octal(file.Mode));
            writer.WriteString("owner", file.Owner.ToString());
            writer.WriteString("config", file.Config);
            writer.WriteString("instance", file.Instance);
            writer.WriteString("unknown", file.Unknown);
        });
        Json.Array(writer, "checks", results ?? [], check => PlanJson.WriteCheck(writer, check, redaction));
        writer.WriteEndObject();
    });
}
