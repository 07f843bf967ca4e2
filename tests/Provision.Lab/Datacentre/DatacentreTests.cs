using System.Globalization;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>Whole hosts, reinstalled through the network: firmware, DHCP, iPXE, boot server, installer, their own disk, ssh. One machine's life each.</summary>
[Trait("Tier", "machine")]
public sealed class DatacentreTests(ITestOutputHelper output)
{
    [Fact]
    public void A_4u40_is_installed_filled_and_reinstalled_and_every_bit_of_its_data_stays()
    {
        using var datacentre = new Datacentre();
        Reinstall(new FourU(datacentre));
    }

    [Fact]
    public void An_nvme80_with_UEFI_and_ZFS_is_installed_filled_and_reinstalled()
    {
        using var datacentre = new Datacentre();
        Reinstall(new Nvme(datacentre));
    }

    private void Reinstall(DatacentreHost host)
    {
        host.Datacentre.Record(host.Name, host.DeliveredRecord());
        host.Datacentre.Arm(host.Name);
        using (var machine = host.Boot())
        {
            host.Install(machine);
            machine.GoOn();
            machine.WaitForSsh();
            Tell("first install, power-on to ssh", machine.Time.Elapsed);
            host.Fill(machine);
            Tell("and filled", machine.Time.Elapsed);

            // The old system lives: it gets a key for the installer, and nobody has to look at the console.
            host.Datacentre.Arm(host.Name, "--plant");
            machine.PowerOff();
        }

        Assert.True(host.Datacentre.Job(host.Name).GetProperty("key_planted").GetBoolean());
        var before = host.DataHashes();
        using (var machine = host.Boot())
        {
            host.Install(machine);
            Assert.Equal(before, host.DataHashes());
            machine.GoOn();
            Assert.DoesNotContain("approve the code", machine.Console, StringComparison.Ordinal);
            machine.WaitForSsh();
            Tell("reinstall, power-on to ssh", machine.Time.Elapsed);
            output.WriteLine(ReinstallPhases.Of(machine, host.Datacentre.Job(host.Name).GetProperty("report")));
            host.IsWhole(machine);
            machine.PowerOff();
        }
    }

    private void Tell(string what, TimeSpan time) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {time.TotalSeconds:F0} s"));
}
