using System.Buffers.Binary;

namespace Provision.Boot.Installer.Loader;

/// <summary>
/// What <c>grub-bios-setup --no-rs-codes</c> does to GRUB's two images for a BIOS machine, as a pure function: the sector numbers of where they lie are
/// written into them. A test compares every byte with what that program writes.
/// </summary>
internal static class BiosBoot
{
    /// <summary>Bytes of the first sector that are code; behind them are the disk's number and the old table.</summary>
    public const int CodeBytes = 440;

    private const int Sector = 512;

    // Places in boot.img and in core.img's first sector (grub-core/boot/i386/pc/boot.S, diskboot.S; include/grub/i386/pc/boot.h).
    private const int KernelSector = 0x5c;
    private const int DriveCheck = 0x66;
    private const int BlockList = Sector - 12;
    private const int RoomForCore = (int)(Target.TargetMaker.BiosBytes / Sector);

    /// <summary>boot.img's code for a core that begins at a sector.</summary>
    /// <param name="image">boot.img, one sector.</param>
    /// <param name="coreSector">First sector of the BIOS boot partition, counted from the disk's beginning.</param>
    public static byte[] Code(ReadOnlySpan<byte> image, long coreSector)
    {
        if (image.Length != Sector || image[Sector - 2] != 0x55 || image[Sector - 1] != 0xaa)
        {
            throw new InstallException("the image's boot.img is no boot sector");
        }

        var code = image[..CodeBytes].ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(code.AsSpan(KernelSector), coreSector);

        // Two no-ops instead of a jump: some firmwares name the wrong drive, and a disk is never the floppy that the jump is for.
        code[DriveCheck] = code[DriveCheck + 1] = 0x90;
        return code;
    }

    /// <summary>Returns the sector that boot code loads its core from; whatever the code is.</summary>
    /// <param name="code">The first bytes of a disk.</param>
    public static long CoreSectorOf(ReadOnlySpan<byte> code) => BinaryPrimitives.ReadInt64LittleEndian(code[KernelSector..]);

    /// <summary>core.img for a place, filled up to whole sectors.</summary>
    /// <param name="image">core.img as grub-mkimage made it.</param>
    /// <param name="coreSector">First sector of the BIOS boot partition.</param>
    public static byte[] Core(ReadOnlySpan<byte> image, long coreSector)
    {
        var sectors = (image.Length + Sector - 1) / Sector;
        if (image.Length <= Sector || sectors > RoomForCore)
        {
            throw new InstallException(FormattableString.Invariant(
                $"the image's core.img has {image.Length} bytes, and must have more than {Sector} and at most {RoomForCore * Sector}"));
        }

        var core = new byte[sectors * Sector];
        image.CopyTo(core);

        // The first sector loads the rest by one list entry: where it begins and how many sectors it has. Its segment (0x820) is there already.
        BinaryPrimitives.WriteInt64LittleEndian(core.AsSpan(BlockList), coreSector + 1);
        BinaryPrimitives.WriteUInt16LittleEndian(core.AsSpan(BlockList + 8), (ushort)(sectors - 1));
        return core;
    }
}
