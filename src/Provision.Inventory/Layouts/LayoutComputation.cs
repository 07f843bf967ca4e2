namespace Provision.Inventory;

/// <summary>Computes a layout.</summary>
internal static class LayoutComputation
{
    public static Layout Of(Host host, Chassis chassis) => throw new NotSupportedException();
}
