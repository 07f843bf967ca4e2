namespace Provision.Stores.Instances;

/// <summary>An operation on a slot failed; the message names the slot, the reason and the next step.</summary>
public sealed class SlotException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SlotException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
