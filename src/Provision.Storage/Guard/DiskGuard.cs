using Provision.Storage.Observe;

namespace Provision.Storage.Guard;

/// <summary>
/// The one door to block devices: every command that can write to one passes through here. It knows which disks this run may write
/// and why; for anything else it throws before the command is built.
/// </summary>
/// <remarks>
/// Each device that a command names is followed down to its disks by the kernel's own records, so that a link, a renumbering or an
/// array with a member on a protected disk (docs/faults.md, fault 13) cannot lead a write astray. The rules are in <see cref="GuardRule"/>.
/// </remarks>
public sealed class DiskGuard
{
    private readonly ICommandRunner commands;
    private readonly DiskState state;
    private readonly WriteSet allowed;
    private readonly IReadOnlyList<GuardRule> rules;
    private readonly Action<DiskCommand>? listener;

    /// <summary>A guard that lets through what a plan allows.</summary>
    /// <param name="commands">Runs what passes.</param>
    /// <param name="reader">Asks the machine, live; a recorded look is not good enough.</param>
    /// <param name="allowed">What may be written.</param>
    /// <param name="listener">Told of each command before it runs; for progress and the log.</param>
    public DiskGuard(ICommandRunner commands, IMachineReader reader, WriteSet allowed, Action<DiskCommand>? listener = null)
        : this(commands, reader, allowed, listener, GuardRule.All)
    {
    }

    internal DiskGuard(ICommandRunner commands, IMachineReader reader, WriteSet allowed, Action<DiskCommand>? listener, IReadOnlyList<GuardRule> rules)
    {
        if (reader is MachineReader or BundleReader)
        {
            throw new ArgumentException("the guard needs a look that asks again each time: what was seen before may have changed", nameof(reader));
        }

        this.commands = commands;
        this.allowed = allowed;
        this.rules = rules;
        this.listener = listener;
        state = new DiskState(reader);
    }

    /// <summary>Runs a command that may.</summary>
    /// <returns>What came of it, succeeded.</returns>
    /// <exception cref="GuardException">It may not; nothing was run.</exception>
    /// <exception cref="CommandFailedException">It failed.</exception>
    public CommandResult Run(DiskCommand command, CancellationToken cancellation = default)
    {
        Check(command);
        listener?.Invoke(command);
        var line = Command.Of(command.Program, command.Arguments).WithTimeout(command.Limit);
        line = command.Feed is { } feed ? line.WithFeed(feed) : line;
        return commands.Run(command.Input is { } input ? line.WithInput(input) : line, cancellation).OrThrow();
    }

    /// <summary>Throws if a command may not run.</summary>
    /// <exception cref="GuardException">Why not.</exception>
    public void Check(DiskCommand command)
    {
        if (command.Written.Count == 0)
        {
            throw new GuardException($"{command.Action}: no device is named");
        }

        foreach (var node in command.Written)
        {
            var name = state.NameOf(node) ?? throw new GuardException($"{command.Action}: there is no device {node}");
            var signatures = new Lazy<(IReadOnlyList<Signature>, string?)>(() => (state.SignaturesOf(node, out var problem), problem));
            foreach (var disk in state.DisksBelow(name))
            {
                var asked = new GuardCase(command, node, name, disk, allowed.Find(disk), allowed, state, signatures);
                foreach (var rule in rules)
                {
                    if (rule.Says(asked) is { } why)
                    {
                        throw new GuardException($"{command.Action}: {why} ({rule.Name})");
                    }
                }
            }
        }
    }
}

/// <summary>A write that may not happen. Nothing was run.</summary>
public sealed class GuardException(string message) : Exception(message);
