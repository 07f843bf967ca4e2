using Provision.Storage.Observe;

namespace Provision.Storage;

/// <summary>The doors to the machine whose disks are worked on, and the way to look at it.</summary>
/// <param name="Commands">Runs programs.</param>
/// <param name="Files">Files below its root; the journal, markers and escrow are written through it.</param>
/// <param name="Reader">Asks it, again at each question (<see cref="UncachedReader"/>).</param>
/// <param name="Observe">A whole new look at its storage, when udev has done with what changed: a device that it still probes or assembles is busy
/// and shows no signatures.</param>
public sealed record StorageMachine(ICommandRunner Commands, IMachineFiles Files, IMachineReader Reader, Func<ObservedStorage> Observe)
{
    /// <summary>The machine behind two doors.</summary>
    /// <param name="commands">Runs programs.</param>
    /// <param name="files">Files below its root.</param>
    /// <param name="seenAs">What is made of each look; for machines whose disks have no identities of their own.</param>
    public static StorageMachine Of(ICommandRunner commands, IMachineFiles files, Func<ObservedStorage, ObservedStorage>? seenAs = null)
    {
        var readable = new Dictionary<string, Answer>(StringComparer.Ordinal);
        return new StorageMachine(commands, files, new UncachedReader(commands, files), () =>
        {
            Settle(commands);
            var observed = StorageObserver.Observe(new MachineReader(commands, files, DateTimeOffset.UtcNow, readable: readable));
            return seenAs?.Invoke(observed) ?? observed;
        });
    }

    /// <summary>Waits until udev has seen what changed, two minutes at most; returns at once if it does not run.</summary>
    public static void Settle(ICommandRunner commands) => commands.Run(Command.Of("udevadm", "settle", "--timeout=120").WithTimeout(TimeSpan.FromSeconds(130)));
}
