namespace Provision.Lab;

/// <summary>A virtual machine as a test describes it.</summary>
public sealed record QemuMachine
{
    /// <summary>Its disks.</summary>
    public IReadOnlyList<QemuDisk> Disks { get; init; } = [];

    /// <summary>NVMe slots that exist without a drive in them, for <see cref="QemuGuest.AddDisk"/>.</summary>
    public IReadOnlyList<int> EmptySlots { get; init; } = [];

    /// <summary>Memory in MiB. The root takes 150 of it; ZFS, and LUKS with argon2id, want more than the rest of 512.</summary>
    public int Memory { get; init; } = 1024;

    /// <summary>Processors.</summary>
    public int Processors { get; init; } = 2;

    /// <summary>Network cards, which are connected to nothing.</summary>
    public IReadOnlyList<string> Macs { get; init; } = [];

    /// <summary>The card that it boots from; null for a machine whose kernel is given to it.</summary>
    public BootCard? Network { get; init; }

    /// <summary>The machine's own identity, as DMI tells it.</summary>
    public Guid Uuid { get; init; } = new("6f4a1c52-0000-4000-8000-000000000001");

    /// <summary>
    /// Whether process 1 is systemd. Without it there are udev and nothing else, in half the time. With it, only udev is
    /// started: <c>systemctl start multi-user.target</c> starts the rest.
    /// </summary>
    public bool Systemd { get; init; }

    /// <summary>More arguments for the kernel.</summary>
    public string KernelArguments { get; init; } = "";
}
