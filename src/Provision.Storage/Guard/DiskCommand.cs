namespace Provision.Storage.Guard;

/// <summary>What a command does to the devices that it names.</summary>
public enum DiskEffect
{
    /// <summary>It puts what is there into service or takes it out: assemble, open, import, mount. Contents stay.</summary>
    Service,

    /// <summary>
    /// Replaces a boot loader where one lies: in a BIOS boot partition, or in the boot code of a disk that has such a partition. All else stays.
    /// </summary>
    BootLoader,

    /// <summary>What was there before is gone; it must have been blank, or planned by this run.</summary>
    Destroy,

    /// <summary>What is there is removed on purpose, whatever it is; everything else that holds for <see cref="Destroy"/> holds for it.</summary>
    Wipe,
}

/// <summary>
/// A command that can write to block devices, as a typed action. Made only by <see cref="DiskCommands"/>, run only by
/// <see cref="DiskGuard"/>, printed for people by <c>--script</c>; never made from a template.
/// </summary>
/// <param name="Action">What it is, in two or three words: <c>make array</c>.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Written">
/// Nodes of every device that it may write: <c>/dev/sdc</c>, <c>/dev/mapper/i33d1t01</c>. The guard walks from each of them down
/// to the disks it lies on. A name that a command creates is not among them.
/// </param>
/// <param name="Effect">What it does to them.</param>
public sealed record DiskCommand(string Action, string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Written, DiskEffect Effect)
{
    /// <summary>True if the contents of the devices are gone afterwards.</summary>
    public bool Destroys => Effect is DiskEffect.Destroy or DiskEffect.Wipe;

    /// <summary>What it reads on standard input: a partition script or a key. Never printed if <see cref="InputIsSecret"/>.</summary>
    public ReadOnlyMemory<byte>? Input { get; init; }

    /// <summary>Writes its standard input while it runs, for more than fits into memory; null for none.</summary>
    public Action<Stream>? Feed { get; init; }

    /// <summary>True for a key.</summary>
    public bool InputIsSecret { get; init; }

    /// <summary>How long it may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The line as a person would type it; of a sealed key, which is thousands of characters, only the beginning.</summary>
    public override string ToString() =>
        Command.Of(Program, [.. Arguments.Select(argument => argument.Length > 400 ? argument[..60] + "..." : argument)]).ToString();
}
