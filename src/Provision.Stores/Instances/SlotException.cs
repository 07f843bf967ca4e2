namespace Provision.Stores.Instances;

/// <summary>Something cannot be done with a slot: says which, why, and what to do next.</summary>
public sealed class SlotException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public SlotException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
