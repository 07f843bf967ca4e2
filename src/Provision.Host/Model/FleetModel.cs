using System.Collections.Concurrent;
using Provision.Inventory;
using Provision.Templating;

namespace Provision.Host.Model;

/// <summary>The part of the model that all hosts share: the fleet, its hosts and stores, and the function <c>hosts</c>.</summary>
public sealed class FleetModel
{
    private readonly Fleet fleet;
    private readonly LazyObject model = new();
    private readonly ConcurrentDictionary<string, ScriptArray> selections = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, ScriptObject>> briefs;

    /// <summary>Makes the model of a fleet; nothing is computed before a template asks for it.</summary>
    public FleetModel(Fleet fleet, Masters masters)
    {
        this.fleet = fleet;
        Masters = masters;
        briefs = new(() => fleet.Hosts.Where(host => host.Status != HostStatus.Retired).ToDictionary(host => host.Name, host => ModelValues.HostBrief(fleet, host), StringComparer.Ordinal));
        model.Add("name", () => fleet.Name);
        model.Add("domain", () => fleet.Domain);
        model.Add("release", () => fleet.Release);
        model.Add("time_servers", () => ModelValues.List(fleet.TimeServers));
        model.Add("sites", () => ModelValues.List(fleet.Sites.Select(ModelValues.Site)));
        model.Add("hosts", () => ModelValues.List(briefs.Value.Values));
        model.Add("stores", () => ModelValues.List(fleet.Stores.Select(Store)));
    }

    /// <summary>The snapshot that is rendered.</summary>
    public Masters Masters { get; }

    /// <summary>The fleet as templates see it.</summary>
    public IScriptObject Model => model;

    /// <summary>The hosts that a selector names; none is no error in a template.</summary>
    /// <exception cref="ScriptArgumentException">The selector is malformed, or names what does not exist.</exception>
    public ScriptArray Select(string selector) => selections.GetOrAdd(selector, text =>
    {
        var parsed = HostSelector.Parse(fleet, text, out var problem);
        return parsed is null
            ? throw new ScriptArgumentException(problem!.Message, 0, problem.Hint)
            : ModelValues.List(parsed.Matching(fleet).Where(host => host.Status != HostStatus.Retired).Select(host => briefs.Value[host.Name]));
    });

    private ScriptObject Store(Store store)
    {
        var masterName = Masters.MasterOf(store);
        var slots = store.Slots.Select(fleet.FindSlot).OfType<Slot>()
            .Select(slot => (slot.Name, Peer: ModelValues.Peer(new PeerSlot(slot, string.Equals(slot.Name, masterName, StringComparison.Ordinal))))).ToList();
        return new ScriptObject
        {
            ["name"] = store.Name,
            ["class"] = store.Class,
            ["slots"] = ModelValues.List(slots.Select(slot => slot.Peer)),
            ["master"] = slots.FirstOrDefault(slot => string.Equals(slot.Name, masterName, StringComparison.Ordinal)).Peer,
        }.Freeze();
    }
}
