namespace Provision.Inventory;

/// <summary>
/// Selects hosts by space-separated words, each a name (<c>store33</c>), a glob (<c>store3*</c>, <c>web?</c>) or a term (<c>role=</c>, <c>site=</c>,
/// <c>chassis=</c>, <c>status=</c>). Words of one kind are alternatives; kinds are combined: <c>role=store site=nyi store3*</c> selects the hosts of role store
/// at nyi whose names begin with store3. Retired hosts are selected only by their exact name or by <c>status=</c>.
/// </summary>
public sealed class HostSelector
{
    private static readonly string[] Keys = ["role", "site", "chassis", "status"];
    private readonly List<string> names = [];
    private readonly List<string> globs = [];
    private readonly Dictionary<string, List<string>> terms = new(StringComparer.Ordinal);

    private HostSelector(string text) => Text = text;

    /// <summary>The selector as written.</summary>
    public string Text { get; }

    /// <summary>Parses a selector; returns null with an error if it is empty or has an unknown key.</summary>
    /// <param name="text">The selector.</param>
    /// <param name="where">The selector's location, for the error (a template's line, or "command line").</param>
    /// <param name="found">Receives the error.</param>
    public static HostSelector? Parse(string text, Location where, DiagnosticBag found)
    {
        var selector = new HostSelector(text);
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                var (key, value) = (word[..equals], word[(equals + 1)..]);
                if (Array.IndexOf(Keys, key) < 0)
                {
                    found.Error(
                        where,
                        $"unknown key \"{key}\" in the selector \"{text}\"",
                        NearestName.Hint(key, Keys) ?? "known are " + string.Join(", ", Keys));
                    return null;
                }

                if (value.Length == 0)
                {
                    found.Error(where, $"\"{word}\" in the selector \"{text}\" names nothing");
                    return null;
                }

                if (!selector.terms.TryGetValue(key, out var values))
                {
                    selector.terms.Add(key, values = []);
                }

                values.Add(value);
            }
            else
            {
                (word.AsSpan().IndexOfAny('*', '?') >= 0 ? selector.globs : selector.names).Add(word);
            }
        }

        if (words.Length == 0)
        {
            found.Error(where, "the selector is empty", "name hosts, or for example role=web site=nyi; \"*\" means all");
            return null;
        }

        return selector;
    }

    /// <summary>Parses and selects in one step; returns an empty list with an error in <paramref name="found"/> if nothing is selected.</summary>
    public static IReadOnlyList<Host> Select(Fleet fleet, string text, Location where, DiagnosticBag found) =>
        Parse(text, where, found)?.Select(fleet, where, found) ?? [];

    /// <summary>
    /// Returns the selected hosts, in natural order of their names. A name, role, site or chassis that does not exist is an error, and so is an empty
    /// selection: no operation must ever run on "all of none".
    /// </summary>
    public IReadOnlyList<Host> Select(Fleet fleet, Location where, DiagnosticBag found)
    {
        var before = found.Count;
        foreach (var name in names)
        {
            if (fleet.FindHost(name) is null)
            {
                found.Error(where, $"unknown host \"{name}\"", NearestName.Hint(name, Fact.NamesOf(fleet.Hosts)));
            }
        }

        Known("role", Fact.NamesOf(fleet.Roles));
        Known("site", Fact.NamesOf(fleet.Sites));
        Known("chassis", Fact.NamesOf(fleet.Chassis));
        Known("status", ["new", "active", "retired"]);
        if (found.Count > before)
        {
            return [];
        }

        var hosts = new List<Host>();
        foreach (var host in fleet.Hosts)
        {
            if (Matches(fleet, host))
            {
                hosts.Add(host);
            }
        }

        if (hosts.Count == 0)
        {
            found.Error(where, $"the selector \"{Text}\" names no host");
        }

        return hosts;

        void Known(string key, IEnumerable<string> known)
        {
            var all = new List<string>(known);
            foreach (var value in terms.GetValueOrDefault(key) ?? [])
            {
                if (!all.Contains(value))
                {
                    found.Error(
                        where,
                        $"unknown {key} \"{value}\" in the selector \"{Text}\"",
                        NearestName.Hint(value, all) ?? "known are " + string.Join(", ", all));
                }
            }
        }
    }

    /// <summary>Returns true if the host is selected.</summary>
    public bool Matches(Fleet fleet, Host host)
    {
        var byName = names.Contains(host.Name);
        if (names.Count + globs.Count > 0 && !byName && !globs.Exists(glob => GlobMatches(glob, host.Name)))
        {
            return false;
        }

        foreach (var (key, values) in terms)
        {
            var matches = key switch
            {
                "role" => values.Exists(fleet.RolesOf(host).Has),
                "site" => values.Contains(host.Site),
                "chassis" => host.Chassis is not null && values.Contains(host.Chassis),
                _ => values.Contains(host.Status.Word()),
            };
            if (!matches)
            {
                return false;
            }
        }

        return host.Status != HostStatus.Retired || byName || terms.ContainsKey("status");
    }

    private static bool GlobMatches(ReadOnlySpan<char> glob, ReadOnlySpan<char> name)
    {
        // If a star matched too little, extend it by one character: linear for one star, quadratic at worst.
        int g = 0, n = 0, star = -1, mark = 0;
        while (n < name.Length)
        {
            if (g < glob.Length && (glob[g] == name[n] || glob[g] == '?'))
            {
                g++;
                n++;
            }
            else if (g < glob.Length && glob[g] == '*')
            {
                star = g++;
                mark = n;
            }
            else if (star >= 0)
            {
                g = star + 1;
                n = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (g < glob.Length && glob[g] == '*')
        {
            g++;
        }

        return g == glob.Length;
    }
}
