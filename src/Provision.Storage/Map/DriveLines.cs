using System.Text;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>
/// One line for each bay whose drive the system sees itself, in the form that scripts have parsed for many years:
/// <c>bay flag type size state dev [array/place] serial</c>, single blanks between, <c>-</c> for what is not there. The operating
/// system's own mirror was never named in it.
/// </summary>
public static class DriveLines
{
    /// <summary>The lines in the order of the printed labels. Bays are named by panel too if several panels have such drives.</summary>
    public static string Of(DriveMap map)
    {
        var chassis = map.Layout.Chassis;
        var direct = chassis.Panels.Where(panel => chassis.FindController(panel.Controller)?.Kind != ControllerKind.Areca).Select(panel => panel.Name).ToList();
        var text = new StringBuilder();
        foreach (var bay in map.Bays.Where(bay => direct.Contains(bay.Bay.Panel)).OrderBy(bay => direct.IndexOf(bay.Bay.Panel)).ThenBy(bay => bay.Bay.Number))
        {
            text.Append(direct.Count == 1 ? bay.Bay.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : bay.Bay.ToString());
            text.Append(bay.Encryption == VolumeEncryption.Self ? " E " : " - ");
            if (bay.Drive is { } drive)
            {
                text.Append(drive.Media?.Word().ToUpperInvariant() ?? "-").Append(' ').Append(NominalSize.Of(drive.Bytes));
                text.Append(drive.Health.Verdict == HealthVerdict.Failed ? " FLT " : " RDY ").Append(Word(drive.Device));
                if (bay is { Array: { } array, Set.Layout.Os: not true })
                {
                    text.Append(' ').Append(Word(array)).Append('/').Append(bay.Role is { } role ? role : "-");
                }

                text.Append(' ').Append(Word(drive.Serial));
            }
            else
            {
                text.Append("- - EMP - -");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Letters and digits only: scripts split at blanks, and WD-WMAY04568236 was always WDWMAY04568236 here.</summary>
    private static string Word(string? text)
    {
        var word = string.Concat((text ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c == '_'));
        return word.Length == 0 ? "-" : word;
    }
}
