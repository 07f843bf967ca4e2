using System.CommandLine;
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
            if (arguments.GetValue(output) is { } folder)
            {
                Write(desired, folder, arguments.GetValue(reveal));
            }
            else if (!arguments.GetValue(check))
            {
                throw new UserErrorException("give --out DIR, or --check to run the checkers");
            }

            return arguments.GetValue(check) ? Check(session, desired) : ExitCodes.Same;
        });
        return command;
    }

    private static void Write(DesiredState desired, string folder, bool reveal)
    {
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

        Console.Out.WriteLine($"{desired.Files.Count} files of {desired.Host} written below {folder}");
    }

    private static int Check(Session session, DesiredState desired)
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
        var results = new StagedChecks(session.Files, session.Workspace.Commands).Run(differences);
        var redaction = new Redaction(desired.SecretValues, new HostState(), new StateStore(session.Files));
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
        return results.All(result => result.Outcome == CheckOutcome.Passed) ? ExitCodes.Same : ExitCodes.Trouble;
    }
}
