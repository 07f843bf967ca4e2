using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>The command that deals with a finding, or shows more of it; docs/storage-findings.md says the rest.</summary>
internal sealed class Remedies(Layout layout)
{
    private readonly string host = layout.Host.Name;

    /// <summary>For a drive that is not in its bay, but somewhere else: it must not be replaced.</summary>
    public string OfMoved => $"provision drives {host} --format table";

    /// <summary>For a finding of a bay.</summary>
    public string? OfBay(string code, string bay, SetLayout? set) => code switch
    {
        FindingCodes.NotInSet when set?.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6 or RaidLevel.Spare => "cli64 disk info",
        FindingCodes.Missing or FindingCodes.Empty or FindingCodes.Failed or FindingCodes.Worn or FindingCodes.NotInSet => Replace(bay, set),
        FindingCodes.Swapped or FindingCodes.Foreign or FindingCodes.WrongWwn or FindingCodes.WrongSize or FindingCodes.WrongMedia or FindingCodes.Unexpected
            or FindingCodes.Twice or FindingCodes.Hot => $"provision drives {host} --locate {bay}",
        FindingCodes.Errors => set is null ? null : OfPool(set),
        _ => null,
    };

    /// <summary>For a finding of a set: what shows its members.</summary>
    public string OfSet(string code, SetLayout set) => code switch
    {
        FindingCodes.SetInactive => $"provision storage unlock {host}",
        FindingCodes.SetMissing => $"provision storage diff {host}",
        _ => set.IsMd ? $"mdadm --detail /dev/md/{set.Luns[0].Name}" : set.Level switch
        {
            RaidLevel.ZfsRaidz2 => OfPool(set),
            RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6 => "cli64 vsf info",
            _ => $"provision drives {host}",
        },
    };

    /// <summary>For a finding of a pool.</summary>
    public static string OfPool(string pool) => $"zpool status -v {pool}";

    private string OfPool(SetLayout set) => OfPool(layout.Pools.FirstOrDefault(pool => pool.Definition.Sets.Contains(set.Key))?.Name ?? set.Name);

    private string Replace(string bay, SetLayout? set) =>
        set is null ? $"provision drives accept {host}"
        : set.Os && set.IsMd ? $"provision reinstall {host} --os-disk-serial {bay}=NEW"
        : $"provision storage replace {host} --bay {bay} --serial NEW";
}
