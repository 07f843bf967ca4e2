using System.Globalization;
using System.Text;
using Provision.Boot.Jobs;

namespace Provision.Boot.Installer;

/// <summary>The number of the last order that a machine carried out: on each EFI system partition for the installer, and in the root for the host.</summary>
internal static class OrderNumber
{
    /// <summary>Path in the root.</summary>
    public const string OfRoot = "/var/lib/provision/order";

    /// <summary>Path on an EFI system partition.</summary>
    public const string OfEfi = "/provision/order";

    /// <summary>Returns the file's text.</summary>
    public static string Text(OrderDocument order) => order.Number.ToString(CultureInfo.InvariantCulture) + "\n";

    /// <summary>Reads the number; 0 if there is none.</summary>
    public static long Read(IMachineFiles files, string path) =>
        files.Read(path) is { } file && long.TryParse(Encoding.ASCII.GetString(file.Content).Trim(), NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : 0;
}
