using System.Text.Json;
using Provision.Configuration.Apply;
using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.Instances;

/// <summary>The replication role in which a slot may start.</summary>
/// <param name="Role">Master or replica.</param>
/// <param name="Why">The answer on which it is based, for the journal.</param>
public sealed record RolePermit(ReplicationRole Role, string Why)
{
    /// <summary>
    /// Returns the replication role that an answer permits: master only if the database has just confirmed it; replica if it answered otherwise, or not at all.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="answer">The answer; null if no daemon answered.</param>
    /// <param name="failures">Why no daemon answered.</param>
    /// <param name="unsent">Replicas that lack changes which the slot has from its time as master.</param>
    /// <exception cref="InstanceException">The slot may not start in any role: it is fenced, or may be fenced and has changes that no other slot
    /// has.</exception>
    public static RolePermit Of(string slot, MasterAnswer? answer, IReadOnlyList<string> failures, IReadOnlyList<string> unsent) => answer switch
    {
        { Fenced: true } => throw new InstanceException(
            $"{slot} is fenced: another slot took over from it by force, and it may have what no other has. It starts once it is merged: provision slot " +
            $"merge HOST {slot}"),
        { Master: true } => new RolePermit(ReplicationRole.Master, $"{answer.Store}, epoch {answer.Epoch}"),
        not null => new RolePermit(ReplicationRole.Replica,
            $"{answer.Store ?? "no store"}, epoch {answer.Epoch?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}"),
        null when unsent.Count > 0 => throw new InstanceException(
            $"{slot} was master and has changes that {string.Join(" and ", unsent)} did not get, and no status daemon answered " +
            $"({string.Join("; ", failures)}). "
            + "As a replica it could lose them to the new master, so it waits for an answer"),
        null => new RolePermit(ReplicationRole.Replica,
            $"no confirmation as master ({(failures.Count > 0 ? string.Join("; ", failures) : "no status daemon is known")})"),
    };
}

/// <summary>Writes a slot's configuration for another replication role, as part of its own start.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="commands">The machine's commands.</param>
/// <param name="clock">The clock.</param>
public sealed class RoleInstall(IMachineFiles files, ICommandRunner commands, TimeProvider clock)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns the masters used to render a slot in a role: the known ones, except for its own store.</summary>
    /// <param name="known">Live if a daemon returns them, else the cached ones.</param>
    /// <param name="store">The slot's store.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="role">Its replication role.</param>
    public static Masters For(Masters known, Store store, string slot, ReplicationRole role)
    {
        var master = known.MasterOf(store);
        var wanted = role == ReplicationRole.Master ? slot : master != slot ? master : store.Slots.First(other => other != slot);
        return new Masters(known.Serial, known.Slots.Where(entry => entry.Key != store.Name).Append(new(store.Name, wanted)));
    }

    /// <summary>Caches the masters with which this host was rendered; call it only after the files were written.</summary>
    /// <param name="masters">The masters, from a status daemon.</param>
    public void Remember(Masters masters) => Write(() => masters);

    /// <summary>Caches the replication role of one slot whose files were written for it. Slots of a host start at the same time, so each changes its own store
    /// only.</summary>
    /// <param name="known">The masters that a status daemon has just returned; null if none answered.</param>
    /// <param name="store">The slot's store.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="role">Its replication role.</param>
    public void Remember(Masters? known, Store store, string slot, ReplicationRole role) => Write(() =>
    {
        var cached = CurrentMasters.Cached(files);
        return For(known?.Serial >= cached.Serial ? known : cached, store, slot, role);
    });

    private void Write(Func<Masters> newest)
    {
        files.MakeFolder(StateStore.Folder, FileModes.PrivateDirectory);
        using var turn = Turn();
        var masters = newest().ToJson();
        if (files.Read(CurrentMasters.CachePath) is not { } found || !found.Content.AsSpan().SequenceEqual(masters))
        {
            AtomicFile.Write(files, CurrentMasters.CachePath, masters, FileModes.Public);
        }
    }

    private IDisposable Turn()
    {
        for (var end = clock.GetUtcNow() + LockPatience; ; Thread.Sleep(BetweenTries / 20))
        {
            if (files.TryLock(CurrentMasters.CachePath + ".lock") is { } held)
            {
                return held;
            }

            if (clock.GetUtcNow() > end)
            {
                throw new InstanceException($"another process holds {CurrentMasters.CachePath}.lock: see who with \"fuser {CurrentMasters.CachePath}.lock\"");
            }
        }
    }

    /// <summary>Writes the files of one slot as rendered, without touching any unit.</summary>
    /// <exception cref="InstanceException">The files were not written; nothing has changed.</exception>
    public void Install(DesiredState desired, Revision revision, Slot instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var slot = instance.Name;
        var selection = new ConfigSelection([.. desired.Files.Where(file => file.Instance == slot).Select(file => (file.Config, (string?)slot)).Distinct()]);
        if (selection.IsAll)
        {
            throw new InstanceException($"the templates make no file for {slot}");
        }

        // A host that was installed from a directory without git has no commit to render from.
        var end = clock.GetUtcNow() + LockPatience;
        while (true)
        {
            var report = new Installation(files, commands, clock)
                .Install(desired, revision, selection, new InstallOptions { AllowDirty = !revision.HasCommit, LeaveUnits = true });
            if (report.ExitCode == 0)
            {
                return;
            }

            // After a boot, all slots of a host may want this at once. Do not wait for a run that restarts this very slot: it is waiting for the slot.
            var restarted = report.IsLocked && new StateStore(files).ReadState().Owed.ContainsKey(instance.Unit ?? "");
            if (!report.IsLocked || restarted || clock.GetUtcNow() > end)
            {
                throw new InstanceException($"{slot}: its configuration cannot be written: " +
                    $"{(restarted ? "a provision run that wrote it for the other role is restarting it" : string.Join("; ", report.Messages))}");
            }

            Thread.Sleep(BetweenTries);
        }
    }
}
