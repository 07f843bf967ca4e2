namespace Provision.Inventory;

/// <summary>The keywords of the inventory format and their values, in both directions.</summary>
internal static class Choices
{
    public static readonly Choice<HostStatus> Status = new(
        ("new", HostStatus.New, "in the inventory, not yet in service"),
        ("active", HostStatus.Active, "in service"),
        ("retired", HostStatus.Retired, "gone; its name, MACs and addresses stay taken"));

    public static readonly Choice<DataClass> Data = new(
        ("own", DataClass.Own, "our own work; lives in git"),
        ("primary", DataClass.Primary, "other people's data; a reinstall never opens it for writing"),
        ("cache", DataClass.Cache, "can always be made again"));

    /// <summary>The gates that need no command.</summary>
    public static readonly Choice<GateKind> Gate = new(
        ("none", GateKind.None, "nothing must hold"),
        ("no-masters", GateKind.NoMasters, "no store has its master on the host"));

    public static readonly Choice<GateTarget> GateTarget = new(
        ("host", Provision.Inventory.GateTarget.Host, "the host itself"),
        ("peers", Provision.Inventory.GateTarget.Peers, "the other hosts of the role that are in service"),
        ("site-peers", Provision.Inventory.GateTarget.SitePeers, "those of them at the host's site"));

    public static readonly Choice<ProvidedService> Provides = new(
        ("boot-server", ProvidedService.BootServer, "boots the machines of its site from the network, and keeps the database of masters"));

    public static readonly Choice<DhcpMode> Dhcp = new(
        ("full", DhcpMode.Full, "it gives the site's hosts their addresses and says what to boot"),
        ("proxy", DhcpMode.Proxy, "another server gives addresses; it only says what to boot"),
        ("off", DhcpMode.Off, "another server does both"));

    public static readonly Choice<ControllerKind> Controller = new(
        ("areca", ControllerKind.Areca, "bay N is slot N of the enclosure"),
        ("sata", ControllerKind.Sata, "bay N is port N"),
        ("nvme", ControllerKind.Nvme, "bay N is PCI slot N"));

    public static readonly Choice<RaidLevel> Level = new(
        ("areca-raid1", RaidLevel.ArecaRaid1, "mirror on an Areca controller"),
        ("areca-raid6", RaidLevel.ArecaRaid6, "double parity on an Areca controller"),
        ("md-raid1", RaidLevel.MdRaid1, "mirror of Linux md"),
        ("md-raid10", RaidLevel.MdRaid10, "two near copies of Linux md, also over three drives"),
        ("zfs-raidz2", RaidLevel.ZfsRaidz2, "a vdev of a ZFS pool with double parity"),
        ("single", RaidLevel.Single, "one drive by itself"),
        ("spare", RaidLevel.Spare, "hot spares"));

    public static readonly Choice<DriveMedia> Media = new(
        ("hdd", DriveMedia.Hdd, "spinning disks"),
        ("ssd", DriveMedia.Ssd, "flash behind SATA"),
        ("nvme", DriveMedia.Nvme, "flash on PCI Express"));

    public static readonly Choice<VolumeEncryption> Encryption = new(
        ("none", VolumeEncryption.None, "not encrypted"),
        ("luks", VolumeEncryption.Luks, "LUKS, in the kernel"),
        ("self", VolumeEncryption.Self, "the drive encrypts itself"));
}

/// <summary>Looks up the keywords of the inventory format for values, for templates and reports.</summary>
public static class FormatWords
{
    /// <summary>Returns <c>new</c>, <c>active</c> or <c>retired</c>.</summary>
    public static string Word(this HostStatus status) => Choices.Status.NameOf(status);

    /// <summary>Returns <c>own</c>, <c>primary</c> or <c>cache</c>.</summary>
    public static string Word(this DataClass data) => Choices.Data.NameOf(data);

    /// <summary>Returns <c>full</c>, <c>proxy</c> or <c>off</c>.</summary>
    public static string Word(this DhcpMode mode) => Choices.Dhcp.NameOf(mode);

    /// <summary>Returns <c>areca</c>, <c>sata</c> or <c>nvme</c>.</summary>
    public static string Word(this ControllerKind kind) => Choices.Controller.NameOf(kind);

    /// <summary>Returns <c>areca-raid6</c>, <c>md-raid1</c> and so on.</summary>
    public static string Word(this RaidLevel level) => Choices.Level.NameOf(level);

    /// <summary>Returns <c>hdd</c>, <c>ssd</c> or <c>nvme</c>.</summary>
    public static string Word(this DriveMedia media) => Choices.Media.NameOf(media);

    /// <summary>Returns <c>none</c>, <c>luks</c>, <c>self</c> or <c>zfs</c>.</summary>
    public static string Word(this VolumeEncryption encryption) =>
        encryption == VolumeEncryption.Zfs ? "zfs" : Choices.Encryption.NameOf(encryption);
}
