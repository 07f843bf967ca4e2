using static Provision.Inventory.Shape;

namespace Provision.Inventory;

/// <summary>The rows of the key table that describe hardware.</summary>
internal static class ChassisKeys
{
    private static readonly KeyRow Repeat = new("repeat", Of(Formats.Integer(1, 999)), "how many there are; {n} counts them from 1") { Default = "1" };

    private static readonly KeyRow Data = new("data", Of(Choices.Data.ToFormat()), "class of the data on it; what is left out is as on the whole");

    public static readonly Section Controller = new(
        "controller",
        "What bays hang on.",
        new("kind", Of(Choices.Controller.ToFormat()), "how a bay's number leads to a drive") { IsRequired = true },
        new("enclosure", Of(Formats.Integer(1, 255)), "the enclosure, as an Areca controller counts it") { Default = "1" });

    public static readonly Section Panel = new(
        "panel",
        "A group of bays as a person sees it.",
        new("controller", Of(Formats.Name), "what its bays hang on") { IsRequired = true },
        new("grid", new ListShape(ListOf(Formats.Integer(0, 9999))) { MayBeEmpty = false },
            "printed bay labels, top row first; 0 draws a gap")
        { IsRequired = true });

    public static readonly Section Drive = new(
        "drive",
        "The kind of drive in a set.",
        new("media", Of(Choices.Media.ToFormat()), "what the drives are made of") { IsRequired = true },
        new("size", Of(Formats.Size), "nominal size of one drive") { IsRequired = true });

    private static readonly KeyRow[] VolumeKeys =
    [
        new("label", Of(Formats.Pattern), "label of the partition and of the file system") { IsRequired = true },
        new("encrypt", Of(Choices.Encryption.ToFormat()), "who encrypts it") { Default = "none" },
        new("filesystem", Of(new ScalarFormat("one of ext4, xfs, none", static v => v.Text is "ext4" or "xfs" or "none" ? null : "")
        {
            Choices = [("ext4", "without reserved blocks"), ("xfs", ""), ("none", "a bare device, for DRBD for example")],
        }), "the file system") { Default = "ext4" },
        new("mount", Of(Formats.MountPattern), "the folder it is mounted at"),
        Data,
    ];

    public static readonly Section Volume = new("volume", "One volume on the bare unit, without a partition table.", VolumeKeys);

    public static readonly Section Partition = new(
        "partition",
        "One partition, or several equal ones.",
        [
            Repeat,
            new("size", Of(Formats.Size), "size of each; left out by the last one, which takes the rest"),
            .. VolumeKeys,
            new("os", Of(Formats.Boolean), "true for the one target that a reinstall may write") { Default = "false" },
        ]);

    public static readonly Section Lun = new(
        "lun",
        "One unit of a set as the operating system sees it (Areca: a volume set).",
        new("name", Of(Formats.Pattern), "what the controller calls it") { IsRequired = true },
        new("size", Of(Formats.Size), "its size; left out by the last one, which takes the rest"),
        Data,
        new("os", Of(Formats.Boolean), "true for the one target that a reinstall may write") { Default = "false" },
        new("partitions", new ListShape(new SectionShape(Partition)), "its partitions, in order"),
        new("volume", new SectionShape(Volume), "one volume instead of partitions"));

    public static readonly Section Set = new(
        "set",
        "Drives that work as one.",
        new("name", Of(Formats.Pattern), "what the controller, md or the zpool calls it; the set's key where it is left out"),
        new("level", Of(Choices.Level.ToFormat()), "how the drives are put together") { IsRequired = true },
        new("bays", Of(Formats.Bays), "a panel and its bays: front 1-12") { IsRequired = true },
        new("drive", new SectionShape(Drive), Drive.Doc) { IsRequired = true },
        new("data", Of(Choices.Data.ToFormat()), "class of the data on it; needed but for spares and the vdevs of a pool"),
        new("os", Of(Formats.Boolean), "true for the one target that a reinstall may write") { Default = "false" },
        new("partitions", new ListShape(new SectionShape(Partition)), "its partitions, in order"),
        new("volume", new SectionShape(Volume), "one volume instead of partitions"),
        new("luns", new ListShape(new SectionShape(Lun)) { MayBeEmpty = false }, "several units on one set, each with its own parts"));

    public static readonly Section Dataset = new(
        "dataset",
        "One dataset of a pool, or several.",
        Repeat,
        new("name", Of(Formats.Pattern), "its name below the pool") { IsRequired = true },
        new("mount", Of(Formats.MountPattern), "the folder it is mounted at") { IsRequired = true },
        new("quota", Of(Formats.Size), "the most it may take"));

    public static readonly Section Pool = new(
        "pool",
        "A ZFS pool.",
        new("name", Of(Formats.Pattern), "the pool's name") { IsRequired = true },
        new("sets", new ListShape(new ScalarShape(Formats.Name)) { MayBeEmpty = false }, "its vdevs: sets of level zfs-raidz2") { IsRequired = true },
        new("encryption", Of(new ScalarFormat("one of aes-256-gcm, aes-128-gcm, aes-256-ccm",
            static v => v.Text is "aes-256-gcm" or "aes-128-gcm" or "aes-256-ccm" ? null : "")
        {
            Choices = [("aes-256-gcm", ""), ("aes-128-gcm", ""), ("aes-256-ccm", "")],
        }), "cipher of native encryption; left out for none"),
        new("data", Of(Choices.Data.ToFormat()), "class of the data in it") { IsRequired = true },
        new("datasets", new ListShape(new SectionShape(Dataset)), "its datasets"));

    public static readonly Section Tmpfs = new(
        "tmpfs",
        "One file system in memory, or several.",
        Repeat,
        new("size", Of(Formats.Size), "the most each may take") { IsRequired = true },
        new("mount", Of(Formats.MountPattern), "the folder it is mounted at") { IsRequired = true });

    public static readonly Section Luks = new(
        "luks",
        "How LUKS2 containers are made.",
        new("cipher", Of(Formats.Text), "cipher and mode as the kernel has them") { Default = "aes-xts-plain64" },
        new("key_bits", Of(Formats.Integer(128, 512)), "size of the volume key") { Default = "512" },
        new("kdf", Of(new ScalarFormat("one of argon2id, pbkdf2", static v => v.Text is "argon2id" or "pbkdf2" ? null : "")
        {
            Choices = [("argon2id", "needs its memory at each unlock"), ("pbkdf2", "")],
        }), "key derivation")
        { Default = "argon2id" },
        new("memory", Of(Formats.Size), "memory of argon2id; an unlock in less fails") { Default = "1G" },
        new("iterations", Of(Formats.Integer(4)), "passes of argon2id, or iterations of pbkdf2; measured to take two seconds where it is left out"));

    public static readonly Section Slots = new(
        "slots",
        "A run of slots of one class.",
        new("class", Of(Formats.Name), "the slots of a store are of one class") { IsRequired = true },
        Repeat,
        new("name", Of(Formats.Pattern), "a slot's name") { IsRequired = true },
        new("tiers", new MapShape(Formats.Name, Of(Formats.MountPattern)),
            "the mounts that hold its data, by names of your own; the first is the main one, where its marker lies")
        { IsRequired = true });

    public static readonly Section Chassis = new(
        "chassis",
        "One hardware generation: where drives sit and what they are for.",
        new("description", Of(Formats.Text), "what it looks like"),
        new("rack_units", Of(Formats.Integer(1, 60)), "height") { Default = "1" },
        new("memory", Of(Formats.Size), "memory"),
        new("controllers", new NamedShape(Controller, Formats.Name), "what the bays hang on") { IsRequired = true },
        new("panels", new NamedShape(Panel, Formats.Name), "groups of bays") { IsRequired = true },
        new("sets", new NamedShape(Set, Formats.Name), "what drives are put together to, in the order of their device") { IsRequired = true },
        new("pools", new NamedShape(Pool, Formats.Name), "ZFS pools"),
        new("luks", new SectionShape(Luks), Luks.Doc),
        new("tmpfs", new ListShape(new SectionShape(Tmpfs)), "file systems in memory"),
        new("slots", new ListShape(new SectionShape(Slots)), "the slots, in their order"));
}
