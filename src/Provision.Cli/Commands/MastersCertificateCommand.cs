using System.CommandLine;
using System.Text;
using Provision.Stores.Mastership;

namespace Provision.Cli.Commands;

/// <summary><c>provision masters certificate</c>: the key by which a status daemon is known.</summary>
internal static class MastersCertificateCommand
{
    public static Option<string> File() => new("--certificate")
    {
        Description = "The status daemon's certificate with its private key, PEM",
        HelpName = "FILE",
        DefaultValueFactory = _ => Path.Combine(Path.GetDirectoryName(MastershipDatabases.Default)!, "certificate.pem"),
    };

    public static Command Create()
    {
        var file = File();
        var command = new Command(
            "certificate",
            "Prints the URL of this machine's status daemon with the hash of its key, for masters.servers of the inventory; creates the key if there is " +
            "none. Relays and slots that have such a URL believe no other daemon.\n\n" +
            "  provision masters certificate        on the machine with the database; then put the URL into hosts/fleet.yaml, and restart the daemon");
        command.Options.Add(file);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var path = Path.GetFullPath(arguments.GetValue(file)!);
            if (!System.IO.File.Exists(path))
            {
                var directory = StateFolder.Make(Path.GetDirectoryName(path)!, FileModes.PrivateDirectory);
                OwnerRights.In(directory, () => AtomicFile.Write(path, Encoding.ASCII.GetBytes(PinnedKey.NewServerPem()), FileModes.Private));
                Console.Error.WriteLine($"{path} was created; restart the status daemon: systemctl restart provision-masters.service");
            }

            using var certificate = PinnedKey.ReadServerPem(path);
            var address = workspace.FindThisHost()?.Address.ToString() ?? "ADDRESS";
            Console.Out.WriteLine($"https://{address}:{workspace.Fleet.Mastership.Port}{PinnedKey.Of(certificate)}");
            return ExitCodes.Same;
        });
        return command;
    }
}
