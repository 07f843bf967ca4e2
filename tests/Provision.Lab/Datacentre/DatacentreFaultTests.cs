using System.Globalization;
using Provision.Storage.Create;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>What can go wrong with a whole host that is reinstalled through the network: what it does then, that its data is bit for bit the same,
/// and that its next boot is safe.</summary>
[Trait("Tier", "machine")]
public sealed class DatacentreFaultTests(FilledFourU filled, ITestOutputHelper output) : IClassFixture<FilledFourU>
{
    /// <summary>The power is cut after each of these lines of the installer; then it goes on from the network.</summary>
    private static readonly string[] Cuts = ["the old boot loader is taken away", "the file systems are made", "the image is unpacked",
        "the boot loader is written"];

    private Datacentre Datacentre => filled.Host.Datacentre;

    [Fact]
    public void After_power_cuts_at_four_points_it_converges()
    {
        var host = Begin();
        var data = host.DataHashes();
        foreach (var cut in Cuts)
        {
            using var machine = host.Boot();
            host.Admit(machine);
            machine.WaitFor(cut);
            machine.CutPower();
            Assert.Equal(data, host.DataHashes());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut after \"{cut}\": {machine.Time.Elapsed.TotalSeconds:F0} s"));
        }

        Converges(host, data);
    }

    /// <summary>The boot server is killed in the middle of the image, and started again.</summary>
    [Fact]
    public void A_boot_server_that_is_killed_and_started_again_costs_a_piece()
    {
        var host = Begin();
        var data = host.DataHashes();
        Converges(host, data, machine =>
        {
            machine.WaitFor("the image is unpacked");
            Datacentre.KillServer();
            Thread.Sleep(TimeSpan.FromSeconds(5));
            Datacentre.StartServer();
        });
    }

    /// <summary>A stick is left in the machine that is a copy of the old system: its labels and ids are all there twice.</summary>
    [Fact]
    public void A_stick_with_a_copy_of_the_old_system_is_left_alone()
    {
        var host = Begin();
        var copy = host.CopyDisks()[0];
        host.Disks = [.. host.Disks, new QemuDisk(copy.Image, new UsbPort(1), "4C530001")];
        Converges(host, host.DataHashes());
    }

    /// <summary>A drive of the search array is lost, and the spare is dead. Without the spare all names behind it move up.</summary>
    [Fact]
    public void A_lost_data_drive_and_a_dead_spare_do_not_hold_it_up()
    {
        var host = Begin();
        host.Disks = [.. host.Disks.Where(disk => disk.Serial != FourU.Serial(5) && disk.Serial != FourU.Serial(8))];
        Converges(host, host.DataHashes());
    }

    /// <summary>A system disk and a data drive have changed places: nothing is written, the engineer is told both bays, and the old system starts.</summary>
    [Fact]
    public void A_system_disk_in_the_place_of_a_data_drive_stops_it_before_anything_is_written()
    {
        var host = Begin();
        host.Disks = [.. host.Disks.Select(disk => disk.Serial == FourU.Serial(1) ? disk with { Place = FourU.Bay(3) } : disk.Serial == FourU.Serial(3)
            ? disk with { Place = FourU.Bay(1) } : disk)];
        var before = host.Hashes();
        using (var machine = host.Boot())
        {
            host.Admit(machine);
            WaitForState(host, "differs", machine);
            var problems = Datacentre.Job(host.Name).GetProperty("report").GetProperty("problems").ToString();
            Assert.Contains("bay rear/1", problems, StringComparison.Ordinal);
            Assert.Contains("bay rear/3", problems, StringComparison.Ordinal);
            Datacentre.Disarm(host.Name);
            machine.CutPower();
        }

        Assert.Equal(before, host.Hashes());
        using var next = host.Boot();
        host.IsWhole(next);
        next.PowerOff();
    }

    /// <summary>A drive of the SSD mirror was replaced since the host was armed: another plan. It waits, and goes on once an engineer approved just
    /// that plan.</summary>
    [Fact]
    public void Another_plan_waits_until_it_is_approved()
    {
        var host = Begin();
        host.Disks = [.. host.Disks.Select(disk => disk.Serial == FourU.Serial(6) ? disk with { Serial = "BAY106", Wwn = StorageLab.Wwn(106),
            Image = Datacentre.Folder.Disk("bay106", 200) } : disk)];
        var before = host.Hashes();
        Converges(host, host.DataHashes(), machine =>
        {
            WaitForState(host, "differs", machine);
            Assert.Equal(before, host.Hashes());
            Datacentre.Approve(host.Name, Datacentre.Job(host.Name).GetProperty("found_plan").GetString()!);
        });
    }

    /// <summary>The controller's volume goes away while the image is unpacked, and comes back: nobody knows what happened to it, so the run fails,
    /// and the next one installs.</summary>
    [Fact]
    public void A_volume_that_is_attached_again_meanwhile_fails_the_run_and_the_next_one_installs()
    {
        var host = Begin();
        var data = host.DataHashes();
        var volume = host.Disks.First(disk => disk.Place is ScsiUnit);
        using (var machine = host.Boot())
        {
            host.Admit(machine);
            machine.WaitFor("the image is unpacked");
            machine.RemoveDisk(volume.Place);
            machine.AddDisk(volume);
            WaitForState(host, "failed", machine);
            Assert.Contains("PROTECTED DISK", Datacentre.Job(host.Name).GetProperty("report").GetProperty("problems").ToString(), StringComparison.Ordinal);
            machine.CutPower();
        }

        Assert.Equal(data, host.DataHashes());
        Converges(host, data);
    }

    /// <summary>Its firmware cannot boot from the network: the running host has its own boot loader start the installer, once; after it the new
    /// system starts.</summary>
    [Fact]
    public void A_host_that_cannot_boot_from_the_network_reinstalls_itself_from_its_own_disk()
    {
        var host = Begin();
        using var machine = host.Boot(fromNetwork: false);
        host.IsWhole(machine);
        output.WriteLine(DatacentreHost.Ok(machine.Ssh("provision reinstall --local")));
        machine.Ssh("systemctl reboot");
        machine.WaitForRestart();
        var data = host.DataHashes();
        machine.GoOn();
        host.Admit(machine);
        machine.WaitFor(Cuts[0]);
        machine.HoldRestart();
        host.Install(machine);
        Assert.Equal(data, host.DataHashes());
        machine.GoOn();
        host.IsWhole(machine);
        machine.PowerOff();
    }

    /// <summary>
    /// Two volumes stay out of service after a boot, with what needs them: one whose file system has another UUID, needs no key and could be mounted
    /// by anybody, and one whose marker is
    /// another volume's. The mount units of systemd do not bring in what unlock refused. The other volumes are there.
    /// </summary>
    [Fact]
    public void What_unlock_refuses_no_boot_mounts_either()
    {
        var host = filled.Fresh();
        using var machine = host.Boot(fromNetwork: false);
        host.IsWhole(machine);
        DatacentreHost.Ok(machine.Ssh($"""
            set -e
            sed -i s/i33d1search/i99d1search/ /mnt/i33d1search{VolumeMarker.Path}
            grep -q i99d1search /mnt/i33d1search{VolumeMarker.Path}
            umount /mnt/ssd33d1
            e2fsck -f -p /dev/md/ssd33d1 || [ $? = 1 ]
            tune2fs -U random /dev/md/ssd33d1
            sync
            """));
        machine.Ssh("systemctl reboot");
        machine.WaitForRestart();
        machine.GoOn();
        machine.WaitForSsh();
        DatacentreHost.Ok(machine.Ssh("for i in $(seq 600); do systemctl is-active --quiet data-disks.target && exit; sleep 1; done; exit 1"));
        var said = DatacentreHost.Ok(machine.Ssh("journalctl -b --no-pager -u provision-unlock.service -u mnt-ssd33d1.mount"));
        output.WriteLine(said);
        Assert.Contains("its marker says i99d1search", said, StringComparison.Ordinal);
        Assert.Contains("missing  ssd33d1", said, StringComparison.Ordinal);
        Assert.Equal("no\n", DatacentreHost.Ok(machine.Ssh("systemctl start mnt-ssd33d1.mount; systemctl show -P AssertResult mnt-ssd33d1.mount")));
        Assert.Equal("/mnt/i33d1t01 /mnt/i33d1t02 /mnt/i33d1t03\n",
            DatacentreHost.Ok(machine.Ssh("awk '$2 ~ \"^/mnt/.\" { print $2 }' /proc/mounts | sort | xargs")));
        Assert.NotEqual(0, machine.Ssh("systemctl is-active lab-slot.service").ExitCode);
        machine.PowerOff();
    }

    /// <summary>The host, filled, armed and switched off.</summary>
    private FourU Begin()
    {
        var host = filled.Fresh();
        if (Datacentre.IsOpen(host.Name))
        {
            Datacentre.Disarm(host.Name);
        }

        Datacentre.Arm(host.Name);
        return host;
    }

    /// <summary>It is switched on, installs itself, has not touched a bit of its data, and comes up whole.</summary>
    private void Converges(FourU host, IReadOnlyDictionary<string, string> data, Action<BootedMachine>? meanwhile = null)
    {
        using var machine = host.Boot();
        host.Admit(machine);
        meanwhile?.Invoke(machine);
        host.Install(machine);
        Assert.Equal(data, host.DataHashes());
        machine.GoOn();
        host.IsWhole(machine);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"installed and looked at: {machine.Time.Elapsed.TotalSeconds:F0} s"));
        machine.PowerOff();
    }

    private void WaitForState(FourU host, string state, BootedMachine machine) =>
        Patience.Until(() => Datacentre.State(host.Name) == state, TimeSpan.FromMinutes(15), () =>
            $"the job is {Datacentre.Job(host.Name)}\n{machine.Console}");
}
