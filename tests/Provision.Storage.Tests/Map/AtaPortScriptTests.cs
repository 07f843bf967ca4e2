namespace Provision.Storage.Tests.Map;

/// <summary>The script by which udev finds a SATA drive's bay counts ports as the observer does.</summary>
public sealed class AtaPortScriptTests : IDisposable
{
    private readonly string sys = Directory.CreateTempSubdirectory("provision-sys-").FullName;

    public AtaPortScriptTests()
    {
        // The second controller was found first, as it happens when its driver is built into the kernel.
        AddPort("ata1", "0000:02:00.0", 1);
        AddPort("ata2", "0000:02:00.0", 2);
        for (var port = 1; port <= 10; port++)
        {
            AddPort($"ata{port + 2}", "0000:00:1f.2", port);
        }

        AddPort("ata13", "10000:00:17.0", 1);
    }

    public void Dispose() => Directory.Delete(sys, recursive: true);

    [Theory]
    [InlineData("/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sdc", "1")]
    [InlineData("/devices/pci0000:00/0000:00:1f.2/ata12/host11/target11:0:0/11:0:0:0/block/sdl", "10")]
    [InlineData("/devices/pci0000:00/0000:00:02.0/0000:02:00.0/ata1/host0/target0:0:0/0:0:0:0/block/sda", "11")]
    [InlineData("/devices/pci0000:00/0000:00:02.0/0000:02:00.0/ata2/host1/target1:0:0/1:0:0:0/block/sdb", "12")]
    [InlineData("/devices/pci10000:00/10000:00:17.0/ata13/host12/target12:0:0/12:0:0:0/block/sdm", "13")]
    [InlineData("/devices/pci0000:00/0000:00:1f.2/ata99/host2/target2:0:0/2:0:0:0/block/sdc", "")]
    [InlineData("/devices/pci0000:00/0000:05:00.0/host3/port-3:0/end_device-3:0/block/sdx", "")]
    public void A_port_is_counted_over_all_controllers(string device, string expected)
    {
        var template = File.ReadAllText(Path.Combine(PerfectMachine.Root(), "templates/storage/usr/lib/provision/ata-port"));
        var script = Path.Combine(sys, "ata-port");
        File.WriteAllText(script, template[template.IndexOf("#!/bin/sh", StringComparison.Ordinal)..]);
        var result = new ProcessRunner().Run(Command.Of("sh", script, device, sys));
        Assert.Equal(expected, result.Text.Trim());
        Assert.Equal(expected.Length > 0, result.Succeeded);
        Assert.Equal("", result.Error);
    }

    private void AddPort(string name, string pci, int number)
    {
        var folder = Path.Combine(sys, "devices/pci", pci, name, "ata_port", name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(folder + "/port_no", $"{number}\n");
        Directory.CreateDirectory(sys + "/class/ata_port");
        Directory.CreateSymbolicLink($"{sys}/class/ata_port/{name}", folder);
    }
}
