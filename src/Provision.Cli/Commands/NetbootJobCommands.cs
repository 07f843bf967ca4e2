using System.CommandLine;
using System.Text.Json;
using Provision.Boot.Arm;
using Provision.Boot.Jobs;
using Provision.Cli.Printing;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot approve</c>, <c>disarm</c> and <c>status</c>.</summary>
internal static class NetbootJobCommands
{
    public static Command CreateApprove()
    {
        var host = NetbootCommand.Host();
        var state = NetbootCommand.State();
        var hash = new Option<string?>(
            "--hash")
        { Description = "Hash of the machine's plan (\"netboot status HOST\" shows both), or at least its first 12 digits", HelpName = "HASH" };
        var code = new Option<string?>("--code") { Description = "The code on the machine's console", HelpName = "CODE" };
        var signKey = NetbootArmCommand.SignKey();
        var command = new Command("approve", "Approves a waiting installer, by plan hash or by console code. To abort it: \"netboot disarm\".");
        command.Arguments.Add(host);
        command.Options.Add(hash);
        command.Options.Add(code);
        command.Options.Add(signKey);
        command.Options.Add(state);
        command.SetAction(arguments =>
        {
            using var jobs = NetbootCommand.Open(arguments, state);
            var job = NetbootCommand.OpenJob(jobs, arguments.GetValue(host)!);
            var now = DateTimeOffset.UtcNow;
            JobEvent happened = (arguments.GetValue(hash), arguments.GetValue(code)) switch
            {
                ({ } given, null) => Approved(job, given, arguments.GetValue(signKey), now),
                (null, { } given) => new CodeGiven(now, given),
                _ => throw new UserErrorException("name what you approve: --hash HASH or --code CODE"),
            };
            return Tell(jobs.Change(job.Id, happened)!);
        });
        return command;
    }

    /// <summary>Approves the plan that a machine gave, with an order of its own for it: signed if the armed one is.</summary>
    private static Approved Approved(Job job, string given, string? signKey, DateTimeOffset now)
    {
        var hash = given.Length >= 12 && job.FoundHash?.StartsWith(given, StringComparison.Ordinal) == true ? job.FoundHash : given;
        var commands = new ProcessRunner();
        return job is { State: JobState.Differs, Signed.Signature: not null } && hash == job.FoundHash
            ? new Approved(now, hash, NetbootArmCommand.Sign(JobRules.ForPlan(job, hash, now), OrderSigner.Of(signKey, commands), null, commands))
            : new Approved(now, hash);
    }

    public static Command CreateDisarm()
    {
        var host = NetbootCommand.Host();
        var state = NetbootCommand.State();
        var command = new Command(
            "disarm",
            "Cancels a job: the host boots from its own disk. A running or waiting installer stops at its next request; if it had begun to write, the system " +
                "may not start.");
        command.Arguments.Add(host);
        command.Options.Add(state);
        command.SetAction(arguments =>
        {
            using var jobs = NetbootCommand.Open(arguments, state);
            return Tell(jobs.Change(NetbootCommand.OpenJob(jobs, arguments.GetValue(host)!).Id, new DisarmAsked(DateTimeOffset.UtcNow))!);
        });
        return command;
    }

    public static Command CreateStatus()
    {
        var host = new Argument<string?>(
            "HOST")
        { Description = "The host (default: every open job and the last closed ones)", Arity = ArgumentArity.ZeroOrOne };
        var state = NetbootCommand.State();
        var command = new Command("status",
            "Shows jobs with their status, deadline and last message; for one host also who got what, why it stopped, and the proof of what was not written.");
        command.Arguments.Add(host);
        command.Options.Add(state);
        command.SetAction(arguments =>
        {
            using var jobs = NetbootCommand.Open(arguments, state);
            var name = arguments.GetValue(host);
            var now = DateTimeOffset.UtcNow;
            var shown = jobs.Jobs(onlyOpen: false, 200).Where(job => name is null || job.Host == name)
                .Select(job => JobRules.Apply(job, new TimePassed(now)).Job).OrderByDescending(job => job.State.IsOpen()).ToList();
            var lines = jobs.LastLines(200);
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(writer =>
                {
                    writer.WriteStartArray();
                    shown.ForEach(job => WriteJson(writer, job, lines.GetValueOrDefault(job.Id)));
                    writer.WriteEndArray();
                });
            }
            else
            {
                Columns.Write(Console.Out, ["HOST", "STATE", "UNTIL", "STEP", "DONE", "LAST SAID"], shown.Take(name is null ? 50 : 5)
                    .Select(job => Row(job, lines.GetValueOrDefault(job.Id)?.Event)));
                if (name is not null && shown.Count > 0)
                {
                    Explain(shown[0]);
                }
            }

            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Writes a job as JSON, without any secret or hash of one.</summary>
    public static void WriteJson(Utf8JsonWriter json, Job job, JobLine? last)
    {
        json.WriteStartObject();
        json.WriteString("id", job.Id);
        json.WriteString("host", job.Host);
        json.WriteString("state", job.State.Word());
        json.WriteBoolean("open", job.State.IsOpen());
        json.WriteString("deadline", job.Deadline);
        json.WriteString("plan", job.PlanHash);
        json.WriteString("found_plan", job.FoundHash);
        json.WriteString("approved_plan", job.ApprovedHash);
        json.WriteString("commit", job.Commit);
        json.WriteString("image", job.Image);
        json.WriteString("dmi_uuid", job.DmiUuid);
        json.WriteString("armed_at", job.ArmedAt);
        json.WriteString("armed_by", job.ArmedBy);
        json.WriteNumber("boots", job.Boot);
        json.WriteString("no_code", job.NoCode);
        json.WriteBoolean("key_planted", job.Planted);
        Json.Strings(json, "gates", job.GateAnswers);
        Json.Array(json, "handed_over", job.HandedOver, given =>
        {
            json.WriteString("at", given.At);
            json.WriteString("what", given.What.ToString().ToLowerInvariant());
            json.WriteString("to", given.Source);
            json.WriteNumber("installer", given.Installer);
        });
        json.WriteString("step", last?.Event.Step);
        json.WriteString("said", last?.Event.Text);
        if (last?.Event.Done is { } done)
        {
            json.WriteNumber("done", done);
        }

        if (job.Report is { } report)
        {
            json.WritePropertyName("report");
            report.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static IReadOnlyList<string> Row(Job job, InstallEvent? last) =>
        [job.Host, job.State.Word(), job.State.IsOpen() ? job.Deadline.ToString("u") : "-", Printable.Of(last?.Step ?? "-"), last?.Done is { } done
            ? $"{done:P0}" : "-", Printable.Of(last?.Text ?? "-", 300)];

    private static void Explain(Job job)
    {
        Console.Out.WriteLine($"plan {job.PlanHash}{(job.FoundHash is { } found && found != job.PlanHash ? $"\nthe machine gives {found}" : "")}");
        if (job.NoCode is { } reason)
        {
            Console.Out.WriteLine($"armed without code or key: {Printable.Of(reason, 300)}");
        }

        foreach (var answer in job.GateAnswers)
        {
            Console.Out.WriteLine("gate " + Printable.Of(answer, 300));
        }

        foreach (var given in job.HandedOver)
        {
            Console.Out.WriteLine($"{given.At:u} {given}");
        }

        foreach (var problem in job.Report?.Problems ?? [])
        {
            Console.Out.WriteLine("  " + Printable.Of(problem, 300));
        }

        foreach (var device in job.Report?.Protected ?? [])
        {
            var same = device is { SectorsWritten: 0 } && device.Before == device.After;
            Console.Out.WriteLine($"  {(same ? "untouched" : "CHANGED")}  {Printable.Of(device.Identity)} ({Printable.Of(device.Device)}): " +
                $"{device.SectorsWritten} sectors written");
        }
    }

    private static int Tell(JobStep step)
    {
        if (!step.IsAccepted)
        {
            throw new UserErrorException(step.Refusal!);
        }

        Console.Out.WriteLine($"{step.Job.Host} is {step.Job.State.Word()}{(step.Job.State.IsOpen() ? $" until {step.Job.Deadline:u}" : "")}");
        return ExitCodes.Same;
    }
}
