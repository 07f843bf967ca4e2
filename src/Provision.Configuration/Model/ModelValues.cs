using Provision.Inventory;
using Provision.Templating;

namespace Provision.Configuration.Model;

/// <summary>Turns facts of the inventory into the values that templates know.</summary>
internal static class ModelValues
{
    public static ScriptArray List(IEnumerable<object?> values)
    {
        var list = new ScriptArray();
        foreach (var value in values)
        {
            list.Add(value);
        }

        return list;
    }

    /// <summary>A settings tree; numbers, truth values and texts as YAML has them.</summary>
    public static object? Of(YamlNode node) => node switch
    {
        YamlMapping mapping => new ScriptObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, Of(entry.Value)))).Freeze(),
        YamlSequence list => List(list.Items.Select(Of)),
        YamlScalar scalar => scalar.Value,
        _ => null,
    };

    public static ScriptObject HostBrief(Provision.Inventory.Fleet fleet, Host host) => new ScriptObject
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
    }.Freeze();

    public static ScriptObject Site(Site site) => new ScriptObject
    {
        ["name"] = site.Name,
        ["description"] = site.Description,
        ["networks"] = List(site.Networks.Select(network => (object?)network.ToString())),
        ["gateway"] = site.Gateway.ToString(),
        ["resolvers"] = List(site.Resolvers),
        ["package_cache"] = site.PackageCache,
        ["netboot_port"] = (long)site.Netboot.Port,
    }.Freeze();

    public static ScriptObject Peer(PeerSlot peer) => new ScriptObject
    {
        ["name"] = peer.Slot.Name,
        ["address"] = peer.Slot.Address?.ToString(),
        ["host"] = peer.Slot.Host.Name,
        ["site"] = peer.Slot.Host.Site,
        ["master"] = peer.IsMaster,
    }.Freeze();
}
