namespace Provision.Core;

/// <summary>Permission bits of files and directories.</summary>
public static class FileModes
{
    /// <summary>0600: its owner reads and writes it.</summary>
    public const int Private = 0b110_000_000;

    /// <summary>0640: its owner writes it, its group reads it.</summary>
    public const int GroupReadable = 0b110_100_000;

    /// <summary>0644: its owner writes it, everybody reads it.</summary>
    public const int Public = 0b110_100_100;

    /// <summary>0444: everybody reads it.</summary>
    public const int ReadOnly = 0b100_100_100;

    /// <summary>0755: a program for everybody.</summary>
    public const int Program = 0b111_101_101;

    /// <summary>0700: a directory that only its owner enters.</summary>
    public const int PrivateDirectory = 0b111_000_000;

    /// <summary>0750: a directory that its owner and its group enter.</summary>
    public const int GroupDirectory = 0b111_101_000;

    /// <summary>0755: a directory that everybody enters.</summary>
    public const int PublicDirectory = 0b111_101_101;

    /// <summary>07777: every permission bit, set-id and sticky bits included.</summary>
    public const int All = 0b111_111_111_111;
}
