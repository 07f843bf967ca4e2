using Provision.Configuration.Templates;
using Provision.Inventory;
using Scriban.Runtime;

namespace Provision.Configuration.Model;

/// <summary>Converts inventory data to template values.</summary>
internal static class ModelValues
{
    public static ScriptArray List(IEnumerable<object?> values) => new(values) { IsReadOnly = true };

    /// <summary>Converts a settings tree; numbers, booleans and strings as in YAML.</summary>
    public static object? Of(YamlNode node) => node switch
    {
        YamlMapping mapping => Of(mapping),
        YamlSequence list => List(list.Items.Select(Of)),
        YamlScalar scalar => scalar.Value,
        _ => null,
    };

    private static ModelObject Of(YamlMapping mapping)
    {
        var model = new ModelObject();
        foreach (var entry in mapping.Entries)
        {
            model[entry.Key] = Of(entry.Value);
        }

        return model;
    }

    public static ModelObject HostBrief(Provision.Inventory.Fleet fleet, Host host) => new ModelObject
    {
        ["name"] = host.Name,
        ["fqdn"] = $"{host.Name}.{fleet.Domain}",
        ["short"] = host.ShortName,
        ["number"] = host.Number,
        ["site"] = host.Site,
        ["address"] = host.Address.ToString(),
        ["macs"] = List(host.Macs.Select(mac => (object?)mac.ToString())),
        ["chassis"] = host.Chassis,
        ["status"] = host.Status.Word(),
        ["slot_network"] = host.SlotNetwork?.ToString(),
        ["roles"] = List(fleet.RolesOf(host).Roles.Select(role => (object?)role.Name)),
    };

    public static ModelObject Site(Site site) => new ModelObject
    {
        ["name"] = site.Name,
        ["description"] = site.Description,
        ["networks"] = List(site.Networks.Select(network => (object?)network.ToString())),
        ["gateway"] = site.Gateway.ToString(),
        ["resolvers"] = List(site.Resolvers),
        ["package_cache"] = site.PackageCache,
        ["netboot_port"] = (long)site.Netboot.Port,
        ["netboot_networks"] = List(site.Netboot.Networks.Select(network => (object?)network.ToString())),
    };

    public static ModelObject Peer(PeerSlot peer) => new ModelObject
    {
        ["name"] = peer.Slot.Name,
        ["address"] = peer.Slot.Address?.ToString(),
        ["host"] = peer.Slot.Host.Name,
        ["site"] = peer.Slot.Host.Site,
        ["master"] = peer.IsMaster,
    };
}
