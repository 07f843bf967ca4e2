using static Provision.Inventory.Shape;

namespace Provision.Inventory;

/// <summary>
/// The key table: every key of the inventory with its type, default and meaning. Parsing, suggestions and the JSON Schema are derived from these rows; to add a
/// key, add a row. The chassis' rows are in <see cref="ChassisKeys"/>.
/// </summary>
internal static class InventoryKeys
{
    private const string SettingsDoc = "overrides settings that roles declare in their defaults";

    public static readonly Section Fleet = new(
        "fleet",
        "What holds for every host.",
        new("name", Of(Formats.Name), "the fleet's name") { IsRequired = true },
        new("domain", Of(Formats.Domain), "the domain that host names are below") { IsRequired = true },
        new("release", Of(Formats.Name), "code name of the Debian release of the installed system") { IsRequired = true },
        new("time_servers", ListOf(Formats.AddressOrName), "addresses or names of time servers"),
        new("short_names", new MapShape(Formats.Name, Of(Formats.Name)),
            "what {short} is in names of a chassis: with store: s, the short name of store12 is s12"),
        new("instance_names", Of(Formats.RegularExpression), "the form of instances' names, a regular expression; checked where it is given"),
        new("slot_networks", ListOf(Formats.Network), "every slot network lies in one of these; new hosts get theirs from them"),
        new("settings", new FreeShape(), SettingsDoc));

    public static readonly Section Netboot = new(
        "netboot",
        "How the site's machines boot from the network.",
        new("server", Of(Formats.Address), "address of the boot server (default: that of the site's host with a role that provides boot-server)"),
        new("port", Of(Formats.Integer(1, 65535)), "its HTTP port") { Default = "8480" },
        new("networks", ListOf(Formats.Network),
            "the networks from which machines boot; its HTTP and TFTP ports are open to no other (default: the site's networks)"),
        new("store", Of(Formats.Folder), "folder of the images on the boot server") { Default = "/srv/provision/store" },
        new("dhcp", Of(Choices.Dhcp.ToFormat()), "what its DHCP server does") { Default = "full" },
        new("lease", Of(Formats.Word), "how long an address is lent") { Default = "10m" },
        new("kernel_options", ListOf(Formats.Word), "more words for the kernel command line of the installer, such as console=ttyS0; never a secret"),
        new("engineers", ListOf(Formats.SshKey), "who may log in to an installer that has stopped"),
        new("mirror", ListOf(Formats.AptSource),
            "where packages of images come from, lines as in sources.list (default: the apt sources of the machine that builds)"),
        new("image_packages", ListOf(Formats.Package), "more packages for every operating system's image"),
        new("installer_packages", ListOf(Formats.Package), "more packages for the installer, such as firmware-bnx2; of them only firmware goes in"));

    public static readonly Section Masters = new(
        "masters",
        "Where it is kept who is master of each store.",
        new("database", Of(Formats.MastersDatabase), "a file on a boot server, or a PostgreSQL server")
        { Default = "/var/lib/provision-masters/masters.sqlite" },
        new("servers", ListOf(Formats.StatusDaemon), "the status daemons that read it (default: every boot server)"),
        new("port", Of(Formats.Integer(1, 65535)), "the status daemons' HTTP port") { Default = "8490" },
        new("exports", ListOf(Formats.ExportDestination), "where every change is exported to; at least one should be another machine"));

    public static readonly Section Site = new(
        "site",
        "One datacentre.",
        new("description", Of(Formats.Text), "what people call it"),
        new("networks", new ListShape(new ScalarShape(Formats.Network)) { MayBeEmpty = false }, "host addresses lie in one of these") { IsRequired = true },
        new("gateway", Of(Formats.Address), "the router of the hosts") { IsRequired = true },
        new("resolvers", ListOf(Formats.AnyAddress), "name servers"),
        new("package_cache", Of(Formats.Url), "the site's package cache"),
        new("netboot", new SectionShape(Netboot), Netboot.Doc),
        new("settings", new FreeShape(), SettingsDoc));

    public static readonly Section Host = new(
        "host",
        "One machine.",
        new("status", Of(Choices.Status.ToFormat()), "where the host is in its life") { Default = "active" },
        new("macs", new ListShape(new ScalarShape(Formats.Mac)) { MayBeEmpty = false }, "its network cards; any of them identifies it") { IsRequired = true },
        new("chassis", Of(Formats.Name), "the hardware generation; left out for a machine whose disks are not described"),
        new("roles", new ListShape(new ScalarShape(Formats.Name)) { MayBeEmpty = false }, "what it does") { IsRequired = true },
        new("address", Of(Formats.Address), "its own address, in one of the site's networks") { IsRequired = true },
        new("slot_network", Of(Formats.Network), "its slots have addresses 1, 2, 3 ... of this network; only for a chassis with slots"),
        new("branch", Of(Formats.Branch), "the git branch that the host is pinned to"),
        new("site", Of(Formats.Name), "its site, where that is not the file's"),
        new("settings", new FreeShape(), SettingsDoc));

    public static readonly Section Store = new(
        "store",
        "What is kept as one, in several slots of one class.",
        new("class", Of(Formats.Name), "the class of its slots") { IsRequired = true },
        new("slots", new ListShape(new ScalarShape(Formats.Name)) { MayBeEmpty = false },
            "its slots; the first is the preferred master")
        { IsRequired = true });

    public static readonly Section StoreClass = new(
        "class",
        "How many copies the stores of a class of slots have.",
        new("copies", Of(Formats.Integer(1, 9)), "slots that each of its stores needs") { Default = "3" },
        new("sites", Of(Formats.Integer(1, 9)), "sites that they lie at, in a fleet with slots at that many") { Default = "2" });

    public static readonly Section Gate = new(
        "gate",
        "A command that is run when a reinstall is armed, and must succeed.",
        new("name", Of(Formats.Name), "what messages call it") { IsRequired = true },
        new("run", new ListShape(new ScalarShape(Formats.Text)) { MayBeEmpty = false },
            "program and arguments, without a shell; {host} is the host to be reinstalled")
        { IsRequired = true },
        new("on", Of(Choices.GateTarget.ToFormat()), "where it runs") { Default = "host" },
        new("need", Of(Formats.Integer(1, 99)), "on how many peers it must succeed") { Default = "1" },
        new("prints_nothing", Of(Formats.Boolean), "true if it must print nothing, too, such as the list of a queue") { Default = "false" });

    public static readonly Section Instances = new(
        "instances",
        "How the instances in the slots of a host run.",
        new("unit", Of(Formats.InstanceText), "the systemd unit that runs one: db@{name}.service") { IsRequired = true },
        new("paths", new MapShape(Formats.Setting, new OneOrListShape(Formats.InstanceText)),
            "directories by names that templates use (slot.paths.NAME): {TIER} is the instance's directory on that tier; " +
                "of a list the first counts whose tiers it has"));

    public static readonly Section RecordedDrive = new(
        "recorded_drive",
        "A drive as it was found in its bay.",
        new("serial", Of(Formats.Text), "the serial number") { IsRequired = true },
        new("wwn", Of(Formats.Text), "world-wide name"),
        new("model", Of(Formats.Text), "the maker's model name"),
        new("bytes", Of(Formats.Integer(1, long.MaxValue)), "the exact size"));

    public static readonly Section RecordedSet = new(
        "recorded_set",
        "A set of the chassis as it is on this machine.",
        new KeyRow("state", Of(new ScalarFormat("one of new, created", static v => v.Text is "new" or "created" ? null : "")
        {
            Choices = [("new", "was never created, and so may be"), ("created", "exists; never created again")],
        }), "whether it exists")
        { IsRequired = true });

    public static readonly Section RecordedUnit = new(
        "recorded_unit",
        "What the operating system sees of a set, or a pool, by name.",
        new("uuid", Of(Formats.Text), "UUID of the array, or GUID of the pool"),
        new("wwn", Of(Formats.Text), "world-wide name of the controller's volume"),
        new("table", Of(Formats.Text), "UUID of its partition table"));

    public static readonly Section RecordedVolume = new(
        "recorded_volume",
        "A volume's identities.",
        new("partition", Of(Formats.Text), "UUID of the GPT partition"),
        new("luks", Of(Formats.Text), "UUID of the LUKS container"),
        new("cipher", Of(Formats.Text), "cipher of the LUKS container; another one in its header is refused"),
        new("key_bits", Of(Formats.Integer(1, 8192)), "size of its volume key"),
        new("filesystem", Of(Formats.Text), "UUID of the file system or GUID of the dataset"),
        new("rehearsed", Of(Formats.Text), "the day on which its recovery key and header backup opened it; without it the volume is not put into service"));

    public static readonly Section DriveRecord = new(
        "drive_record",
        "What is really in one machine; written by commands, never by hand.",
        new("bays", new NamedShape(RecordedDrive, Formats.BayName), "the drives by bay (front/3)"),
        new("sets", new NamedShape(RecordedSet, Formats.Name), "the sets of the chassis"),
        new("units", new NamedShape(RecordedUnit, Formats.Text), "arrays, controllers' volumes and pools by name"),
        new("volumes", new NamedShape(RecordedVolume, Formats.Text), "partitions, arrays and datasets by label"));

    /// <summary>The top of every file below <c>hosts/</c>.</summary>
    public static readonly Section HostsFile = new(
        "hosts_file",
        "A file below hosts/; sections of one name in different files are merged.",
        new("fleet", new SectionShape(Fleet), Fleet.Doc),
        new("masters", new SectionShape(Masters), Masters.Doc),
        new("sites", new NamedShape(Site, Formats.Name), "the datacentres"),
        new("site", Of(Formats.Name), "the site of every host in this file"),
        new("hosts", new NamedShape(Host, Formats.Host), "the machines"),
        new("stores", new NamedShape(Store, Formats.Name), "which slots hold what"),
        new("classes", new NamedShape(StoreClass, Formats.Name), "copies of the stores of a class; a class that is left out has the defaults"),
        new("chassis", new NamedShape(ChassisKeys.Chassis, Formats.Name), "the hardware generations"),
        new("drives", new NamedShape(DriveRecord, Formats.Host), DriveRecord.Doc));

    /// <summary>A file of <c>roles/</c>.</summary>
    public static readonly Section Role = new(
        "role",
        "What a host does, and what that needs. The role's name is the file's.",
        new("description", Of(Formats.Text), "what the role is for"),
        new("data", Of(Choices.Data.ToFormat()), "class of the data that the role keeps on a machine") { IsRequired = true },
        new("gate", new WordOrSectionShape(Choices.Gate.ToFormat(), Gate), "what must hold before a reinstall") { IsRequired = true },
        new("provides", ListOf(Choices.Provides.ToFormat()), "what a host of this role provides to others"),
        new("instances", new SectionShape(Instances), Instances.Doc),
        new("includes", ListOf(Formats.Name), "other roles that this one brings"),
        new("packages", ListOf(Formats.Package), "Debian packages"),
        new("configs", ListOf(Formats.Name), "folders below templates/"),
        new("services", ListOf(Formats.Unit), "units that must be enabled and active"),
        new("defaults", new FreeShape(), "settings that templates may read, with their defaults"));
}
