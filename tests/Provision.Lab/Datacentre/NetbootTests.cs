namespace Provision.Lab;

/// <summary>Machines that ask the network what to start, and are told that it is their own disks: what every boot of every host goes through. No
/// images are needed for it.</summary>
public sealed class NetbootTests
{
    /// <summary>
    /// Another server gives the address, and ours, which adds what to boot, is asked by the firmware and by iPXE.
    /// EDK II stands in its menu where a network start ends well; it must go on to the disks, which are blank here.
    /// </summary>
    [Fact]
    public void A_UEFI_machine_beside_another_DHCP_server_is_told_to_go_on_to_its_disks()
    {
        using var datacentre = new Datacentre(withImages: false, otherDhcp: true);
        var nvme = new Nvme(datacentre);
        using var machine = nvme.Boot();
        machine.WaitFor("imap50 is not armed");
        machine.WaitFor("UEFI INTEL SSDSC2BB");

        // What a job is bound to once a machine has claimed it; iPXE tells it at each boot.
        Assert.Contains($"imap50 (UUID {nvme.Uuid}) boots its disk", datacentre.Said, StringComparison.Ordinal);
        Assert.Contains("other: ", datacentre.Said, StringComparison.Ordinal);
        Assert.Contains("PXE(", datacentre.Said, StringComparison.Ordinal);
    }
}
