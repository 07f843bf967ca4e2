namespace Provision.Inventory;

/// <summary>Who is master of each store, at one moment: state that changes by the minute and so is not in the inventory.</summary>
public sealed class Masters
{
    private readonly IReadOnlyDictionary<string, string> slots;

    /// <summary>A snapshot.</summary>
    /// <param name="serial">Grows with every change.</param>
    /// <param name="slots">The master slot's name by store; stores that are not in it have their first slot as master.</param>
    public Masters(long serial, IReadOnlyDictionary<string, string> slots)
    {
        Serial = serial;
        this.slots = slots;
    }

    /// <summary>Every store's first slot is its master; serial 0.</summary>
    public static Masters Default { get; } = new(0, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Grows with every change of any store's master.</summary>
    public long Serial { get; }

    /// <summary>Name of the slot that is the store's master.</summary>
    public string MasterOf(Store store) => slots.GetValueOrDefault(store.Name) ?? store.Slots[0];
}
