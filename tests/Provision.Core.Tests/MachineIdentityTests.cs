namespace Provision.Core.Tests;

public sealed class MachineIdentityTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("provision-nics-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_nic_in_a_bond_is_known_by_its_own_address_and_loopback_by_none()
    {
        Nic("lo", "00:00:00:00:00:00");
        Nic("eth0", "00:00:5E:00:53:01");
        Nic("bond0", "00:00:5e:00:53:01");
        Nic("eth1", "00:00:5e:00:53:01");
        Directory.CreateDirectory($"{root}/sys/class/net/eth1/bonding_slave");
        File.WriteAllText($"{root}/sys/class/net/eth1/bonding_slave/perm_hwaddr", "00:00:5e:00:53:02\n");
        Nic("ib0", "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01");
        using var files = RootedFiles.Open(root);
        Assert.Equal([MacAddress.Parse("00:00:5e:00:53:01"), MacAddress.Parse("00:00:5e:00:53:02")], MachineIdentity.Macs(files));
    }

    [Fact]
    public void A_root_without_a_system_is_the_running_machines()
    {
        using var files = RootedFiles.Open(root);
        using var system = RootedFiles.Open("/");
        Assert.Equal(MachineIdentity.Macs(system), MachineIdentity.Macs(files));
    }

    private void Nic(string name, string address)
    {
        Directory.CreateDirectory($"{root}/sys/class/net/{name}");
        File.WriteAllText($"{root}/sys/class/net/{name}/address", address + "\n");
    }
}
