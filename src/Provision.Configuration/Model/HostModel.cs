using Provision.Configuration.Templates;
using Provision.Inventory;
using Scriban.Runtime;

namespace Provision.Configuration.Model;

/// <summary>The model seen by the templates of one host (docs/templates.md).</summary>
public static class HostModel
{
    /// <summary>Returns the global names of a host's templates, without the functions.</summary>
    public static ModelObject Of(HostView view, FleetModel fleet)
    {
        var used = new Lazy<ScriptArray>(() => ModelValues.List(view.Slots.Where(slot => slot.Store is not null).Select(slot => Slot(view, slot))));
        var globals = new ModelObject();
        globals.Add("fleet", () => fleet.Model);
        globals.Add("site", () => ModelValues.Site(view.Site));
        globals.Add("host", () => Host(view, used));
        globals.Add("slots", () => used.Value);
        globals.Add("settings", () => ModelValues.Of(view.Settings));
        return globals;
    }

    private static ModelObject Host(HostView view, Lazy<ScriptArray> used)
    {
        var host = view.Host;
        var model = new ModelObject();
        model.Add("name", () => host.Name);
        model.Add("fqdn", () => view.Fqdn);
        model.Add("id", () => view.HostId);
        model.Add("short", () => host.ShortName);
        model.Add("number", () => host.Number);
        model.Add("site", () => host.Site);
        model.Add("address", () => host.Address.ToString());
        model.Add("macs", () => ModelValues.List(host.Macs.Select(mac => (object?)mac.ToString())));
        model.Add("chassis", () => host.Chassis);
        model.Add("roles", () => ModelValues.List(view.Roles.Roles.Select(role => (object?)role.Name)));
        model.Add("status", () => host.Status.Word());
        model.Add("slot_network", () => host.SlotNetwork?.ToString());
        model.Add("slots", () => AllSlots(view, used.Value));
        model.Add("layout", () => view.Layout is null ? null : Layout(view.Layout));
        return model;
    }

    /// <summary>Returns all slots in order; those in use are the same objects as in <c>slots</c>.</summary>
    private static ScriptArray AllSlots(HostView view, ScriptArray used)
    {
        var next = 0;
        return ModelValues.List(view.Slots.Select(slot => slot.Store is null ? Slot(view, slot) : used[next++]));
    }

    private static ModelObject Slot(HostView view, SlotView slot) => new ModelObject
    {
        ["name"] = slot.Slot.Name,
        ["index"] = slot.Slot.Index,
        ["class"] = slot.Slot.Class,
        ["number"] = slot.Slot.Number,
        ["address"] = slot.Slot.Address?.ToString(),
        ["store"] = slot.Store?.Name,
        ["master"] = slot.IsMaster,
        ["peers"] = ModelValues.List(slot.Peers.Select(ModelValues.Peer)),
        ["host"] = view.Host.Name,
        ["site"] = view.Host.Site,
        ["mounts"] = ModelValues.List(slot.Slot.Tiers.Mounts),
        ["unit"] = slot.Slot.Unit,
        ["paths"] = slot.Paths is { } paths ? Paths(paths) : null,
    };

    private static ModelObject Paths(IReadOnlyList<KeyValuePair<string, string?>> paths)
    {
        var model = new ModelObject();
        foreach (var (name, path) in paths)
        {
            model[name] = path;
        }

        return model;
    }

    private static ModelObject Layout(Layout layout) => new ModelObject
    {
        ["panels"] = ModelValues.List(layout.Chassis.Panels.Select(panel => Panel(layout.Chassis, panel))),
        ["sets"] = ModelValues.List(layout.Sets.Select(Set)),
        ["volumes"] = ModelValues.List(layout.Volumes.Select(Volume)),
        ["mounts"] = ModelValues.List(layout.Mounts.Select(Mount)),
        ["pool"] = layout.Pools.Count == 0 ? null : new ModelObject { ["name"] = layout.Pools[0].Name },
    };

    private static ModelObject Panel(Chassis chassis, Panel panel) => new ModelObject
    {
        ["name"] = panel.Name,
        ["controller"] = chassis.FindController(panel.Controller)?.Kind.Word(),
        ["bays"] = ModelValues.List(panel.Bays.Select(bay => (object?)bay.Number)),
    };

    private static ModelObject Set(SetLayout set) => new ModelObject
    {
        ["key"] = set.Key,
        ["name"] = set.Name,
        ["level"] = set.Level.Word(),
        ["bays"] = ModelValues.List(set.Bays.Select(bay => (object?)bay.ToString())),
        ["drives"] = set.Bays.Count,
        ["data"] = set.Data.Word(),
        ["os"] = set.Os,
        ["md"] = set.IsMd,
    };

    private static ModelObject Volume(Volume volume) => new ModelObject
    {
        ["label"] = volume.Label,
        ["set"] = volume.Set,
        ["size"] = volume.Bytes,
        ["encrypt"] = volume.Encryption.Word(),
        ["filesystem"] = volume.Filesystem,
        ["mount"] = volume.MountPath,
        ["data"] = volume.Data.Word(),
        ["device"] = volume.Device,
        ["source"] = volume.Source,
        ["os"] = volume.Os,
    };

    private static ModelObject Mount(Mount mount) => new ModelObject
    {
        ["name"] = mount.Path[1..].Replace('/', '-'),
        ["mount"] = mount.Path,
        ["source"] = mount.Source,
        ["filesystem"] = mount.Filesystem,
        ["options"] = mount.Options,
        ["data"] = mount.Data.Word(),
    };
}
