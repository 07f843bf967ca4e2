namespace Provision.Inventory;

/// <summary>Computes the capacity of drives after the overhead of each layer, in bytes.</summary>
public static class Capacity
{
    private const long Ten = 10_000_000_000;

    /// <summary>
    /// Returns the combined capacity of drives of a nominal size. Areca counts whole tens of decimal gigabytes of each drive, so twelve drives of 2000.4 GB in
    /// RAID6 are 20000.0 GB; md RAID10 with two near copies yields half of the total, also with three drives.
    /// </summary>
    public static long OfSet(RaidLevel level, int drives, long driveBytes) => level switch
    {
        RaidLevel.ArecaRaid1 => driveBytes / Ten * Ten * (drives / 2),
        RaidLevel.ArecaRaid6 => driveBytes / Ten * Ten * Math.Max(0, drives - 2),
        RaidLevel.MdRaid1 => driveBytes,
        RaidLevel.MdRaid10 => driveBytes * drives / 2,
        RaidLevel.ZfsRaidz2 => driveBytes * Math.Max(0, drives - 2),
        RaidLevel.Single => driveBytes,
        _ => 0,
    };

    /// <summary>
    /// Returns the capacity left for files on a device. ext4 spends 256 bytes of inode on each 16384 bytes; without reserved blocks (<c>-m 0</c>) that is the
    /// only overhead <c>df</c> shows.
    /// </summary>
    public static long OfFilesystem(string? filesystem, long deviceBytes) =>
        filesystem == "ext4" ? deviceBytes - (deviceBytes / 64) : deviceBytes;

    /// <summary>Returns the minimum number of drives of a level.</summary>
    public static int FewestDrives(RaidLevel level) => level switch
    {
        RaidLevel.ArecaRaid6 or RaidLevel.ZfsRaidz2 => 4,
        RaidLevel.ArecaRaid1 or RaidLevel.MdRaid1 or RaidLevel.MdRaid10 => 2,
        _ => 1,
    };
}
