using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Create;

/// <summary>A drive that was named for a set.</summary>
/// <param name="Bay">Its bay.</param>
/// <param name="Drive">What was found there.</param>
public sealed record NamedDrive(Bay Bay, ObservedDrive Drive);

/// <summary>What <c>storage create</c> would do.</summary>
public sealed record CreatePlan
{
    /// <summary>The lines for people and the hash that is confirmed.</summary>
    public required StoragePlan Plan { get; init; }

    /// <summary>The layout that it is made by.</summary>
    public required Layout Layout { get; init; }

    /// <summary>Key of the set or pool.</summary>
    public required string Target { get; init; }

    /// <summary>The sets that are made: one, or all vdevs of a pool.</summary>
    public required IReadOnlyList<SetLayout> Sets { get; init; }

    /// <summary>The pool that is made, or null.</summary>
    public required PoolLayout? Pool { get; init; }

    /// <summary>The drives by bay.</summary>
    public required IReadOnlyList<NamedDrive> Drives { get; init; }

    /// <summary>Kernel names of the units that exist before anything is made: a controller's volumes, single drives; by their names.</summary>
    public required IReadOnlyDictionary<string, string> Units { get; init; }

    /// <summary>The chosen ids and the steps done before; new if nothing was begun.</summary>
    public required CreateJournal Journal { get; init; }

    /// <summary>The disks that it may write; null if the plan refuses, or if the controller must make its volume first.</summary>
    public required WriteSet? Allowed { get; init; }

    /// <summary>Commands for the controller's tool, if the controller has to make the volume first.</summary>
    public required IReadOnlyList<string> ControllerScript { get; init; }

    /// <summary>Volumes that it makes.</summary>
    public IReadOnlyList<Volume> Volumes =>
        [.. Layout.Volumes.Where(volume => !volume.Os && (Pool is null ? volume.Set == Sets[0].Key : volume.Lun == Pool.Name))];
}
