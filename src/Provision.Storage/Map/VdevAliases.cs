using System.Text;

namespace Provision.Storage.Map;

/// <summary>The machine's bays as <c>vdev_id.conf</c> has them, by the paths that were observed.</summary>
public static class VdevAliases
{
    /// <summary>One alias for each bay whose drive has a path; the others are comments.</summary>
    public static string Of(DriveMap map)
    {
        var text = new StringBuilder($"# Bays of {map.Layout.Host.Name} ({map.Layout.Chassis.Name}), made by provision drives --vdev-id\n");
        foreach (var bay in map.Bays)
        {
            var name = $"{bay.Bay.Panel}-{bay.Bay.Number}".PadRight(12);
            var path = bay.Drive?.Bus?.ByPath;
            text.Append(path is { Length: > 0 } && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or ':' or '.' or '_')
                ? $"alias {name} /dev/disk/by-path/{path}\n"
                : $"# {name} {(bay.Drive is null ? "no drive" : "no path of its own")}\n");
        }

        return text.ToString();
    }
}
