using System.Collections.Concurrent;
using Provision.Configuration.Templates;
using Provision.Inventory;
using Scriban.Runtime;

namespace Provision.Configuration.Model;

/// <summary>The part of the model shared by all hosts: the fleet, its hosts and stores, and the function <c>hosts</c>.</summary>
public sealed class FleetModel
{
    private readonly Fleet fleet;
    private readonly ModelObject model = new();
    private readonly ConcurrentDictionary<string, ScriptArray> selections = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, ModelObject>> briefs;

    /// <summary>Creates the model of a fleet; values are computed when a template first reads them.</summary>
    public FleetModel(Fleet fleet, Masters masters)
    {
        this.fleet = fleet;
        Masters = masters;
        briefs = new(() => fleet.Hosts.Where(host => host.Status != HostStatus.Retired)
            .ToDictionary(host => host.Name, host => ModelValues.HostBrief(fleet, host), StringComparer.Ordinal));
        model.Add("name", () => fleet.Name);
        model.Add("domain", () => fleet.Domain);
        model.Add("release", () => fleet.Release);
        model.Add("time_servers", () => ModelValues.List(fleet.TimeServers));
        model.Add("masters_port", () => (long)fleet.Mastership.Port);
        model.Add("sites", () => ModelValues.List(fleet.Sites.Select(ModelValues.Site)));
        model.Add("hosts", () => ModelValues.List(briefs.Value.Values));
        model.Add("master_servers", () => ModelValues.List(fleet.MasterServers));
        model.Add("stores", () => ModelValues.List(fleet.Stores.Select(Store)));
    }

    /// <summary>The masters snapshot to render.</summary>
    public Masters Masters { get; }

    /// <summary>The fleet as seen by templates.</summary>
    public ModelObject Model => model;

    /// <summary>Returns the hosts of a selector, without retired ones. An empty result is not an error in a template; an unknown role or site is.</summary>
    /// <exception cref="ArgumentProblemException">The selector is malformed, or names something that does not exist.</exception>
    internal ScriptArray Select(string selector) => selections.GetOrAdd(selector, text =>
    {
        var problems = new DiagnosticBag();
        var parsed = HostSelector.Parse(text, Location.OfFile(""), problems);
        if (parsed is null)
        {
            var problem = problems.First();
            throw new ArgumentProblemException(problem.Message, 0, problem.Hint);
        }

        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            CheckName(word, "role=", name => fleet.FindRole(name) is not null, fleet.Roles.Select(role => role.Name));
            CheckName(word, "site=", name => fleet.FindSite(name) is not null, fleet.Sites.Select(site => site.Name));
        }

        return ModelValues.List(fleet.Hosts.Where(host => host.Status != HostStatus.Retired && parsed.Matches(fleet, host))
            .Select(host => briefs.Value[host.Name]));
    });

    private static void CheckName(string word, string key, Func<string, bool> exists, IEnumerable<string> known)
    {
        if (word.StartsWith(key, StringComparison.Ordinal) && !exists(word[key.Length..]))
        {
            throw new ArgumentProblemException($"there is no {key.TrimEnd('=')} \"{word[key.Length..]}\"", 0, NearestName.Hint(word[key.Length..], known));
        }
    }

    private ModelObject Store(Store store)
    {
        var view = StoreView.Of(fleet, store, Masters);
        var slots = view.Slots.Select(ModelValues.Peer).ToList();
        return new ModelObject
        {
            ["name"] = store.Name,
            ["class"] = store.Class,
            ["slots"] = ModelValues.List(slots),
            ["master"] = slots[view.Slots.TakeWhile(slot => !slot.IsMaster).Count() % slots.Count],
        };
    }
}
