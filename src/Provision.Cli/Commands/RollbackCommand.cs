using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Apply;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cli.Commands;

/// <summary><c>provision rollback</c>: restores the files of an earlier generation.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var generation = new Argument<int?>("GENERATION")
        {
            Description = "The generation to restore (default: the one before the last; 0: before the first install)",
            Arity = ArgumentArity.ZeroOrOne,
        }.Between(0, int.MaxValue);
        var host = new Option<string?>("--host")
        {
            Description = "The host whose files are expected here: another machine or root is refused (default: the host in the record)",
            HelpName = "HOST",
        };
        var here = HostOptions.HereOption();
        var root = GlobalOptions.Root();
        var masters = GlobalOptions.Masters();
        var unconfirmed = new Option<bool>("--unconfirmed")
        {
            Description = "Roll back the install that waits for its confirmation; nothing happens if there is none",
        };
        var jobs = UnitOptions.Jobs();
        var limit = UnitOptions.Limit();
        var command = new Command(
            "rollback",
            "Restores the files of an earlier generation and acts on the units that use them. It never changes which slot is master of a store. " +
            "With --unconfirmed it rolls back what \"install --confirm\" installed and nothing confirmed, which the host also does by itself.");
        command.Arguments.Add(generation);
        command.Options.Add(host);
        command.Options.Add(here);
        command.Options.Add(root);
        command.Options.Add(masters);
        command.Options.Add(unconfirmed);
        command.Options.Add(jobs);
        command.Options.Add(limit);
        command.SetAction(arguments =>
        {
            if (arguments.GetValue(unconfirmed) && arguments.GetValue(generation) is not null)
            {
                throw new UserErrorException("--unconfirmed names the generation by itself: leave out GENERATION");
            }

            using var files = Session.OpenRoot(arguments.GetValue(root)!);
            var store = new StateStore(files);
            if (arguments.GetValue(host) is { } name)
            {
                Require(Workspace.Load(arguments).FindHost(name, files), files, arguments.GetValue(here), store.ReadState().Host);
            }

            var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
            var redaction = new Redaction([], store.ReadState(), store);
            var serial = (arguments.GetValue(masters) is { } given ? Workspace.ReadMasters(given) : CurrentMasters.Cached(files)).Serial;
            var installation = new Installation(files, new Provision.Core.ProcessRunner(), TimeProvider.System);
            using var interruption = new Interruption(installation.LeftBehind);
            var wanted = new InstallOptions
            {
                By = Session.Author,
                Reason = arguments.GetValue(here),
                UnitsAtOnce = arguments.GetValue(jobs),
                UnitLimit = TimeSpan.FromSeconds(arguments.GetValue(limit)),
                Progress = json ? null : Console.Error.WriteLine,
            };
            var report = arguments.GetValue(unconfirmed)
                ? installation.RollBackUnconfirmed(serial, wanted)
                : installation.Rollback(arguments.GetValue(generation), serial, wanted);
            return ReportPrinter.Print(report, redaction, json);
        });
        return command;
    }

    private static void Require(Host host, RootedFiles files, string? here, string recorded)
    {
        Session.RequireIs(host, files, here);
        if (recorded.Length > 0 && recorded != host.Name)
        {
            throw new UserErrorException($"{files.Root} holds the files of {recorded}, not of {host.Name}: give the right --host or --root");
        }
    }
}
