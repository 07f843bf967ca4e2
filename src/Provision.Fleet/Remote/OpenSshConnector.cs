using Provision.Inventory;

namespace Provision.FleetRuns.Remote;

/// <summary>Reaches hosts by the OpenSSH client with the engineer's own configuration, agent and jump hosts. Each connection is a master of its own, which
/// its commands share. A host whose keys the repository keeps must have one of these; another host must be in the engineer's known hosts.</summary>
public sealed class OpenSshConnector : IHostConnector, IDisposable
{
    private const long MostOutput = 64 << 20;
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);
    private readonly ICommandRunner commands;
    private readonly KnownHosts known;
    private readonly int? port;
    private readonly string sockets = Directory.CreateTempSubdirectory("provision-ssh-").FullName;
    private int opened;

    /// <summary>Creates the connector; nothing is contacted yet.</summary>
    /// <param name="commands">Runs ssh.</param>
    /// <param name="repository">Directory of the repository, whose <c>hosts/known_hosts</c> counts.</param>
    /// <param name="port">Port of the hosts' sshd; null for that of the ssh configuration.</param>
    public OpenSshConnector(ICommandRunner commands, string repository, int? port)
    {
        this.commands = commands;
        this.port = port;
        known = KnownHosts.Read(repository);
    }

    /// <inheritdoc/>
    public IHostConnection Connect(Host host) => new Connection(this, host, $"{sockets}/{Interlocked.Increment(ref opened)}");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(sockets, recursive: true);

    private List<string> Options(Host host, string socket)
    {
        // ssh takes the first value of an option: these come before those that every connection has.
        List<string> options = ["-o", "ControlPath=" + socket, "-o", "StrictHostKeyChecking=yes"];
        return known.Has(host)
            ? [.. options, "-o", "UserKnownHostsFile=" + known.File, "-o", "GlobalKnownHostsFile=/dev/null", "-o", "KnownHostsCommand=none",
                "-o", "HostKeyAlias=" + host.Name, "-o", "UpdateHostKeys=no"]
            : options;
    }

    private sealed class Connection(OpenSshConnector connector, Host host, string socket) : IHostConnection
    {
        private const int Unreachable = 255;
        private readonly string destination = $"root@{host.Address}";

        public CommandResult Run(Command command)
        {
            var words = new[] { command.Program }.Concat(command.Arguments).Select(Shell.Quote);
            var remote = Ssh.To(destination, connector.port, [.. words]);
            var ssh = Command.Of("ssh", [.. connector.Options(host, socket), .. remote.Arguments]).WithOutputLimit(MostOutput);
            ssh = command.Timeout is { } limit ? ssh.WithTimeout(limit) : ssh;
            ssh = command.Input is { } input ? ssh.WithInput(input) : ssh;
            var result = connector.commands.Run(command.Listener is { } listener ? ssh.WithListener(listener) : ssh);
            return result.ExitCode == Unreachable
                ? throw new HostUnreachableException($"{host.Name} ({host.Address}) does not answer by ssh: {Ssh.Last(result.Error)}")
                : result;
        }

        public void Dispose()
        {
            if (File.Exists(socket))
            {
                connector.commands.Run(Command.Of("ssh", [.. connector.Options(host, socket), "-O", "exit", "--", destination]).WithTimeout(CloseLimit));
            }
        }
    }
}
