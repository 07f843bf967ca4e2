using System.Globalization;
using Provision.Configuration.Model;
using Provision.Configuration.Rendering;
using Provision.Configuration.Templates;
using Provision.Inventory;
using Scriban.Runtime;

namespace Provision.Configuration.Explain;

/// <summary>Locates values of the model in the inventory. For a derived value it returns everything the value depends on: a slot's address depends on the slot
/// network and the chassis' row of slots.</summary>
/// <param name="view">The host.</param>
/// <param name="model">The host's model, from which the value is read.</param>
public sealed class ModelOrigins(HostView view, ModelObject model)
{
    private static readonly Dictionary<string, Func<HostView, SlotView, IEnumerable<Location>>> SlotMembers = new(StringComparer.Ordinal)
    {
        ["address"] = static (view, slot) => [view.Host.At("slot_network"), slot.Slot.Template.Location],
        ["store"] = static (_, slot) => Places(slot.Store),
        ["master"] = static (_, slot) => Places(slot.Store),
        ["peers"] = static (_, slot) => Places(slot.Store).Concat(slot.Peers.Select(peer => peer.Slot.Host.Location)),
        ["host"] = static (view, _) => [view.Host.Location],
        ["site"] = static (view, _) => [view.Host.SiteLocation],
        ["mounts"] = static (_, slot) => [slot.Slot.Template.At("tiers")],
        ["paths"] = static (_, slot) =>
            [.. slot.Slot.Kind is { } kind ? [kind.At("paths")] : Array.Empty<Location>(), slot.Slot.Template.At("tiers"), .. Places(slot.Store)],
        ["unit"] = static (_, slot) => slot.Slot.Kind is { } kind ? [kind.At("unit")] : [],
        ["name"] = static (view, slot) => [slot.Slot.Template.At("name"), view.Host.Location],
        ["class"] = static (_, slot) => [slot.Slot.Template.At("class")],
    };

    /// <summary>Explains a model path that a template read.</summary>
    /// <param name="path">The path as in the source map; <c>secret:NAME</c> for a secret.</param>
    /// <param name="file">The file it was read for; resolves the element of <c>each</c>.</param>
    public ExplainedValue Explain(string path, MappedFile file)
    {
        const string mark = "secret:";
        if (path.StartsWith(mark, StringComparison.Ordinal))
        {
            var name = path[mark.Length..];
            return new ExplainedValue($"secret \"{name}\"", Plans.Redaction.Mask, [Location.OfFile($"hosts/secrets/{name}.age")]);
        }

        var steps = Steps(path);
        var resolved = Resolve(steps, file);
        return new ExplainedValue(path, ValueOf(resolved), [.. PlacesOf(resolved).Where(place => place.Path is { Length: > 0 }).Distinct()]);
    }

    private IEnumerable<Location> PlacesOf(List<string> steps)
    {
        switch (steps)
        {
            case ["settings", .. var rest]:
                return [view.Settings.Find(string.Join('.', rest))?.Location ?? view.Settings.Location];
            case ["host", "slots", var index, .. var rest] when Number(index) is { } at && at < view.Slots.Count:
                return OfSlot(view.Slots[at], rest);
            case ["slots", var index, .. var rest] when Number(index) is { } at && at < Used.Count:
                return OfSlot(Used[at], rest);
            case ["host", "layout", ..]:
                return view.Chassis is null ? [view.Host.At("chassis")] : [view.Host.At("chassis"), view.Chassis.Location];
            case ["host", "site", ..]:
                return [view.Host.SiteLocation];
            case ["host", "fqdn", ..]:
                return [view.Host.Location, view.Fleet.At("domain")];
            case ["host", var member, ..]:
                return [view.Host.At(member)];
            case ["site", var member, ..]:
                return [view.Site.At(member)];
            case ["fleet", "stores", var index, ..] when Number(index) is { } at && at < view.Fleet.Stores.Count:
                return [view.Fleet.Stores[at].Location];
            case ["fleet", "hosts", var index, .. var rest] when Number(index) is { } at:
                var hosts = view.Fleet.Hosts.Where(host => host.Status != HostStatus.Retired).ToList();
                return at < hosts.Count ? [hosts[at].At(rest.Count > 0 ? rest[0] : "name")] : [];
            case ["fleet", "sites", var index, .. var rest] when Number(index) is { } at && at < view.Fleet.Sites.Count:
                return [view.Fleet.Sites[at].At(rest.Count > 0 ? rest[0] : "name")];
            case ["fleet", "hosts"]:
                return [];
            case ["fleet", var member, ..]:
                return [view.Fleet.At(member)];
            default:
                return [];
        }
    }

    private IReadOnlyList<SlotView> Used => used ??= [.. view.Slots.Where(slot => slot.Store is not null)];

    private List<SlotView>? used;

    private IEnumerable<Location> OfSlot(SlotView slot, List<string> rest) =>
        rest.Count > 0 && SlotMembers.TryGetValue(rest[0], out var places) ? places(view, slot) : [slot.Slot.Template.Location, view.Host.Location];

    private static IEnumerable<Location> Places(Store? store) => store is null ? [] : [store.Location];

    /// <summary>In a file rendered with <c>each: slots</c>, <c>slot.name</c> is <c>slots[3].name</c>.</summary>
    private static List<string> Resolve(List<string> steps, MappedFile file)
    {
        if (file.ElementName is { } element && steps.Count > 0 && string.Equals(steps[0], element, StringComparison.Ordinal)
            && file.Template.Head.Each is { } each)
        {
            var list = each.Text.Trim();
            return list.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.')
                ? [.. list.Split('.'), file.ElementIndex.ToString(CultureInfo.InvariantCulture), .. steps[1..]]
                : steps;
        }

        return steps;
    }

    private string? ValueOf(List<string> steps)
    {
        object? value = model;
        foreach (var step in steps)
        {
            switch (value)
            {
                case ModelObject item when item.TryRead(step, out var member):
                    value = member;
                    break;
                case ScriptArray list when Number(step) is { } index && index < list.Count:
                    value = list[index];
                    break;
                default:
                    return null;
            }
        }

        return value switch
        {
            null => "null",
            string text => text,
            bool truth => truth ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Splits <c>slots[3].name</c> into <c>slots</c>, <c>3</c>, <c>name</c>.</summary>
    private static List<string> Steps(string path) =>
        [.. path.Split(['.', '[', ']', '"', '\''], StringSplitOptions.RemoveEmptyEntries)];
}
