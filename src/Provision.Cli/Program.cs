using System.CommandLine;
using Provision.Cli;
using Provision.Cli.Commands;
using Provision.Stores.Instances;

var root = new RootCommand(
    "Provisions storage fleets: one git repository describes every machine, and provision brings each one to it.\n\n" +
    "Start here:\n" +
    "  provision validate                   is the inventory right?\n" +
    "  provision show imap33                what is this host?\n" +
    "  provision diff                       how does this machine differ from the repository?\n" +
    "  provision install                    bring it there, in one transaction\n" +
    "  provision explain /etc/hosts:3       where does this line come from?\n\n" +
    "Exit codes: 0 same or done, 1 differs (diff) or put back (install), 2 trouble.");
GlobalOptions.AddTo(root);
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
root.Subcommands.Add(RollbackCommand.Create());
root.Subcommands.Add(HistoryCommand.Create());
root.Subcommands.Add(CheckCommand.Create());
root.Subcommands.Add(ExplainCommand.Create());
root.Subcommands.Add(StorageCommand.Create());
root.Subcommands.Add(HostCommand.Create());
root.Subcommands.Add(DrivesCommand.Create());
root.Subcommands.Add(CaptureCommand.Create());
root.Subcommands.Add(NetbootCommand.Create());
root.Subcommands.Add(ReinstallCommand.Create());
root.Subcommands.Add(InstallerCommand.Create());
root.Subcommands.Add(ManCommand.Create(root));

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UserErrorException e)
{
    e.Print(Console.Error);
    return ExitCodes.Trouble;
}
catch (Exception e) when (e is CommandFailedException or Provision.Storage.Guard.GuardException or Provision.Storage.StorageException or Provision.Core.StateLostException or Provision.Boot.Installer.InstallException or InstanceException or HostUnreachableException or IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine($"provision: {e.Message}");
    return ExitCodes.Trouble;
}
