using System.CommandLine;
using Provision.Configuration.Apply;
using Provision.Configuration.State;

namespace Provision.Cli.Commands;

/// <summary><c>provision confirm</c>: keeps an install that would be rolled back otherwise.</summary>
internal static class ConfirmCommand
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var generation = new Argument<int?>("GENERATION")
        {
            Description = "The generation to keep, as \"install --confirm\" printed it (default: only show the one that waits)",
            Arity = ArgumentArity.ZeroOrOne,
        }.Between(1, int.MaxValue);
        var root = GlobalOptions.Root();
        var command = new Command(
            "confirm",
            "Keeps what \"provision install --confirm TIME\" installed. Run it from a new connection, after \"provision check\": " +
            "that is the proof that the host can still be reached. Exit code 0: it stays, 1: it was rolled back before, 2: error.");
        command.Arguments.Add(generation);
        command.Options.Add(root);
        command.SetAction(arguments =>
        {
            using var files = Session.OpenRoot(arguments.GetValue(root)!);
            var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
            if (arguments.GetValue(generation) is not { } number)
            {
                return Show(PendingConfirmation.Read(files), new StateStore(files).ReadState(), json);
            }

            var installation = new Installation(files, new ProcessRunner(), TimeProvider.System);
            var until = DateTime.UtcNow + LockPatience;
            var result = installation.Confirm(number);
            while (result.IsLocked && DateTime.UtcNow < until)
            {
                Thread.Sleep(BetweenTries);
                result = installation.Confirm(number);
            }

            return Print(result, number, json);
        });
        return command;
    }

    private static int Show(PendingConfirmation? pending, HostState state, bool json)
    {
        var waits = pending is not null && pending.Generation <= state.Generation ? pending : null;
        if (json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("host_generation", state.Generation);
                if (waits is not null)
                {
                    writer.WriteNumber("generation", waits.Generation);
                    writer.WriteString("commit", waits.Journal.Generation.Commit);
                    writer.WriteBoolean("finished", waits.Finished);
                    writer.WriteNumber("confirm_seconds", waits.Seconds);
                }

                writer.WriteEndObject();
            });
        }
        else
        {
            Console.Out.WriteLine(waits is null ? $"no install waits for its confirmation; the host is at generation {state.Generation}"
                : $"generation {waits.Generation} of commit {waits.Journal.Generation.Commit} waits: \"provision confirm {waits.Generation}\" keeps it");
        }

        return ExitCodes.Same;
    }

    private static int Print(ConfirmationResult result, int generation, bool json)
    {
        if (json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("generation", generation);
                writer.WriteString("outcome", result.Outcome switch
                {
                    ConfirmationOutcome.Confirmed => "confirmed",
                    ConfirmationOutcome.RolledBack => "rolled back",
                    _ => "refused",
                });
                writer.WriteString("message", result.Message);
                writer.WriteEndObject();
            });
        }
        else
        {
            (result.Outcome == ConfirmationOutcome.Confirmed ? Console.Out : Console.Error).WriteLine(result.Message);
        }

        return result.Outcome switch
        {
            ConfirmationOutcome.Confirmed => ExitCodes.Same,
            ConfirmationOutcome.RolledBack => ExitCodes.Differs,
            _ => ExitCodes.Trouble,
        };
    }
}
