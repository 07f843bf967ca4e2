using System.CommandLine;
using System.Text;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision host bootstrap</c>: brings the program, a key, the signers and the repository to a host, over ssh.</summary>
internal static class HostBootstrapCommand
{
    private const string DebPath = "/var/cache/provision/provision.deb";
    private const string Branch = "main";
    private const string Delivered = "refs/remotes/provision/delivered";

    public static Command Create()
    {
        var host = new Argument<string>("HOST") { Description = "The host, reached as root at its address" };
        var deb = new Option<string?>("--deb") { Description = "The Debian package to install; not needed if the program is there", HelpName = "FILE" };
        var signers = new Option<string>("--signers")
        {
            Description = "Who may sign commits and orders",
            HelpName = "FILE",
            DefaultValueFactory = _ => AllowedSigners.DefaultFile,
        };
        var origin = new Option<string?>("--origin") { Description = "Where the host fetches the repository from later", HelpName = "URL" };
        var here = HostOptions.HereOption();
        var command = new Command(
            "bootstrap",
            "Prepares a host over ssh, step by step: installs the Debian package, makes the host's age key, copies the signers, and gives it the committed " +
            "repository. It can be repeated: a step that is done is left alone, and an existing key or signers file is never replaced. " +
            "Nothing is configured on the host; that is what \"provision install\" does there.\n\n" +
            "Example:\n  provision host bootstrap web1 --deb out/provision_0.3.0_amd64.deb");
        command.Arguments.Add(host);
        command.Options.Add(deb);
        command.Options.Add(signers);
        command.Options.Add(origin);
        command.Options.Add(here);
        command.SetAction(arguments =>
        {
            using var workspace = Workspace.Load(arguments);
            var known = workspace.FindHost(arguments.GetValue(host)!, RootedFiles.Open("/"));
            if (!workspace.Revision.HasCommit)
            {
                throw new UserErrorException($"{workspace.Folder} has no commit: commit the inventory first");
            }

            var remote = new RemoteMachine(known.Address.ToString());
            RequireIs(known, remote, arguments.GetValue(here));
            Step("program", Program(remote, arguments.GetValue(deb)));
            Step("age key", Key(remote));
            Step("signers", Signers(remote, arguments.GetValue(signers)!));
            Step("repository", Repository(remote, workspace, arguments.GetValue(origin)));
            Console.Out.WriteLine($"next: ssh root@{known.Address} provision diff, then provision install");
            return ExitCodes.Same;
        });
        return command;
    }

    private static void Step(string what, string done) => Console.Out.WriteLine($"{what}: {Printable.Line(done)}");

    /// <summary>A key or a repository must not reach another machine that has the host's address.</summary>
    private static void RequireIs(Host host, RemoteMachine remote, string? here)
    {
        var macs = remote.Lines("reading its MAC addresses", "cat /sys/class/net/*/bonding_slave/perm_hwaddr /sys/class/net/*/address 2> /dev/null || true")
            .Select(text => MacAddress.TryParse(text.Trim(), out var mac) ? mac : default).Where(mac => !mac.IsGroupOrZero).Distinct().ToList();
        if (string.IsNullOrWhiteSpace(here) && ThisHost.WhyNot(host, macs) is { } why)
        {
            throw new UserErrorException([Diagnostic.Error(host.Location, $"at {remote.Address}: {why}", "if this is the host all the same, --here REASON")]);
        }
    }

    private static string Program(RemoteMachine remote, string? deb)
    {
        var there = remote.Try(["provision", "--version"]);
        if (there.Succeeded && (deb is null || there.Text.Trim().Split('+')[0] == Workspace.Version))
        {
            return $"provision {there.Text.Trim()} is there";
        }

        if (deb is null)
        {
            throw new UserErrorException($"{remote.Address} has no provision: give the Debian package with --deb FILE (make deb builds it)");
        }

        remote.Script(
            "installing the package",
            "mkdir -p \"${1%/*}\"; cat > \"$1\"; export DEBIAN_FRONTEND=noninteractive; " +
            "apt-get install -y --no-install-recommends \"$1\" age git openssh-client > /dev/null; rm -f \"$1\"",
            [DebPath],
            File.ReadAllBytes(deb));
        return $"installed provision {remote.Script("running the program", "provision --version")}";
    }

    private static string Key(RemoteMachine remote)
    {
        const string script = """
            if [ -e "$1" ]; then made="was there"; else
                umask 077; mkdir -p "${1%/*}"; age-keygen -o "$1.new" 2> /dev/null; mv -n "$1.new" "$1"; made="made"
            fi
            echo "$made; its recipient, to which the secrets that it reads are encrypted: $(age-keygen -y "$1")"
            """;
        return remote.Script("making the age key", script, [Provision.Configuration.Secrets.SecretStore.DefaultIdentity]);
    }

    private static string Signers(RemoteMachine remote, string file)
    {
        if (!File.Exists(file))
        {
            return $"none ({file} is not on this machine): commits are not verified there (docs/trust.md)";
        }

        const string script = """
            umask 022; mkdir -p "${1%/*}"; cat > "$1.new"
            if [ ! -e "$1" ]; then mv "$1.new" "$1"; echo "copied"
            elif cmp -s "$1.new" "$1"; then rm "$1.new"; echo "are the same"
            else rm "$1.new"; echo "DIFFERENT there and left alone: compare $1 on both machines"; fi
            """;
        return remote.Script("copying the signers", script, [AllowedSigners.DefaultFile], File.ReadAllBytes(file));
    }

    private static string Repository(RemoteMachine remote, Workspace workspace, string? origin)
    {
        var place = Workspace.HostsOwn;
        remote.Script(
            "making the repository",
            "umask 077; mkdir -p \"${1%/*}\"; [ -e \"$1/.git\" ] || git init --quiet --initial-branch=\"$2\" \"$1\"; " +
            "[ -z \"$3\" ] || git -C \"$1\" remote get-url origin > /dev/null 2>&1 || git -C \"$1\" remote add origin \"$3\"",
            [place, Branch, origin ?? ""]);
        new Git(workspace.Commands, workspace.Folder, Ssh.Line).Run("push", "--quiet", "--force", $"ssh://root@{remote.Address}{place}", $"HEAD:{Delivered}");
        var git = string.Join(' ', Git.OptionsAgainstPrograms.Prepend("git").Select(Shell.Quote));
        var commit = remote.Script(
            "checking the repository out",
            $"{git} -C \"$1\" merge --quiet --ff-only \"$2\"; git -C \"$1\" rev-parse --short=12 HEAD",
            [place, Delivered]);
        return $"{place} is at {commit}{(workspace.Revision.Dirty ? ", without the changes here that are not committed" : "")}";
    }
}
