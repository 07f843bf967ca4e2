using System.Globalization;
using System.Text;

namespace Provision.Lab;

/// <summary>
/// Answers in the place of Areca's <c>cli64</c>, which cannot be had for a virtual machine: a script that prints text in the form of the captures.
/// Nothing of it tells how the real tool behaves.
/// </summary>
internal sealed class ArecaTool(string folder)
{
    private const string Script = """
        #!/bin/sh
        case "$*" in
            "vsf info") cat /lab/cli64/volumes ;;
            "disk info") cat /lab/cli64/drives ;;
            "disk info drv="*) cat "/lab/cli64/${3#drv=}" ;;
            *) echo "cli64 was asked: $*" >&2; exit 1 ;;
        esac
        echo 'GuiErrMsg<0x00>: Success.'
        """;

    private static readonly string Rule = new string('=', 79) + "\n";

    /// <summary>Lays out drives and volumes.</summary>
    /// <param name="drives">Serial and RAID set of each slot from 1.</param>
    /// <param name="volumes">Name, RAID set and state of each volume.</param>
    public void Write(IReadOnlyList<(string Serial, string Set)> drives, IReadOnlyList<(string Name, string Set, string State)> volumes)
    {
        Directory.CreateDirectory(folder);
        var tool = Path.Combine(folder, "cli64");
        File.WriteAllText(tool, Script);
        File.SetUnixFileMode(tool, (UnixFileMode)0x1ED);
        var table = new StringBuilder("  # Enc# Slot#   ModelName                        Capacity  Usage\n" + Rule);
        foreach (var (number, (serial, set)) in drives.Index())
        {
            table.Append(CultureInfo.InvariantCulture, $"{number + 1,3}  02  Slot#{number + 1,-3} {"WDC WD100EMAZ",-29} {10.0,10:0.0}GB  {set,-16}\n");
            File.WriteAllText(Path.Combine(folder, $"{number + 1}"), $"Drive Information \n{Rule}Model Name                         : WDC WD100EMAZ\nSerial Number                      : {serial}\nDisk Capacity                      : 10.0GB\nDevice State                       : NORMAL\nTimeout Count                      : 0\nMedia Error Count                  : 0\nRotation Speed                     : 7200(RPM)\nDevice Temperature                 : 31 C\n{Rule}");
        }

        File.WriteAllText(Path.Combine(folder, "drives"), table.Append(Rule).ToString());
        table.Clear().Append("  # Name             Raid Name       Level   Capacity Ch/Id/Lun  State         \n" + Rule);
        foreach (var (number, (name, set, state)) in volumes.Index())
        {
            table.Append(CultureInfo.InvariantCulture, $"{number + 1,3} {name,-16} {set,-15} {"Raid6",-7} {20.0,7:0.0}GB 00/{number:00}/00   {state,-14}\n");
        }

        File.WriteAllText(Path.Combine(folder, "volumes"), table.Append(Rule).ToString());
    }
}
