using Provision.Storage;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer;

/// <summary>The machine that is installed: its doors, its clock, and where the installer keeps its own files.</summary>
/// <param name="Storage">Commands, files of the running system, looks at the disks.</param>
/// <param name="Clock">Tells the time.</param>
public sealed record InstallMachine(StorageMachine Storage, TimeProvider Clock)
{
    /// <summary>The installer's own files: in memory, gone with the next boot.</summary>
    public const string Work = "/run/provision";

    /// <summary>The folder that the new system is mounted at.</summary>
    public const string Root = "/run/provision/root";

    /// <summary>The folder that EFI system partitions are mounted at, one after the other.</summary>
    public const string Efi = "/run/provision/efi";

    /// <summary>Waits; tests do not.</summary>
    public Action<TimeSpan> Wait { get; init; } = Thread.Sleep;

    /// <summary>Runs programs.</summary>
    public ICommandRunner Commands => Storage.Commands;

    /// <summary>Files below <c>/</c>.</summary>
    public IMachineFiles Files => Storage.Files;

    /// <summary>Asks the kernel, anew each time.</summary>
    public IMachineReader Reader => Storage.Reader;

    /// <summary>The machine that this program runs on.</summary>
    /// <param name="files">Files below <c>/</c>.</param>
    public static InstallMachine Own(IMachineFiles files)
    {
        var commands = new ProcessRunner();
        var reader = new UncachedReader(commands, files);
        return new InstallMachine(new StorageMachine(
            commands, files, reader, () => StorageObserver.Observe(new MachineReader(commands, files, DateTimeOffset.UtcNow))), TimeProvider.System);
    }
}
