namespace Provision.Core;

/// <summary>A database is damaged, missing, or of another version. No decision is based on it: machines boot from their own disks.</summary>
public sealed class StateLostException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StateLostException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>True if nothing is damaged and the disk is full: what was written before can still be read.</summary>
    public bool IsFull { get; init; }
}
