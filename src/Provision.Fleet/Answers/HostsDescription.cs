using Provision.Inventory;

namespace Provision.FleetRuns.Answers;

/// <summary>Describes some of a run's hosts in few words: <c>all role=web site=nyi but web7</c>.</summary>
public sealed class HostsDescription
{
    /// <summary>More exceptions than this are harder to read than the names themselves.</summary>
    private const int MostExceptions = 3;

    private readonly IReadOnlyList<Host> all;
    private readonly List<(string Text, int Words, HashSet<string> Hosts)> terms;

    /// <summary>Prepares descriptions of parts of a run.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="all">The hosts of the run.</param>
    public HostsDescription(Fleet fleet, IReadOnlyList<Host> all)
    {
        this.all = all;
        var roles = all.SelectMany(host => fleet.Roles.Where(role => fleet.RolesOf(host).Has(role.Name)).Select(role => (Term: $"role={role.Name}", host)));
        var sites = all.Select(host => (Term: $"site={host.Site}", host));
        var chassis = all.Where(host => host.Chassis is not null).Select(host => (Term: $"chassis={host.Chassis}", host));
        List<(string Text, int Words, HashSet<string> Hosts)> single =
        [
            .. roles.Concat(sites).Concat(chassis).GroupBy(pair => pair.Term, pair => pair.host.Name, StringComparer.Ordinal)
                .Select(group => (group.Key, 1, group.ToHashSet(StringComparer.Ordinal))),
        ];
        terms = [("", 0, all.Select(host => host.Name).ToHashSet(StringComparer.Ordinal)), .. single, .. Pairs(single)];
    }

    /// <summary>Returns the shortest description of some hosts.</summary>
    /// <param name="hosts">The hosts, in the order of the run.</param>
    public string Of(IReadOnlyCollection<string> hosts)
    {
        var wanted = hosts.ToHashSet(StringComparer.Ordinal);
        var names = string.Join(", ", NameRuns.Fold([.. all.Select(host => host.Name).Where(wanted.Contains)]));
        var best = terms.Where(term => wanted.Count > 1 && wanted.IsSubsetOf(term.Hosts) && term.Hosts.Count - wanted.Count <= MostExceptions)
            .OrderBy(term => term.Words + 2 * (term.Hosts.Count - wanted.Count)).ThenBy(term => term.Text, StringComparer.Ordinal).FirstOrDefault();
        if (best.Hosts is null || best.Words + 2 * (best.Hosts.Count - wanted.Count) >= wanted.Count + (best.Words == 0 ? 1 : 0))
        {
            return names;
        }

        var but = all.Select(host => host.Name).Where(name => best.Hosts.Contains(name) && !wanted.Contains(name)).ToList();
        return (best.Words == 0 ? "all" : $"all {best.Text}") + (but.Count == 0 ? "" : $" but {string.Join(", ", but)}");
    }

    private static IEnumerable<(string Text, int Words, HashSet<string> Hosts)> Pairs(List<(string Text, int Words, HashSet<string> Hosts)> single)
    {
        for (var i = 0; i < single.Count; i++)
        {
            for (var j = i + 1; j < single.Count; j++)
            {
                // Words of one key are alternatives in a selector, so only words of different keys are combined.
                if (single[i].Text.Split('=')[0] != single[j].Text.Split('=')[0])
                {
                    var both = single[i].Hosts.Where(single[j].Hosts.Contains).ToHashSet(StringComparer.Ordinal);
                    yield return ($"{single[i].Text} {single[j].Text}", 2, both);
                }
            }
        }
    }
}
