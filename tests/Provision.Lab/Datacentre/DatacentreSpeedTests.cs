using System.Globalization;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>How long a reinstall takes, against what the same machine needs at the least: two boots and the bytes of the image on a disk. All in one
/// run, because a time alone tells more of the machine below.</summary>
[Trait("Tier", "machine")]
public sealed class DatacentreSpeedTests(FilledFourU filled, ITestOutputHelper output) : IClassFixture<FilledFourU>
{
    private const double MostOfReinstall = 2.5, MostOfImage = 1.3;
    private const long MostOfInstaller = 60_000_000;

    [Fact]
    public void A_reinstall_takes_little_more_than_two_boots_and_a_copy_of_the_image()
    {
        var host = filled.Fresh();
        var image = LabImages.CurrentOf("os-store");
        var (boots, copy) = (new List<double>(), 0.0);
        for (var boot = 0; boot < 2; boot++)
        {
            using var machine = host.Boot();
            machine.WaitForSsh();
            boots.Add(machine.Time.Elapsed.TotalSeconds);
            if (boot == 1)
            {
                // A disk as large as the system's, of which the machine knows nothing; what is unpacked is written as it comes.
                machine.AddDisk(new QemuDisk(host.Datacentre.Folder.Disk("copy", 4096), new ScsiUnit(0, 7), "COPY"));
                var said = machine.Ssh($"""
                    set -e
                    for i in $(seq 100); do disk=$(readlink -f /dev/disk/by-id/*COPY*) && [ -b "$disk" ] && break; sleep 0.2; done
                    begin=$(date +%s.%N)
                    curl --silent --fail http://{Datacentre.Server}:8480/artefacts/{image}/root.tar.zst | zstd --decompress --stdout | dd of=$disk bs=4M iflag=fullblock conv=fsync status=none
                    echo "$(date +%s.%N) $begin" | awk '{"{ print $1 - $2 }"}'
                    """);
                Assert.True(said.Succeeded, said.Error);
                copy = double.Parse(said.Text, CultureInfo.InvariantCulture);
            }

            machine.PowerOff();
        }

        host.Datacentre.Arm(host.Name);
        using var reinstalled = host.Boot();
        host.Install(reinstalled);
        var installed = reinstalled.Time.Elapsed.TotalSeconds;
        reinstalled.GoOn();
        reinstalled.WaitForSsh();
        var all = reinstalled.Time.Elapsed.TotalSeconds;
        DatacentreHost.Ok(reinstalled.Ssh("until systemctl is-active --quiet data-disks.target; do sleep 0.2; done"));
        var served = reinstalled.Time.Elapsed.TotalSeconds;
        var report = host.Datacentre.Job(host.Name).GetProperty("report");
        var unpack = ReinstallPhases.StepsOf(report)["unpack"];
        var installer = LabImages.FilesOf(LabImages.CurrentOf("installer")).Where(file => file.Name is "vmlinuz" or "initrd.zst").Sum(file => file.Length);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            two boots {boots[0]:F0} + {boots[1]:F0} s, copy of the image {copy:F0} s
            reinstall {all:F0} s: power-on to restart {installed:F0}, restart to ssh {all - installed:F0}, data disks in service at {served:F0}
            {all / (boots.Sum() + copy):F2} of boots and copy
            image step {unpack:F0} s: {unpack / copy:F2} of the copy
            {ReinstallPhases.Of(reinstalled, report)}
            installer: {installer / 1e6:F1} MB
            """));
        Assert.InRange(all / (boots.Sum() + copy), 0, MostOfReinstall);
        Assert.InRange(unpack / copy, 0, MostOfImage);
        Assert.InRange(installer, 1, MostOfInstaller);
    }
}
