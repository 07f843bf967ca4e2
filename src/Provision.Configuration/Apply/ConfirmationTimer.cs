using System.Text;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>The dead man's switch of an install: a timer of systemd with its unit files on disk, so that it outlives the session, the program and a
/// reboot. After a reboot its time begins again.</summary>
/// <param name="files">The running system's files.</param>
/// <param name="systemd">Its service manager.</param>
internal sealed class ConfirmationTimer(IMachineFiles files, Systemd systemd)
{
    private const string Folder = "/etc/systemd/system";
    private const string Timer = "provision-unconfirmed.timer";
    private const string Service = "provision-unconfirmed.service";
    private const string WantsFolder = Folder + "/timers.target.wants";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Writes the record and the units, durably, and starts the timer.</summary>
    /// <returns>Why the timer does not run; null if it does.</returns>
    public string? Arm(PendingConfirmation pending)
    {
        pending.Write(files);
        Put(Service, $"""
            [Unit]
            Description=Rolls back an install that was not confirmed
            ConditionPathExists={PendingConfirmation.Path}
            StartLimitIntervalSec=0

            [Service]
            Type=oneshot
            ExecStart={Environment.ProcessPath} rollback --unconfirmed
            # Tried again until it is done: an install may still run, or the disk be full. Once it is done, this file is gone.
            Restart=on-failure
            RestartSec=3

            """);
        Put(Timer, $"""
            [Unit]
            Description=Time in which an install must be confirmed

            [Timer]
            OnActiveSec={pending.Seconds}
            AccuracySec=1s

            [Install]
            WantedBy=timers.target

            """);
        files.MakeFolder(WantsFolder);
        if (files.Stat($"{WantsFolder}/{Timer}") is null)
        {
            files.MakeLink($"{WantsFolder}/{Timer}", $"../{Timer}");
        }

        files.SyncFolder(WantsFolder);
        systemd.ReloadUnitFiles();
        return Start("start");
    }

    /// <summary>Begins the time again: after an install has finished.</summary>
    /// <returns>Why the timer does not run; null if it does.</returns>
    public string? Restart(PendingConfirmation pending)
    {
        pending.Write(files);

        // A rollback that began while the install held the lock waits for it; it must not follow now.
        systemd.Do("stop", Limit, Service);
        return Start("restart");
    }

    /// <summary>Ends the wait. The record goes first: without it the timer does nothing.</summary>
    public void Disarm()
    {
        files.Remove(PendingConfirmation.Path);
        files.SyncFolder(State.StateStore.Folder);
        if (files.Stat($"{Folder}/{Timer}") is null && files.Stat($"{Folder}/{Service}") is null)
        {
            return;
        }

        systemd.Do("stop", Limit, Timer);
        files.Remove($"{WantsFolder}/{Timer}");
        files.Remove($"{Folder}/{Timer}");
        files.Remove($"{Folder}/{Service}");
        systemd.ReloadUnitFiles();
    }

    private string? Start(string verb)
    {
        var started = systemd.Do(verb, Limit, Timer);
        return started.Succeeded && systemd.Status([Timer])[Timer].IsActive
            ? null
            : $"{Timer} does not start: {Printable.Of(started.Error.Trim().ReplaceLineEndings("; "), 300)}";
    }

    private void Put(string name, string text) => AtomicFile.Write(files, $"{Folder}/{name}", Encoding.UTF8.GetBytes(text), FileModes.Public);
}
