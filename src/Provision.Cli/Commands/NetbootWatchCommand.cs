using System.CommandLine;
using Provision.Boot.Jobs;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot watch</c>: shows the messages of installers as they arrive.</summary>
internal static class NetbootWatchCommand
{
    public static Command Create()
    {
        var host = new Argument<string?>("HOST") { Description = "The host (default: all of them, until you stop it)", Arity = ArgumentArity.ZeroOrOne };
        var state = NetbootCommand.State();
        var command = new Command("watch", "Follows a reinstall until it ends. Exit code 0 installed, 1 ended in another way, 2 error.");
        command.Arguments.Add(host);
        command.Options.Add(state);
        command.SetAction((arguments, cancellation) => Watch(arguments, arguments.GetValue(host), state, cancellation));
        return command;
    }

    /// <summary>Follows one host, or all hosts.</summary>
    public static async Task<int> Watch(ParseResult arguments, string? host, Option<string> state, CancellationToken cancellation)
    {
        using var jobs = NetbootCommand.Open(arguments, state);
        var job = host is null ? null
            : jobs.FindOpenOf(host) ?? jobs.Jobs(onlyOpen: false, 1000).FirstOrDefault(known => known.Host == host)
            ?? throw new UserErrorException($"{host} was never armed");
        var bar = !Console.IsErrorRedirected;
        var after = job is null ? jobs.LastLine() : 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        do
        {
            // Read the job first, then its lines, so that everything logged before its end is shown.
            var now = job is null ? null : jobs.Find(job.Id);
            foreach (var line in jobs.Lines(after, job?.Id, 1000))
            {
                after = line.Number;
                Show(line, bar);
            }

            if (now is { State: var ended } && !ended.IsOpen())
            {
                Console.Out.WriteLine($"{now.Host} is {ended.Word()}");
                return ended == JobState.Done ? ExitCodes.Same : ExitCodes.Differs;
            }

            if (now is not null && JobRules.Apply(now, new TimePassed(DateTimeOffset.UtcNow)) is { Job.State: JobState.Expired })
            {
                Console.Out.WriteLine($"{now.Host} is expired");
                return ExitCodes.Differs;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
        return ExitCodes.Same;
    }

    private static void Show(JobLine line, bool bar)
    {
        if (bar)
        {
            Console.Error.Write("\r\u001b[K");
        }

        var (step, message) = (Printable.Of(line.Event.Step), Printable.Of(line.Event.Text, 500));

        // On a terminal, progress of one step stays on one line; a file gets every line.
        if (bar && line.Event is { Done: { } done and < 1, IsError: false })
        {
            var text = $"{line.Host} {step} [{new string('#', (int)(done * 30)),-30}] {done:P0} {message}";
            Console.Error.Write(text[..Math.Min(78, text.Length)]);
            return;
        }

        Console.Out.WriteLine($"{line.Event.At:u} {line.Host} {step}: {(line.Event.IsError ? "ERROR " : "")}{message}");
    }
}
