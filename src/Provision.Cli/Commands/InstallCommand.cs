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
        var removeSlots = new Option<int>("--remove-slots")
        {
            Description = "Maximum number of slots that this run may remove",
            HelpName = "N",
            DefaultValueFactory = _ => new InstallOptions().MaximumRemovedSlots,
        }.Between(0, int.MaxValue);
        var jobs = UnitOptions.Jobs();
        var limit = UnitOptions.Limit();
        var command = new Command(
            "install",
            "Brings a machine to the state in the repository, in a single transaction: checks first, then every file is swapped, then the units that use " +
            "them are acted on, a few at a time. If a check fails, nothing has changed; if a unit fails, everything is rolled back (exit code 1). " +
            "An interrupted run is completed by the next one. Exit code 2: nothing was changed.");
        command.Arguments.Add(configs);
        options.AddTo(command);
        command.Options.Add(allowDirty);
        command.Options.Add(plan);
        command.Options.Add(removeSlots);
        command.Options.Add(jobs);
        command.Options.Add(limit);
        command.SetAction(arguments =>
        {
            using var session = Session.Open(arguments, options);
            CheckCommit(session);
            var desired = session.Render();
            var store = new StateStore(session.Files);
            var state = store.ReadState();
            var selection = Session.Select(arguments.GetValue(configs)!, desired, state);
            var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
            var installation = new Installation(session.Files, session.Workspace.Commands, TimeProvider.System);
            using var interruption = new Interruption(installation.LeftBehind);
            var saved = arguments.GetValue(plan) is { } path ? SavedPlan.Read(path, desired.Host, session.Revision) : null;
            var redaction = new Redaction(desired.SecretValues, state, store);
            var report = installation.Install(desired, session.Revision, selection, new InstallOptions
            {
                AllowDirty = arguments.GetValue(allowDirty),
                By = Session.Author,
                Reason = arguments.GetValue(options.Here!),
                ExpectedHash = saved?.Hash,
                Objection = saved is null ? null : reviewed => saved.WhyNot(reviewed, redaction),
                MaximumRemovedSlots = arguments.GetValue(removeSlots),
                UnitsAtOnce = arguments.GetValue(jobs),
                UnitLimit = TimeSpan.FromSeconds(arguments.GetValue(limit)),
                Progress = json ? null : Console.Error.WriteLine,
            });
            if (report.ExitCode == ExitCodes.Same && session.Current.IsLive)
            {
                new RoleInstall(session.Files, session.Workspace.Commands, TimeProvider.System).Remember(session.View.Masters);
            }

            return ReportPrinter.Print(report, redaction, json);
        });
        return command;
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
