namespace Provision.Core;

/// <summary>Permission bits of files and directories.</summary>
public static class FileModes
{
    /// <summary>0600: readable and writable by the owner.</summary>
    public const int Private = 0b110_000_000;

    /// <summary>0640: writable by the owner, readable by the group.</summary>
    public const int GroupReadable = 0b110_100_000;

    /// <summary>0644: writable by the owner, readable by everyone.</summary>
    public const int Public = 0b110_100_100;

    /// <summary>0444: readable by everyone.</summary>
    public const int ReadOnly = 0b100_100_100;

    /// <summary>0755: a program that everyone may run.</summary>
    public const int Program = 0b111_101_101;

    /// <summary>0700: a directory for its owner only.</summary>
    public const int PrivateDirectory = 0b111_000_000;

    /// <summary>0750: a directory for its owner and its group.</summary>
    public const int GroupDirectory = 0b111_101_000;

    /// <summary>0755: a directory for everyone.</summary>
    public const int PublicDirectory = 0b111_101_101;

    /// <summary>0004: the bit by which every user may read.</summary>
    public const int OthersRead = 0b100;

    /// <summary>07777: every permission bit, including set-id and sticky bits.</summary>
    public const int All = 0b111_111_111_111;

    /// <summary>Returns permission bits as four octal digits or more.</summary>
    public static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}
