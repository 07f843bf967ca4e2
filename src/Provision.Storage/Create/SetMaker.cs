using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Keys;
using Provision.Storage.Observe;

namespace Provision.Storage.Create;

/// <summary>What a creation needs besides its plan.</summary>
/// <param name="Escrow">Where keys and headers go.</param>
/// <param name="Recipients">File with the operators' age recipients.</param>
/// <param name="Tang">The servers that volumes are bound to; null binds to none, and volumes open with their recovery keys only.</param>
/// <param name="Say">Receives a line about each step.</param>
public sealed record CreateMeans(Escrow Escrow, string Recipients, TangServers? Tang, Action<string> Say);

/// <summary>
/// Makes a set as planned: array, partition table, then volume by volume. Killed anywhere and run again it continues: a step that the journal
/// has as finished is never done again, one that it has not is done again on what it began.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="plan">What was confirmed.</param>
/// <param name="means">Keys and progress.</param>
public sealed class SetMaker(StorageMachine machine, CreatePlan plan, CreateMeans means)
{
    private readonly DiskGuard guard = new(machine.Commands, machine.Reader, plan.Allowed ?? throw new ArgumentException("the plan refuses", nameof(plan)),
        command => means.Say($"  {command}"));
    private readonly BlockNodes nodes = new(machine);
    private CreateJournal journal = plan.Journal;

    /// <summary>Makes everything that is not made yet.</summary>
    /// <returns>The finished journal.</returns>
    /// <exception cref="GuardException">Something is not as it was planned; the step was not begun.</exception>
    /// <exception cref="CommandFailedException">A tool failed; run again when its reason is gone.</exception>
    public CreateJournal Make()
    {
        journal.Write(machine.Files);
        if (plan.Pool is { } pool)
        {
            journal = new PoolMaker(machine, plan, means, guard, nodes).Make(pool, journal, Finish);
        }
        else
        {
            foreach (var lun in plan.Sets[0].Luns.Where(lun => !lun.Os))
            {
                MakeUnit(plan.Sets[0], lun);
            }
        }

        journal = journal with { Finished = true };
        journal.Write(machine.Files);
        return journal;
    }

    private void MakeUnit(SetLayout set, LunLayout lun)
    {
        var unit = set.IsMd ? MakeArray(set, lun) : "/dev/" + plan.Units[lun.Name];
        var volumes = plan.Volumes.Where(volume => volume.Lun == lun.Name).ToList();
        if (lun.HasPartitionTable)
        {
            Step("table " + lun.Name, () =>
            {
                guard.Run(DiskCommands.WriteTable(unit, TableOf(journal, lun, volumes, nodes.BytesOf(unit))));
                nodes.ReadTable(guard, unit);
            });
        }

        for (var number = 1; number <= volumes.Count; number++)
        {
            var volume = volumes[number - 1];
            var device = lun.HasPartitionTable ? nodes.Partition(unit, number) : unit;
            Step("volume " + volume.Label, () => new VolumeMaker(machine, guard, nodes, journal, means, plan.Layout).Make(volume, device));
        }
    }

    /// <summary>The partition table of a unit.</summary>
    internal static string TableOf(CreateJournal journal, LunLayout lun, IEnumerable<Volume> volumes, long bytes) => PartitionScript.For(
        journal.Id("table", lun.Name),
        bytes,
        [.. volumes.Select(volume => new NewPartition(volume.Label, journal.Id("partition", volume.Label), SizeOf(volume), NewPartition.TypeOf(volume)))]);

    /// <summary>The last partition of a unit takes what is left if the chassis gives it no size.</summary>
    private static long? SizeOf(Volume volume) => volume.Definition is Partition { Bytes: null } ? null : volume.Bytes;

    private string MakeArray(SetLayout set, LunLayout lun)
    {
        var uuid = journal.Id("array", lun.Name);
        var members = plan.Drives.Select(drive => "/dev/" + drive.Drive.Device).ToList();
        var step = "array " + lun.Name;
        Step(step, () =>
        {
            // What an interrupted run left: an array that runs, or superblocks on some of the drives; both carry our UUID, the planner has seen to it.
            foreach (var array in machine.Observe().Arrays.Where(array => PlannedIds.Same(array.Uuid, uuid)))
            {
                if (array.Device is { } device)
                {
                    guard.Run(DiskCommands.StopArray("/dev/" + device));
                }

                foreach (var member in array.Members)
                {
                    guard.Run(DiskCommands.ClearMember("/dev/" + member.Device));
                }
            }

            guard.Run(DiskCommands.MakeArray(lun.Name, uuid, set.Level, members));
            nodes.Settle();
        });

        return nodes.Array(uuid, members) ?? Assemble();

        string Assemble()
        {
            foreach (var idle in machine.Observe().Arrays.Where(array => PlannedIds.Same(array.Uuid, uuid) && array.Device is not null))
            {
                guard.Run(DiskCommands.StopArray("/dev/" + idle.Device));
            }

            guard.Run(DiskCommands.AssembleArray(lun.Name, uuid, members));
            nodes.Settle();
            return nodes.Array(uuid, members) ?? throw new StorageException($"the array {lun.Name} ({uuid}) does not start");
        }
    }

    private void Step(string name, Action work)
    {
        if (journal.IsDone(name))
        {
            return;
        }

        means.Say(name);
        work();
        Finish(name);
    }

    private CreateJournal Finish(string step)
    {
        journal = journal.With(step);
        journal.Write(machine.Files);
        return journal;
    }
}
