namespace Provision.Inventory;

/// <summary>A host to be added; values that are null are chosen automatically.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Macs">MAC addresses of its NICs, at least one.</param>
/// <param name="Chassis">Its hardware, or null for a machine whose disks are not described.</param>
/// <param name="Site">Its site; null if the fleet has only one.</param>
/// <param name="Roles">Its roles, at least one.</param>
public sealed record NewHost(string Name, IReadOnlyList<string> Macs, string? Chassis, string? Site, IReadOnlyList<string> Roles)
{
    /// <summary>Its address; null for a free one.</summary>
    public Ipv4Address? Address { get; init; }

    /// <summary>Whether it is in service already, so that its status is not <c>new</c>.</summary>
    public bool IsActive { get; init; }
}

/// <summary>Edits hosts' entries.</summary>
public static class HostEntry
{
    private static readonly Location CommandLine = Location.OfFile("host");

    /// <summary>
    /// Adds a host with status <c>new</c> to its site's file, with a free address and, if its chassis has slots, a free slot network. Nothing is written to
    /// disk; the edit is refused if the inventory has errors before or after it.
    /// </summary>
    public static InventoryEdit Add(InventoryFiles files, NewHost host)
    {
        var loaded = InventoryLoader.Load(files);
        if (loaded.Fleet is not { } fleet)
        {
            return InventoryEdit.Refused(loaded.Diagnostics);
        }

        var found = new DiagnosticBag();
        CheckArguments(fleet, host, found);
        var site = host.Site is { } named ? fleet.FindSite(named) : fleet.Sites.Count == 1 ? fleet.Sites[0] : null;
        var chassis = host.Chassis is null ? null : fleet.FindChassis(host.Chassis);
        if (found.HasErrors || site is null)
        {
            return InventoryEdit.Refused(found.InOrder());
        }

        var address = host.Address ?? FreeAddress.ForHost(fleet, site, host.Name);
        if (address is null)
        {
            found.Error(site.At("networks"), $"site {site.Name} has no free address left", "add a network");
        }

        Ipv4Network? slots = null;
        if (chassis is { SlotCount: > 0 })
        {
            slots = FreeAddress.ForSlots(fleet, chassis, host.Name);
            if (slots is null)
            {
                found.Error(fleet.At("slot_networks"), $"there is no free network for {chassis.SlotCount} slots", "add one to slot_networks of the fleet");
            }
        }

        var text = FileOf(files, site);
        if (text.IsFlow)
        {
            found.Error(Location.OfFile(text.Path), "the hosts are written between braces, where no lines can be added", "write one host a line first");
        }

        if (found.HasErrors)
        {
            return InventoryEdit.Refused(found.InOrder());
        }

        var lines = Lines(host, site, text.Site, address!.Value, slots);
        var after = text.WithHost(host.Name, lines, name => fleet.FindHost(name) is { Status: HostStatus.Retired });
        return InventoryEdit.Of(files, text.Path, files.Find(text.Path) is null ? "" : text.Text, after);
    }

    /// <summary>
    /// Sets a host's status to <c>retired</c>. Refused while stores use its slots: each of them would lose a copy.
    /// </summary>
    public static InventoryEdit Retire(InventoryFiles files, string name)
    {
        var loaded = InventoryLoader.Load(files);
        if (loaded.Fleet is not { } fleet)
        {
            return InventoryEdit.Refused(loaded.Diagnostics);
        }

        var found = new DiagnosticBag();
        if (fleet.FindHost(name) is not { } host)
        {
            found.Error(CommandLine, $"unknown host \"{name}\"", NearestName.Hint(name, Fact.NamesOf(fleet.Hosts)));
            return InventoryEdit.Refused(found.InOrder());
        }

        if (host.Status == HostStatus.Retired)
        {
            found.Error(host.At("status"), $"{name} is retired already");
            return InventoryEdit.Refused(found.InOrder());
        }

        var uses = new List<RelatedLocation>();
        foreach (var slot in fleet.SlotsOf(host))
        {
            if (fleet.StoreOfSlot(slot.Name) is { } store)
            {
                uses.Add(new RelatedLocation(store.Location, $"{store.Name} uses {slot.Name}"));
            }
        }

        if (uses.Count > 0)
        {
            var stores = uses.Count == 1 ? "store uses" : "stores use";
            found.Add(Diagnostic.Error(host.Location, $"{name} cannot be retired: {uses.Count} {stores} its slots", "move them first") with
            {
                Related = uses,
            });
            return InventoryEdit.Refused(found.InOrder());
        }

        var file = files.Find(host.Location.Path)!;
        var text = HostsText.Of(file);
        return InventoryEdit.Of(files, file.Path, text.Text, text.WithStatus(name, "retired"));
    }

    private static void CheckArguments(Fleet fleet, NewHost host, DiagnosticBag found)
    {
        if (!HostName.IsValid(host.Name))
        {
            found.Error(CommandLine, $"host name \"{host.Name}\": expected {Formats.Host.Expected}");
        }
        else if (fleet.FindHost(host.Name) is { } taken)
        {
            found.Error(taken.Location, $"the name {host.Name} is taken{(taken.Status == HostStatus.Retired ? " by a retired host" : "")}");
        }

        if (host.Macs.Count == 0)
        {
            found.Error(CommandLine, $"{host.Name} needs at least one MAC address: without it the machine cannot find itself");
        }

        foreach (var text in host.Macs)
        {
            if (!MacAddress.TryParse(text, out var mac) || mac.IsGroupOrZero)
            {
                found.Error(CommandLine, $"MAC address \"{text}\": expected {Formats.Mac.Expected}");
                continue;
            }

            foreach (var other in fleet.Hosts)
            {
                if (other.Macs.Contains(mac))
                {
                    found.Error(other.At("macs"), $"the MAC address {mac} is of {other.Name}");
                }
            }
        }

        if (host.Site is null)
        {
            if (fleet.Sites.Count != 1)
            {
                found.Error(CommandLine, $"{host.Name} needs a site: one of {string.Join(", ", Fact.NamesOf(fleet.Sites))}");
            }
        }
        else if (fleet.FindSite(host.Site) is null)
        {
            found.Error(CommandLine, $"unknown site \"{host.Site}\"", NearestName.Hint(host.Site, Fact.NamesOf(fleet.Sites)));
        }

        if (host.Chassis is not null && fleet.FindChassis(host.Chassis) is null)
        {
            found.Error(CommandLine, $"unknown chassis \"{host.Chassis}\"", NearestName.Hint(host.Chassis, Fact.NamesOf(fleet.Chassis)));
        }

        if (host.Roles.Count == 0)
        {
            found.Error(CommandLine, $"{host.Name} needs at least one role");
        }

        foreach (var role in host.Roles)
        {
            if (fleet.FindRole(role) is null)
            {
                found.Error(CommandLine, $"unknown role \"{role}\"", NearestName.Hint(role, Fact.NamesOf(fleet.Roles)));
            }
        }
    }

    /// <summary>Returns the hosts file of a site: the one named after it if it exists, else the first with its <c>site:</c>, else a new one.</summary>
    private static HostsText FileOf(InventoryFiles files, Site site)
    {
        var custom = $"hosts/{site.Name}.yaml";
        HostsText? other = null;
        foreach (var file in files.Files)
        {
            if (!file.Path.StartsWith("hosts/", StringComparison.Ordinal))
            {
                continue;
            }

            var text = HostsText.Of(file);
            if (text.Site == site.Name && file.Path == custom)
            {
                return text;
            }

            other ??= text.Site == site.Name ? text : null;
        }

        return other ?? HostsText.Of(files.Find(custom) ?? new InventoryFile(custom, System.Text.Encoding.UTF8.GetBytes($"site: {site.Name}\n")));
    }

    private static List<string> Lines(NewHost host, Site site, string? siteOfFile, Ipv4Address address, Ipv4Network? slots)
    {
        var macs = new List<string>();
        foreach (var mac in host.Macs)
        {
            macs.Add($"\"{mac}\"");
        }

        var lines = new List<string>();
        if (!host.IsActive)
        {
            lines.Add("status: new");
        }

        lines.Add($"macs: [{string.Join(", ", macs)}]");
        if (host.Chassis is not null)
        {
            lines.Add($"chassis: {host.Chassis}");
        }

        lines.Add($"roles: [{string.Join(", ", host.Roles)}]");
        lines.Add($"address: {address}");
        if (slots is { } network)
        {
            lines.Add($"slot_network: {network}");
        }

        if (siteOfFile != site.Name)
        {
            lines.Add($"site: {site.Name}");
        }

        return lines;
    }
}
