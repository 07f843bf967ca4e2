using System.Globalization;
using Provision.Storage.Observe;

namespace Provision.Storage.Guard;

/// <summary>The kernel's number of each disk's attachment; read before the disks are observed, so that a swap during the look is seen.</summary>
public static class Attachments
{
    /// <summary>Numbers by kernel name; empty on kernels that have none (before 5.15).</summary>
    public static IReadOnlyDictionary<string, long> Read(IMachineReader reader)
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in reader.List("/sys/block"))
        {
            if (long.TryParse(reader.Read($"/sys/class/block/{name}/diskseq")?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers[name] = number;
            }
        }

        return numbers;
    }
}
