using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Health.Facts;

/// <summary>The host record and other local facts beside the configuration.</summary>
/// <param name="LastInstall">The newest generation; null before the first install.</param>
/// <param name="CrashDumps">Kernel dumps in <c>/var/crash</c>.</param>
public sealed record HostMemory(Generation? LastInstall, int CrashDumps);

/// <summary>A machine's storage.</summary>
/// <param name="Observed">The observed storage.</param>
/// <param name="Map">Its comparison with the inventory.</param>
public sealed record HostStorage(ObservedStorage Observed, DriveMap Map);

/// <summary>All facts that the checkers of a host evaluate. Each is observed once, when a checker first needs it.</summary>
/// <param name="view">The host.</param>
/// <param name="now">The reference time for ages.</param>
/// <param name="slots">Observes the slots in <see cref="SlotsToLookAt"/>.</param>
/// <param name="storage">Observes disks and mounts; not called for a host without a layout.</param>
/// <param name="plan">Compares the host with the repository, without the checkers.</param>
/// <param name="memory">Reads the host record.</param>
/// <param name="masters">Queries the masters; null if they are not recorded anywhere, or the host has no slots.</param>
public sealed class HostFacts(
    HostView view, DateTimeOffset now, Func<IReadOnlyList<SlotHealth>> slots, Func<HostStorage> storage, Func<ChangePlan> plan, Func<HostMemory> memory, Func<MastershipSnapshot>? masters)
{
    private readonly Lazy<Looked<IReadOnlyList<SlotHealth>>> slots = new(() => Looked.At(slots));
    private readonly Lazy<Looked<HostStorage>> storage = new(() => Looked.At(storage));
    private readonly Lazy<Looked<ChangePlan>> plan = new(() => Looked.At(plan));
    private readonly Lazy<Looked<HostMemory>> memory = new(() => Looked.At(memory));

    private readonly Lazy<Looked<MastershipSnapshot>>? masters = masters is null ? null : new(() => Looked.At(masters));

    /// <summary>The host.</summary>
    public HostView View => view;

    /// <summary>The reference time for ages.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The health of its slots.</summary>
    public Looked<IReadOnlyList<SlotHealth>> Slots => slots.Value;

    /// <summary>Its disks and mounts.</summary>
    public Looked<HostStorage> Storage => storage.Value;

    /// <summary>Its differences from the repository.</summary>
    public Looked<ChangePlan> Plan => plan.Value;

    /// <summary>Its host record.</summary>
    public Looked<HostMemory> Memory => memory.Value;

    /// <summary>The current masters; null if they are not recorded anywhere, or the host has no slots.</summary>
    public Looked<MastershipSnapshot>? Masters => masters?.Value;

    /// <summary>Returns the slots to observe: those with a store, and those that still have a configuration.</summary>
    public static IReadOnlyList<string> SlotsToLookAt(HostView view, IEnumerable<string> configured)
    {
        ArgumentNullException.ThrowIfNull(view);
        return [.. view.Slots.Where(slot => slot.Store is not null).Select(slot => slot.Slot.Name).Union(configured, StringComparer.Ordinal).Order(NaturalOrder.Instance)];
    }
}
