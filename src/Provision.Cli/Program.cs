using System.CommandLine;
using Provision.Cli;
using Provision.Cli.Commands;

Terminal.UsePlainStreams();

var root = new RootCommand(
    "Provisions storage fleets: one git repository describes every machine, and provision brings each one to it.\n\n" +
    "Exit codes: 0 same or done, 1 differs (diff) or rolled back (install), 2 error; those of check are a monitoring plugin's.");
GlobalOptions.AddTo(root);
root.Subcommands.Add(InitCommand.Create());
root.Subcommands.Add(ValidateCommand.Create());
root.Subcommands.Add(SchemaCommand.Create());
root.Subcommands.Add(HostsCommand.Create());
root.Subcommands.Add(SlotsCommand.Create());
root.Subcommands.Add(SlotCommand.Create());
root.Subcommands.Add(StoresCommand.Create());
root.Subcommands.Add(FailoverCommand.Create());
root.Subcommands.Add(MastersCommand.Create());
root.Subcommands.Add(ShowCommand.Create());
root.Subcommands.Add(RenderCommand.Create());
root.Subcommands.Add(DiffCommand.Create());
root.Subcommands.Add(InstallCommand.Create());
root.Subcommands.Add(ConfirmCommand.Create());
root.Subcommands.Add(RollbackCommand.Create());
root.Subcommands.Add(HistoryCommand.Create());
root.Subcommands.Add(CheckCommand.Create());
root.Subcommands.Add(DoctorCommand.Create());
root.Subcommands.Add(ExplainCommand.Create());
root.Subcommands.Add(StorageCommand.Create());
root.Subcommands.Add(HostCommand.Create());
root.Subcommands.Add(BootLoaderCommand.Create());
root.Subcommands.Add(DrivesCommand.Create());
root.Subcommands.Add(CaptureCommand.Create());
root.Subcommands.Add(NetbootCommand.Create());
root.Subcommands.Add(ReinstallCommand.Create());
root.Subcommands.Add(InstallerCommand.Create());
root.Subcommands.Add(FleetCommand.Create());
root.Subcommands.Add(RepositoryCommand.Create());
root.Subcommands.Add(CompletionCommand.Create());
root.Subcommands.Add(HelpCommand.Create(root));
root.Subcommands.Add(ManCommand.Create(root));
CompletionCommand.AddNames(root);
CommandExamples.AddTo(root);

foreach (var option in root.Options)
{
    if (option.Action is System.CommandLine.Help.HelpAction help)
    {
        help.MaxWidth = TerminalWidth.Read() ?? int.MaxValue;
        option.Action = new FirstScreen(help);
    }
}

var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
var failed = parsed.CommandResult is { Command.Name: "check", Parent.Parent: null } ? ExitCodes.Unknown : ExitCodes.Trouble;
try
{
    if (UsageError.Of(parsed) is { } usage)
    {
        throw new UserErrorException(usage);
    }

    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e)
{
    (Failures.Cause(e) as UserErrorException ?? new UserErrorException(Failures.Message(Failures.Cause(e)))).Print(parsed);
    return failed;
}
