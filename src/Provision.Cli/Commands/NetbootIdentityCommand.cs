using System.CommandLine;
using Provision.Boot.Identities;
using Provision.Configuration.Secrets;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot identity</c>: answers one question and ends.</summary>
internal static class NetbootIdentityCommand
{
    public static Command Create()
    {
        var identity = GlobalOptions.Identity();
        var ledger = new Option<string>(
            "--ledger")
        { Description = "Directory in which it notes what it handed out", HelpName = "DIR", DefaultValueFactory = _ => IdentityHelper.DefaultLedger };
        var command = new Command(
            "identity",
            "Answers one question of the boot server, which cannot read the hosts' identities itself: a signed order on standard input, the identity of its " +
            "host on standard output, encrypted to the installer. systemd starts it for each connection to /run/provision-identity.sock.\n\n" +
            "It refuses orders that are not signed by one of /etc/provision/allowed_signers (if that has signers of orders) or have expired, and more than " +
            $"{IdentityHelper.MostRecipients} installers of one order.");
        command.Options.Add(identity);
        command.Options.Add(ledger);
        command.SetAction(arguments =>
        {
            var repository = Workspace.FindFolder(arguments);
            using var files = RootedFiles.Open("/");
            var commands = new ProcessRunner();
            var helper = new IdentityHelper(
                new SecretStore(repository, arguments.GetValue(identity)!, commands), files, arguments.GetValue(ledger)!, commands, Console.Error.WriteLine);
            using var question = Console.OpenStandardInput();
            using var answer = Console.OpenStandardOutput();
            return helper.Serve(question, answer) ? ExitCodes.Same : ExitCodes.Trouble;
        });
        return command;
    }
}
