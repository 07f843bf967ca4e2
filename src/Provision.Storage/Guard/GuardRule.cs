using Provision.Storage.Observe;

namespace Provision.Storage.Guard;

/// <summary>One thing that must hold before a command may write to a disk.</summary>
/// <param name="Name">Short name, stable: the table of docs/storage.md says which test fails without it.</param>
/// <param name="Says">Why the command may not run, or null if it may.</param>
internal sealed record GuardRule(string Name, Func<GuardCase, string?> Says)
{
    /// <summary>Every rule, in the order they are asked. Leaving one out is possible for tests only.</summary>
    public static readonly IReadOnlyList<GuardRule> All =
    [
        new("listed", Listed),
        new("effect", Effect),
        new("boot-loader-place", BootLoaderPlace),
        new("same-disk", SameDisk),
        new("not-mounted", NotMounted),
        new("not-held", NotHeld),
        new("blank-or-planned", BlankOrPlanned),
    ];

    private static string? Listed(GuardCase c) =>
        c.Permit is null ? $"{c.Node} lies on {c.Disk}, which this run may not write" : null;

    private static string? Effect(GuardCase c) => (c.Permit?.Effect, c.Command.Effect) switch
    {
        (DiskEffect.Service or DiskEffect.BootLoader, _) when c.Command.Destroys => $"{c.Permit.Identity} may be put into service but not overwritten",
        (DiskEffect.Service, DiskEffect.BootLoader) => $"{c.Permit.Identity} may be put into service, but its boot loader may not be replaced",
        _ => null,
    };

    private static string? BootLoaderPlace(GuardCase c)
    {
        if (c.Command.Effect != DiskEffect.BootLoader)
        {
            return null;
        }

        var places = c.State.PartitionsOf(c.Name) is { Count: > 0 } partitions ? partitions : [c.Node];
        return places.Any(c.State.IsBiosBoot) ? null : $"{c.Node} has no BIOS boot partition, so no boot loader of ours lies there";
    }

    private static string? SameDisk(GuardCase c)
    {
        if (c.Permit is null)
        {
            return null;
        }

        var bytes = c.State.BytesOf(c.Disk);
        var sequence = c.State.SequenceOf(c.Disk);
        return bytes != c.Permit.Bytes || sequence != c.Permit.Sequence
            ? $"{c.Disk} is no longer the observed disk ({c.Permit.Identity}): attachment {Number(sequence)} of {Number(bytes)} bytes instead "
                + $"of {Number(c.Permit.Sequence)} of {c.Permit.Bytes}"
            : null;

        static string Number(long? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown";
    }

    private static string? NotMounted(GuardCase c) =>
        c.Command.Destroys && c.State.UseOf(c.Name) is { } use ? $"{c.Node} is in use: {use}" : null;

    private static string? NotHeld(GuardCase c)
    {
        if (!c.Command.Destroys)
        {
            return null;
        }

        var holders = c.State.HoldersOf(c.Name);
        return holders.Count > 0 ? $"{c.Node} is held by {string.Join(", ", holders)}" : null;
    }

    private static string? BlankOrPlanned(GuardCase c)
    {
        if (c.Command.Effect != DiskEffect.Destroy)
        {
            return null;
        }

        // On a device over several disks the question is the same for each of them.
        var (found, problem) = c.Signatures.Value;
        foreach (var signature in found)
        {
            // A pool's GUID cannot be chosen: its label is ours where it lies in a partition whose UUID is.
            var uuid = signature.Type == "zfs_member" ? c.State.PartitionUuid(c.Node) : signature.Uuid;

            // Half a table has no id: what an interrupted run left may be overwritten by the run that resumes it.
            if (uuid is null && signature.Type is ("gpt" or "PMBR") && c.Allowed.WasBegun)
            {
                continue;
            }

            if (uuid is null || !c.Allowed.Planned.Contains(PlannedIds.Plain(uuid)))
            {
                var behind = c.Node.StartsWith("/dev/md", StringComparison.Ordinal)
                    ? "; it lay behind the superblocks of the drives: if it is not needed, stop the array and clear each drive (provision storage wipe)" : "";
                return $"{c.Node} is not blank: it has a signature of {signature.Type} {signature.Uuid ?? signature.Label ?? "without a name"} that this run "
                    + $"did not plan{behind}";
            }
        }

        return problem;
    }
}

/// <summary>One device of one command that is asked about.</summary>
/// <param name="Command">The command.</param>
/// <param name="Node">The device as the command names it.</param>
/// <param name="Name">Its kernel name.</param>
/// <param name="Disk">A disk below it.</param>
/// <param name="Permit">That disk's permit; null for a protected one.</param>
/// <param name="Allowed">All that may be written.</param>
/// <param name="State">The machine now.</param>
/// <param name="Signatures">What is on the device, or why that cannot be known; read once a command, when it is first asked for.</param>
internal sealed record GuardCase(
    DiskCommand Command, string Node, string Name, string Disk, WritePermit? Permit, WriteSet Allowed, DiskState State,
        Lazy<(IReadOnlyList<Signature> Found, string? Problem)> Signatures);
