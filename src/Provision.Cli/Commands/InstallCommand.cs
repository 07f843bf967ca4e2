using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Apply;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Stores.Instances;

namespace Provision.Cli.Commands;

/// <summary><c>provision install</c>: brings this machine to the state defined by the repository.</summary>
internal static class InstallCommand
{
    public static Command Create()
    {
        var options = new HostOptions { Here = HostOptions.HereOption() };
        var configs = GlobalOptions.Configs();
        var allowDirty = new Option<bool>("--allow-dirty") { Description = "Install despite changes that are not committed or not pushed" };
        var plan = new Option<string?>("--plan") { Description = "Carry out a saved plan, only if nothing has changed since", HelpName = "FILE" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask; needed where there is no terminal, unless --plan is given" };
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Only show what would be done; exit code 0: nothing, 1: something, 2: refused" };
        var removeSlots = new Option<int>("--remove-slots")
        {
            Description = "Maximum number of slots that this run may remove",
            HelpName = "N",
            DefaultValueFactory = _ => new InstallOptions().MaximumRemovedSlots,
        }.Between(0, int.MaxValue);
        var confirm = new TimeOption("--confirm", "Roll back unless \"provision confirm\" follows within this time, from a new connection");
        var jobs = UnitOptions.Jobs();
        var limit = UnitOptions.Limit();
        var command = new Command(
            "install",
            "Brings a machine to the state in the repository: shows the plan, asks, and carries it out in a single transaction: checks first, then every " +
            "file is swapped, then the units that use them are acted on, a few at a time. If a check fails, nothing has changed; if a unit fails, " +
            "everything is rolled back (exit code 1). An interrupted run is completed by the next one. Exit code 2: nothing was changed.");
        command.Arguments.Add(configs);
        options.AddTo(command);
        command.Options.Add(yes);
        command.Options.Add(dryRun);
        command.Options.Add(allowDirty);
        command.Options.Add(plan);
        command.Options.Add(removeSlots);
        command.Options.Add(confirm.Option);
        command.Options.Add(jobs);
        command.Options.Add(limit);
        command.SetAction(arguments =>
        {
            var consent = Consent.Of(arguments.GetValue(dryRun), arguments.GetValue(yes) || arguments.GetValue(plan) is not null);
            using var session = Session.Open(arguments, options);
            CheckCommit(session);
            var desired = session.Render();
            var store = new StateStore(session.Files);
            var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
            var installation = new Installation(session.Files, session.Workspace.Commands, TimeProvider.System);
            using var interruption = new Interruption(installation.LeftBehind);
            if (consent == Consent.Asked && installation.IsInterrupted)
            {
                CompleteInterrupted(installation, session);
            }

            var state = store.ReadState();
            var selection = Session.Select(arguments.GetValue(configs)!, desired, state);
            var saved = arguments.GetValue(plan) is { } path ? SavedPlan.Read(path, desired.Host, session.Revision) : null;
            var redaction = new Redaction(desired.SecretValues, state, store);
            var wanted = new InstallOptions
            {
                AllowDirty = arguments.GetValue(allowDirty),
                By = Session.Author,
                Reason = arguments.GetValue(options.Here!),
                ExpectedHash = saved?.Hash,
                Objection = saved is null ? null : reviewed => saved.WhyNot(reviewed, redaction),
                Confirm = confirm.In(arguments) is { Ticks: > 0 } time ? time : null,
                MaximumRemovedSlots = arguments.GetValue(removeSlots),
                UnitsAtOnce = arguments.GetValue(jobs),
                UnitLimit = TimeSpan.FromSeconds(arguments.GetValue(limit)),
                Progress = json ? null : Console.Error.WriteLine,
            };
            if (consent != Consent.Given)
            {
                var preview = installation.Preview(desired, session.Revision, selection, wanted);
                if (consent == Consent.DryRun)
                {
                    return PreviewPrinter.Print(preview, redaction, json, installation.IsInterrupted);
                }

                Ask(preview, session.Files, redaction, json);
                wanted = wanted with { ExpectedHash = preview.Plan.Hash };
            }

            var report = installation.Install(desired, session.Revision, selection, wanted);
            if (report.ExitCode == ExitCodes.Same && session.Current.IsLive)
            {
                new RoleInstall(session.Files, session.Workspace.Commands, TimeProvider.System).Remember(session.View.Masters);
            }

            var root = session.Files.IsRunningSystem ? "" : $" --root {session.Files.Root}";
            return ReportPrinter.Print(report, redaction, json, $"provision rollback {report.Generation - 1}{root}");
        });
        return command;
    }

    /// <summary>Asks whether an interrupted run may be completed, and completes it; ends the command otherwise.</summary>
    private static void CompleteInterrupted(Installation installation, Session session)
    {
        Console.Error.WriteLine("an install was interrupted here; its changes are completed before anything else");
        if (!Confirmation.Yes("complete it now?", yes: false))
        {
            throw new UserErrorException("nothing was changed");
        }

        var report = installation.Complete();
        if (report.ExitCode != ExitCodes.Same)
        {
            throw new UserErrorException(string.Join("; ", report.Messages));
        }

        ReportPrinter.PrintRecovery(report);
    }

    /// <summary>Shows a plan and ends the command unless the answer is yes. A plan that changes nothing or that is refused needs no answer.</summary>
    private static void Ask(InstallPreview preview, RootedFiles files, Redaction redaction, bool json)
    {
        if (!preview.IsWorthAsking)
        {
            return;
        }

        new PlanPrinter(json ? Console.Error : Console.Out, redaction).Print(preview.Plan, PlanForm.Folded);
        var place = files.IsRunningSystem ? $"on {preview.Plan.Host}" : $"into {files.Root}, as {preview.Plan.Host}";
        if (!Confirmation.Yes($"install this {place}?", yes: false))
        {
            throw new UserErrorException("nothing was changed");
        }
    }

    /// <summary>Ends the command if the root has signers of commits and none of them signed the commit.</summary>
    private static void CheckCommit(Session session)
    {
        var signers = AllowedSigners.Of(session.Files);
        if (session.Revision.HasCommit
            && Trust.CommitProblem(new Git(session.Workspace.Commands, session.Workspace.Origin), session.Revision.Id, signers) is { } problem)
        {
            throw new UserErrorException($"the commit {session.Revision.Short} is not signed by a key in {AllowedSigners.DefaultFile} that may sign commits: " +
                $"{problem}");
        }

        if (!session.Revision.HasCommit && AllowedSigners.Has(signers, AllowedSigners.Commits))
        {
            throw new UserErrorException($"{AllowedSigners.DefaultFile} names who may sign commits, and this repository has none");
        }

        if (Trust.Note(AllowedSigners.DefaultFile, signers, withOrders: false) is { } note)
        {
            Console.Error.WriteLine(note);
        }
    }
}

internal static class UnitOptions
{
    public static Option<int> Jobs() => new Option<int>("--jobs")
    {
        Description = "Number of units acted on at a time",
        HelpName = "N",
        DefaultValueFactory = _ => new InstallOptions().UnitsAtOnce,
    }.Between(1, 1000);

    public static Option<int> Limit() => new Option<int>("--unit-limit")
    {
        Description = "Seconds to wait for a unit to become healthy",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => (int)new InstallOptions().UnitLimit.TotalSeconds,
    }.Between(1, 86_400);
}
