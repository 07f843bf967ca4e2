namespace Provision.Stores.Instances;

/// <summary>An operation on a slot failed; the message names the slot, the reason and the next step.</summary>
public sealed class InstanceException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InstanceException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
