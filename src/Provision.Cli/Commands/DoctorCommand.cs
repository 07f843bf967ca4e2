using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Health;

namespace Provision.Cli.Commands;

/// <summary><c>provision doctor</c>: reports whether this machine is ready for what its role wants.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var identity = GlobalOptions.Identity();
        var reach = new Option<string[]>("--reach")
        {
            Description = "Also try these hosts by ssh",
            HelpName = "HOST",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command(
            "doctor",
            "Checks whether this machine is ready for what its role wants, and prints the command that mends each finding. It changes nothing. " +
            "What could not be observed is UNKNOWN, never ready.\n\n" +
            $"{string.Join("\n", Readiness.Checks.Select(check => $"  {check.Name,-9} {check.Examines}"))}\n\n" +
            "Exit code as of check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n\nExample:\n  provision doctor --reach imap33");
        command.Options.Add(identity);
        command.Options.Add(reach);
        command.SetAction(arguments =>
        {
            var folder = Workspace.FindFolder(arguments, isOwnershipChecked: false);
            if (arguments.GetValue(reach) is { Length: > 0 } hosts)
            {
                using var workspace = Workspace.Load(arguments);
                hosts.ToList().ForEach(host => workspace.Host(host, "--reach"));
            }

            var report = new ReadinessReader(folder, arguments.GetValue(identity)!, arguments.GetValue(reach)!).Read().Report();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                HealthJson.Print(report);
            }
            else
            {
                report.Lines().ToList().ForEach(Console.Out.WriteLine);
            }

            return report.ExitCode;
        });
        return command;
    }
}
