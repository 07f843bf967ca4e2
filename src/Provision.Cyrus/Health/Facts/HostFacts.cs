using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Health.Facts;

/// <summary>What a host remembers and holds beside its configuration.</summary>
/// <param name="LastInstall">The newest generation; null before the first install.</param>
/// <param name="CrashDumps">Kernel dumps in <c>/var/crash</c>.</param>
public sealed record HostMemory(Generation? LastInstall, int CrashDumps);

/// <summary>A machine's storage.</summary>
/// <param name="Observed">What is there.</param>
/// <param name="Map">It beside what belongs there.</param>
public sealed record HostStorage(ObservedStorage Observed, DriveMap Map);

/// <summary>All that the checks of a host judge. Each part is looked at when a check first asks for it, and once.</summary>
/// <param name="view">What the host is.</param>
/// <param name="now">The time that ages count to.</param>
/// <param name="slots">Looks at the slots, those of <see cref="SlotsToLookAt"/>.</param>
/// <param name="storage">Looks at disks and mounts; not called for a host without a layout.</param>
/// <param name="plan">Compares the host with the repository, without the checkers.</param>
/// <param name="memory">Looks at what the host remembers.</param>
/// <param name="masters">Asks who is master; null if nobody keeps that, or the host has no slots.</param>
public sealed class HostFacts(
    HostView view, DateTimeOffset now, Func<IReadOnlyList<SlotHealth>> slots, Func<HostStorage> storage, Func<ChangePlan> plan, Func<HostMemory> memory, Func<MastershipSnapshot>? masters)
{
    private readonly Lazy<Looked<IReadOnlyList<SlotHealth>>> slots = new(() => Looked.At(slots));
    private readonly Lazy<Looked<HostStorage>> storage = new(() => Looked.At(storage));
    private readonly Lazy<Looked<ChangePlan>> plan = new(() => Looked.At(plan));
    private readonly Lazy<Looked<HostMemory>> memory = new(() => Looked.At(memory));

    private readonly Lazy<Looked<MastershipSnapshot>>? masters = masters is null ? null : new(() => Looked.At(masters));

    /// <summary>What the host is.</summary>
    public HostView View => view;

    /// <summary>The time that ages count to.</summary>
    public DateTimeOffset Now => now;

    /// <summary>How its slots are.</summary>
    public Looked<IReadOnlyList<SlotHealth>> Slots => slots.Value;

    /// <summary>Its disks and mounts.</summary>
    public Looked<HostStorage> Storage => storage.Value;

    /// <summary>How it differs from the repository.</summary>
    public Looked<ChangePlan> Plan => plan.Value;

    /// <summary>What it remembers.</summary>
    public Looked<HostMemory> Memory => memory.Value;

    /// <summary>Who is master; null if nobody keeps that, or the host has no slots.</summary>
    public Looked<MastershipSnapshot>? Masters => masters?.Value;

    /// <summary>Slots that are to be looked at: those with a store, and those that still have a configuration.</summary>
    public static IReadOnlyList<string> SlotsToLookAt(HostView view, IEnumerable<string> configured)
    {
        ArgumentNullException.ThrowIfNull(view);
        return [.. view.Slots.Where(slot => slot.Store is not null).Select(slot => slot.Slot.Name).Union(configured, StringComparer.Ordinal).Order(NaturalOrder.Instance)];
    }
}
