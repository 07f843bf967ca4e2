namespace Provision.Lab;

/// <summary>
/// The host imap33, installed once and filled; each fault begins with copies of its disks. Its spare carries a member of somebody else's array, which has
/// the name of the system's own: that is so in every fault.
/// </summary>
public sealed class FilledFourU : IDisposable
{
    private readonly Datacentre datacentre = new();
    private readonly IReadOnlyList<QemuDisk> filled;

    public FilledFourU()
    {
        Host = new FourU(datacentre);
        datacentre.Record(Host.Name, Host.DeliveredRecord());
        datacentre.Arm(Host.Name);
        using var machine = Host.Boot();
        Host.Install(machine);
        machine.GoOn();
        machine.WaitForSsh();
        Host.Fill(machine);
        var foreign = machine.Ssh("drive=$(readlink -f /dev/disk/by-id/ata-*BAY08); mdadm --create /dev/md/theirs --run --level=1 --raid-devices=2 --homehost=any --name=os $drive missing && udevadm settle && mdadm --stop /dev/md/theirs");
        Assert.True(foreign.Succeeded, foreign.Error);
        machine.PowerOff();
        filled = Host.Disks;
    }

    /// <summary>The host.</summary>
    internal FourU Host { get; }

    /// <summary>The host with disks of its own, as they were when it was filled.</summary>
    internal FourU Fresh()
    {
        Host.Disks = filled;
        Host.Disks = Host.CopyDisks();
        return Host;
    }

    public void Dispose() => datacentre.Dispose();
}
