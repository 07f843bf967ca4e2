namespace Provision.Boot.Jobs;

/// <summary>
/// The boot decision for a running host that asks for itself, because its firmware cannot boot from the network: the same answer that iPXE
/// gets as a script. Addresses are relative to the boot server.
/// </summary>
/// <param name="Why">The reason, as the console would show it.</param>
/// <param name="Job">The job whose installer may be started; null for the host's own disk, and then all that follows is null.</param>
/// <param name="Image">Manifest of the installer.</param>
/// <param name="Ticket">The extra initrd with the ticket.</param>
/// <param name="KernelWords">What the kernel is started with.</param>
/// <param name="Order">The signed order. A host that has signers of orders takes kernel words and the hash of the manifest from it alone.</param>
internal sealed record BootOffer(
    string Why, string? Job = null, string? Image = null, string? Ticket = null, string? KernelWords = null, SignedOrder? Order = null);
