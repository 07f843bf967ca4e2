using System.CommandLine;
using System.Text;
using Provision.Inventory;
using Provision.Boot.Installer.Setup;
using Provision.Boot.Identities;
using Provision.Boot.Server;
using Provision.Configuration.Secrets;
using Provision.Stores.Failover;

namespace Provision.Cli.Commands;

/// <summary><c>provision host identity</c>: saves the identity that a host gets back when it is reinstalled.</summary>
internal static class HostIdentityCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var host = new Argument<string>("HOST") { Description = "The host" };
        var fresh = new Option<bool>("--new") { Description = "Make new keys: for a host that was never installed, or after a compromise" };
        var from = new Option<string?>("--from")
        {
            Description = "A tar archive with the host's keys (default: they are fetched by ssh from the host)",
            HelpName = "FILE",
        };
        var recipients = new Option<string?>("--recipients")
        {
            Description = "age recipients of the site's boot servers (default: hosts/secrets/boot-servers.txt)",
            HelpName = "FILE",
        };
        var command = new Command(
            "identity",
            "Keeps a host's ssh host keys and its age key in hosts/secrets/identity-HOST.age, encrypted to the site's boot servers, " +
            "so that a reinstalled host is the same to everybody. " +
            "Prints what others know it by: its age recipient, to which the secrets that it reads are to be encrypted, and its lines of known_hosts.\n\n" +
            "A new host gets its keys before its first installation with --new. Commit the file afterwards.");
        command.Arguments.Add(host);
        command.Options.Add(fresh);
        command.Options.Add(from);
        command.Options.Add(recipients);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var known = workspace.Host(arguments.GetValue(host)!);
            var path = IdentityHelper.SecretOf(known.Name) + ".age";
            var folder = Path.Combine(workspace.Folder, "hosts/secrets");
            var readers = arguments.GetValue(recipients) ?? Path.Combine(folder, "boot-servers.txt");
            if (!File.Exists(readers))
            {
                throw new UserErrorException($"there is no {readers}: write into it the age recipient of each boot server of the site, " +
                    $"one a line (age-keygen -y {SecretStore.DefaultIdentity}, there)");
            }

            var files = HostIdentityArchive.Read(new MemoryStream(
                arguments.GetValue(fresh) ? Make(workspace.Commands, known.Name)
                : arguments.GetValue(from) is { } file ? File.ReadAllBytes(file)
                : Fetch(workspace, known)));
            var age = files.FirstOrDefault(one => one.Path == SecretStore.DefaultIdentity).Content;
            var encrypt = Provision.Core.Command.Of("age", "--encrypt", "--recipients-file", readers).WithInput(HostIdentityArchive.Pack(files));
            var encrypted = workspace.Commands.Run(encrypt.WithTimeout(Limit)).OrThrow().Output;
            EditedFile.Write(folder, path, encrypted.Span);
            var servers = File.ReadLines(readers).Count(line => line.StartsWith("age1", StringComparison.Ordinal));
            Console.Error.WriteLine($"hosts/secrets/{path}: {files.Count} keys, encrypted to {servers} boot servers; commit it");
            var recipient = age is null ? null
                : workspace.Commands.Run(Provision.Core.Command.Of("age-keygen", "-y").WithInput(age).WithTimeout(Limit)).OrThrow().Text.Trim();
            var knownHosts = files.Where(one => one.Path.EndsWith(".pub", StringComparison.Ordinal))
                .Select(one => $"{known.Name},{known.Address} {string.Join(' ', Encoding.UTF8.GetString(one.Content).Trim().Split(' ').Take(2))}").ToList();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("host", known.Name);
                    writer.WriteString("file", $"hosts/secrets/{path}");
                    writer.WriteString("recipient", recipient);
                    Json.Strings(writer, "known_hosts", knownHosts);
                    writer.WriteEndObject();
                });
                return ExitCodes.Same;
            }

            Console.Out.WriteLine(recipient is null ? $"{known.Name} has no age key ({SecretStore.DefaultIdentity}): it reads no secrets"
                : $"age recipient of {known.Name}: {recipient}");
            knownHosts.ForEach(Console.Out.WriteLine);
            return ExitCodes.Same;
        });
        return command;
    }

    private static byte[] Make(ICommandRunner commands, string host)
    {
        // Use memory if possible: keys deleted from a disk could be recovered.
        var folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "provision-identity-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder, (UnixFileMode)FileModes.PrivateDirectory);
        try
        {
            var age = commands.Run(Provision.Core.Command.Of("age-keygen").WithTimeout(Limit)).OrThrow().Output.ToArray();
            var names = new List<(string, byte[])> { (SecretStore.DefaultIdentity, age) };
            foreach (var type in (string[])["ed25519", "ecdsa", "rsa"])
            {
                var key = Path.Combine(folder, $"{HostIdentityArchive.SshKey}{type}_key");
                commands.Run(Provision.Core.Command.Of("ssh-keygen", "-q", "-t", type, "-N", "", "-C", host, "-f", key).WithTimeout(Limit)).OrThrow();
                names.AddRange(((string[])[key, key + ".pub"])
                    .Select(path => ($"/{HostIdentityArchive.SshFolder}/{Path.GetFileName(path)}", File.ReadAllBytes(path))));
            }

            return HostIdentityArchive.Pack(names);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Fetch(Workspace workspace, Host host)
    {
        const string script = "cd / && exec tar -cf - etc/ssh/ssh_host_*_key etc/ssh/ssh_host_*_key.pub $(ls etc/provision/identity.age 2> /dev/null)";
        const string otherwise = "give them with --from FILE, or make new ones with --new";
        try
        {
            var result = SlotSession.Shell(workspace).Run(host, Limit, "sh", "-c", script);
            return result.Succeeded
                ? result.Output.ToArray()
                : throw new UserErrorException($"the keys of {host.Name} cannot be fetched: {result.Error.Trim().Split('\n')[^1]}; {otherwise}");
        }
        catch (HostUnreachableException e)
        {
            throw new UserErrorException($"the keys of {host.Name} cannot be fetched: {e.Message}; {otherwise}");
        }
    }
}
