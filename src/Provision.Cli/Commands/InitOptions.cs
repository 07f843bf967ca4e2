using System.CommandLine;
using System.Text.RegularExpressions;
using Provision.Configuration.Seeds;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary>What <c>provision init</c> needs to know, from options or from questions.</summary>
internal sealed partial class InitOptions
{
    private const string DefaultTimeServer = "2.debian.pool.ntp.org";
    private readonly Option<string?> example = new("--example") { Description = "Start from a complete fleet", HelpName = "NAME" };
    private readonly Option<string?> name = new("--name") { Description = "The fleet's name (default: the first word of the domain)", HelpName = "NAME" };
    private readonly Option<string[]> domain = List("--domain", "The domain below which the hosts are", "DOMAIN");
    private readonly Option<string[]> site = List("--site", "A site; one for each of the example's", "NAME");
    private readonly Option<string[]> network = List("--network", "Networks of the sites, in order", "NETWORK");
    private readonly Option<string[]> gateway = List("--gateway", "The gateway of each site (default: its first address)", "ADDRESS");
    private readonly Option<string[]> release = List("--release", "The Debian release of the hosts", "NAME");
    private readonly Option<string[]> admins = List("--admin-network", "Networks from which people log in (default: those of the sites)", "NETWORK");
    private readonly Option<string[]> resolver = List("--resolver", "Name servers (default: the gateway)", "ADDRESS");
    private readonly Option<string[]> timeServer = List("--time-server", $"Time servers (default: {DefaultTimeServer})", "NAME");
    private readonly Option<string?> slots = new("--slot-network")
    {
        Description = "Network of the instances' addresses, in examples that have instances (default: 10.192.0.0/15)",
        HelpName = "NETWORK",
        DefaultValueFactory = _ => "10.192.0.0/15",
    };

    private readonly Option<string[]> host = List("--host", "A first host", "NAME");
    private readonly Option<string[]> mac = List("--mac", "Its MAC addresses", "MAC");
    private readonly Option<string[]> role = List("--role", "Its roles (default: web)", "NAME");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[example, name, domain, site, network, gateway, release, admins, resolver, timeServer, slots, host, mac, role])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Returns the answers and the files of the new repository; ends the command if something is missing or wrong.</summary>
    public (SeedAnswers Answers, IReadOnlyList<SeedFile> Files) Read(ParseResult arguments)
    {
        if (arguments.GetValue(example) is not { } named)
        {
            var plain = Ask(arguments, null);
            return (plain, SeedLibrary.Plain(plain));
        }

        if (!SeedLibrary.Names.Contains(named))
        {
            throw new UserErrorException($"there is no example \"{named}\": expected one of {string.Join(", ", SeedLibrary.Names)}");
        }

        if (arguments.GetValue(host) is { Length: > 0 })
        {
            throw new UserErrorException("--host is for a fleet without --example: the examples have hosts");
        }

        var files = SeedLibrary.Example(named);
        var fleet = SeedLibrary.FleetOf(files);
        var answers = Ask(arguments, fleet);
        var replacement = new SeedReplacement(fleet, answers);
        return replacement.WhyNot() is { } problem ? throw new UserErrorException(problem)
            : (answers, [.. files.Select(file => file.Secret is null ? replacement.Apply(file) : file)]);
    }

    /// <summary>Adds the first host, if one was named.</summary>
    public void AddFirstHost(ParseResult arguments, NewRepository repository)
    {
        if (arguments.GetValue(example) is not null)
        {
            return;
        }

        var question = new Question();
        var names = question.Of("--host", arguments.GetValue(host)!, "Name of a first host (empty: none)", "");
        if (names.Length == 0)
        {
            return;
        }

        var macs = question.Of("--mac", arguments.GetValue(mac)!, $"MAC addresses of {names[0]}", null);
        question.End();
        var edit = HostEntry.Add(
            InventoryFiles.ReadFrom(repository.Folder),
            new NewHost(names[0], macs, null, null, arguments.GetValue(role) is { Length: > 0 } roles ? roles : ["web"]));
        if (!edit.IsGood)
        {
            throw new UserErrorException(edit.Result.Diagnostics);
        }

        repository.Write([new SeedFile(edit.Path, edit.After)]);
    }

    /// <summary>Asks for what was not given.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="fleet">The example; null for none.</param>
    private SeedAnswers Ask(ParseResult arguments, Fleet? fleet)
    {
        var question = new Question();
        var domains = question.Of(domain.Name, arguments.GetValue(domain)!, "Domain of the fleet, such as storage.lan", null);
        var seeds = fleet?.Sites.Select(known => (known.Name, known.Networks.Count)).ToList() ?? [("main", 1)];
        var sites = question.Of(
            site.Name, arguments.GetValue(site)!, seeds.Count > 1 ? $"Names of {seeds.Count} sites" : "Name of the site",
            string.Join(' ', seeds.Select(seed => seed.Name)));
        var wanted = seeds.Sum(seed => seed.Count);
        var networks = question.Of(
            network.Name, arguments.GetValue(network)!,
            wanted > 1 ? $"Networks of the sites ({wanted}, in order)" : "Network of the site, such as 10.0.0.0/24", null);
        question.End();
        if (sites.Length != seeds.Count || (fleet is null ? networks.Length == 0 : networks.Length != wanted))
        {
            throw new UserErrorException($"expected {Counted.Of(seeds.Count, "site")} and {Counted.Of(wanted, "network")}: "
                + string.Join(", ", seeds.Select(seed => $"{seed.Name} has {seed.Count}")));
        }

        var parsed = networks.Select(text => Network(network.Name, text)).ToList();
        var places = new List<(string Name, List<Ipv4Network> Networks)>();
        foreach (var (seed, called) in seeds.Zip(sites))
        {
            var own = parsed.Take(fleet is null ? parsed.Count : seed.Count).ToList();
            parsed.RemoveRange(0, own.Count);
            places.Add((Checked(site.Name, called, SiteName(), "lower-case letters, digits and hyphens"), own));
        }

        var gateways = question.Of(
            gateway.Name, arguments.GetValue(gateway)!, "Gateway", string.Join(' ', places.Select(place => $"{place.Networks[0].At(1)}")));
        if (gateways.Length != places.Count)
        {
            throw new UserErrorException($"expected one {gateway.Name} for each site");
        }

        var releases = question.Of(release.Name, arguments.GetValue(release)!, "Debian release", "trixie");
        var people = question.Of(
            admins.Name, arguments.GetValue(admins)!, "Networks from which people log in", string.Join(' ', places.SelectMany(place => place.Networks)));
        var below = Checked(domain.Name, domains[0], DomainName(), "a domain such as storage.lan");
        return new SeedAnswers
        {
            Name = Checked(name.Name, arguments.GetValue(name) ?? below.Split('.')[0], SiteName(), "lower-case letters, digits and hyphens"),
            Domain = below,
            Release = Checked(release.Name, releases[0], ReleaseName(), "the name of a Debian release, such as trixie"),
            Sites = [.. places.Zip(gateways).Select(pair => new SeedSite(pair.First.Name, pair.First.Networks, Address(gateway.Name, pair.Second)))],
            AdminNetworks = [.. people.Select(text => Network(admins.Name, text))],
            Resolvers = arguments.GetValue(resolver) is { Length: > 0 } named ? [.. named.Select(text => $"{Address(resolver.Name, text)}")]
                : fleet is null ? [gateways[0]] : [],
            TimeServers = arguments.GetValue(timeServer) is { Length: > 0 } servers
                ? [.. servers.Select(text => Checked(timeServer.Name, text, DomainName(), "a name or an address"))]
                : fleet is null ? [DefaultTimeServer] : [],
            SlotNetwork = fleet is { SlotNetworks.Count: > 0 } ? Network(slots.Name, arguments.GetValue(slots)!) : null,
        };
    }

    private static Option<string[]> List(string option, string text, string value) =>
        new(option) { Description = text, HelpName = value, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };

    private static Ipv4Network Network(string option, string text) => Ipv4Network.TryParse(text, out var network) && network.Prefix is > 0 and <= 30 ? network
        : throw new UserErrorException($"{option} {text}: expected a network such as 10.0.0.0/24, with no bits set after its prefix");

    private static Ipv4Address Address(string option, string text) => Ipv4Address.TryParse(text, out var address) ? address
        : throw new UserErrorException($"{option} {text}: expected an address such as 10.0.0.1");

    private static string Checked(string option, string text, Regex form, string expected) => form.IsMatch(text) ? text
        : throw new UserErrorException($"{option} {text}: expected {expected}");

    [GeneratedRegex(@"^[a-z]([a-z0-9-]{0,40}[a-z0-9])?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SiteName();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DomainName();

    [GeneratedRegex(@"^[a-z]{2,30}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ReleaseName();
}
