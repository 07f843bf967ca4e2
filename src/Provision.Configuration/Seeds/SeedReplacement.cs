using System.Globalization;
using System.Text.RegularExpressions;
using Provision.Inventory;

namespace Provision.Configuration.Seeds;

/// <summary>Gives the files of an example the names and networks of a new fleet. Nothing of the ranges reserved for documentation stays: addresses keep their
/// place in their network, and NICs get local addresses that no machine has.</summary>
public sealed partial class SeedReplacement
{
    private readonly Fleet example;
    private readonly SeedAnswers answers;
    private readonly IReadOnlyList<(Ipv4Network From, Ipv4Network To)> networks;

    /// <summary>Prepares the replacement.</summary>
    /// <param name="example">The example's fleet.</param>
    /// <param name="answers">The new fleet; with as many sites and networks as the example.</param>
    public SeedReplacement(Fleet example, SeedAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(answers);
        this.example = example;
        this.answers = answers;
        networks =
        [
            .. example.Sites.Zip(answers.Sites).SelectMany(pair => pair.First.Networks.Zip(pair.Second.Networks)),
            .. answers.SlotNetwork is { } slots ? example.SlotNetworks.Select(from => (from, slots)) : [],
        ];
    }

    /// <summary>Returns why a network cannot take the place of the example's; null if all can.</summary>
    public string? WhyNot() => networks.FirstOrDefault(pair => pair.To.Prefix > pair.From.Prefix) is { To.Prefix: > 0 } small
        ? $"{small.To} is too small: the example needs a /{small.From.Prefix} there" : null;

    /// <summary>Returns a file with the names and networks of the new fleet.</summary>
    public SeedFile Apply(SeedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var isInventory = file.Path.StartsWith("hosts/", StringComparison.Ordinal);

        // Sites first: a new domain may have the name of an example's site in it.
        var text = isInventory ? OfSites(file.Text) : file.Text;
        text = Address().Replace(Mac().Replace(text, "02:00:00:00:53:"), Replaced).Replace(example.Domain, answers.Domain, StringComparison.Ordinal);
        text = AdminNetworks().Replace(text, $"admin_networks: [{string.Join(", ", answers.AdminNetworks)}]");
        return isInventory ? new SeedFile(PathOf(file.Path), file.Path == "hosts/fleet.yaml" ? OfFleet(text) : text) : file with { Text = text };
    }

    private string OfSites(string text)
    {
        var names = example.Sites.Zip(answers.Sites).ToDictionary(pair => pair.First.Name, pair => pair.Second.Name, StringComparer.Ordinal);
        return Regex.Replace(
            text, $@"\b({string.Join('|', names.Keys.Select(Regex.Escape))})\b", match => names[match.Value], RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    private string PathOf(string path) =>
        example.Sites.Zip(answers.Sites).FirstOrDefault(pair => path == $"hosts/{pair.First.Name}.yaml") is (_, { } site) ? $"hosts/{site.Name}.yaml" : path;

    private string OfFleet(string text)
    {
        text = FleetName().Replace(Reserved().Replace(text, ""), "${key}" + answers.Name);
        text = Release().Replace(text, "${key}" + answers.Release);
        text = Description().Replace(text, "");
        text = answers.Resolvers.Count == 0 ? text : Resolvers().Replace(text, $"resolvers: [{string.Join(", ", answers.Resolvers)}]");
        return answers.TimeServers.Count == 0 ? text : TimeServers().Replace(text, $"time_servers: [{string.Join(", ", answers.TimeServers)}]");
    }

    /// <summary>Returns an address or network in its new place; what is in none of the example's networks stays.</summary>
    private string Replaced(Match match)
    {
        var prefix = match.Groups["prefix"].Value;
        if (!Ipv4Address.TryParse(match.Groups["address"].ValueSpan, out var address)
            || networks.FirstOrDefault(pair => pair.From.Contains(address)) is not { From.Prefix: > 0 } network)
        {
            return match.Value;
        }

        var gateway = example.Sites.Zip(answers.Sites).FirstOrDefault(pair => pair.First.Gateway == address);
        return match.Value == $"{network.From}" ? $"{network.To}"
            : prefix.Length == 0 && gateway.Second is { } site ? $"{site.Gateway}"
            : string.Create(CultureInfo.InvariantCulture, $"{network.To.At(address.Bits - network.From.First.Bits)}{prefix}");
    }

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"(?<![\w.])(?<address>\d{1,3}(\.\d{1,3}){3})(?<prefix>/\d{1,2})?(?!\w|\.\d)", Options, 10_000)]
    private static partial Regex Address();

    [GeneratedRegex("00:00:5E:00:53:", Options | RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex Mac();

    [GeneratedRegex(@"admin_networks: \[[^\]]*\]", Options, 10_000)]
    private static partial Regex AdminNetworks();

    [GeneratedRegex(@"^(?<key>  name: )\S+", Options | RegexOptions.Multiline, 10_000)]
    private static partial Regex FleetName();

    [GeneratedRegex(@"^(?<key>  release: )\S+", Options | RegexOptions.Multiline, 10_000)]
    private static partial Regex Release();

    [GeneratedRegex(@"^    description: .*\n", Options | RegexOptions.Multiline, 10_000)]
    private static partial Regex Description();

    [GeneratedRegex(@"^#.*reserved for documentation.*\n", Options | RegexOptions.Multiline, 10_000)]
    private static partial Regex Reserved();

    [GeneratedRegex(@"\bresolvers: \[[^\]]*\]", Options, 10_000)]
    private static partial Regex Resolvers();

    [GeneratedRegex(@"\btime_servers: \[[^\]]*\]", Options, 10_000)]
    private static partial Regex TimeServers();
}
