using System.Globalization;

namespace Provision.Lab;

/// <summary>
/// A host of tests/fixtures/storage-lab as a virtual machine: the published program, two Tang servers in the machine itself, and in <c>/lab</c> what
/// outlives its power: repository, escrow, the operators' key, the Tang servers' keys and <c>/var/lib/provision</c>.
/// </summary>
internal sealed class StorageLab : IDisposable
{
    private const string Start = """
        set -e
        # Clevis is written in bash, which needs it; udev does not make it.
        [ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
        cp /lab/provision /usr/local/bin/
        mkdir -p /var/lib/provision
        mount --bind /lab/state /var/lib/provision
        for n in 1 2; do
            [ -e /lab/tang$n ] || { mkdir /lab/tang$n; /usr/libexec/tangd-keygen /lab/tang$n; }
            setsid /usr/libexec/tangd -l -p 800$n /lab/tang$n > /run/tang$n.log 2>&1 &
        done
        if [ -d /lab/cli64 ]; then
            # The controller's driver is not loaded, because there is no controller: the folder by which the program sees one is laid over.
            mount -t tmpfs drivers /sys/bus/pci/drivers
            mkdir /sys/bus/pci/drivers/arcmsr
            ln -s ../../../../devices/pci0000:00/0000:00:05.0 /sys/bus/pci/drivers/arcmsr/0000:00:05.0
            cp /lab/cli64/cli64 /usr/local/bin/
        fi
        for n in 1 2; do
            until curl --silent --fail --output /dev/null http://127.0.0.1:800$n/adv; do sleep 0.2; done
        done
        if grep -q FIRST-TANG /lab/repository/roles/storage.yaml; then
            sed -i "s/FIRST-TANG/$(tang-show-keys 8001)/; s/SECOND-TANG/$(tang-show-keys 8002)/" /lab/repository/roles/storage.yaml
        fi
        """;

    private readonly LabFolder folder = new();

    /// <summary>Lays out what the host needs.</summary>
    public StorageLab(string host)
    {
        Host = host;
        Shared = folder.Folder("shared");
        foreach (var name in (string[])["state", "escrow"])
        {
            Directory.CreateDirectory(Path.Combine(Shared, name));
        }

        File.Copy(ProvisionBinary.Path, Path.Combine(Shared, "provision"));
        var runner = new ProcessRunner();
        runner.Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, "tests/fixtures/storage-lab"),
            Path.Combine(Shared, "repository"))).OrThrow();
        runner.Run(Command.Of("age-keygen", "-o", Path.Combine(Shared, "operator.key"))).OrThrow();
        var secrets = Directory.CreateDirectory(Path.Combine(Shared, "repository/hosts/secrets"));
        File.WriteAllText(Path.Combine(secrets.FullName, "operators.txt"),
            runner.Run(Command.Of("age-keygen", "-y", Path.Combine(Shared, "operator.key"))).OrThrow().Text);
    }

    /// <summary>The host's name.</summary>
    public string Host { get; }

    /// <summary>The folder that is <c>/lab</c> in the machine.</summary>
    public string Shared { get; }

    /// <summary>What the controller's tool answers.</summary>
    public ArecaTool Areca => new(Path.Combine(Shared, "cli64"));

    /// <summary>The host's drive record as it is now.</summary>
    public string Record => File.ReadAllText(Path.Combine(Shared, "repository/hosts/drives", Host + ".yaml"));

    /// <summary>A new empty disk of a decimal size, as drives are sold.</summary>
    public string Disk(string name, int megabytes) => folder.Disk(name, (int)Math.Ceiling(megabytes * 1e6 / (1 << 20)));

    /// <summary>A world wide name.</summary>
    public static ulong Wwn(int number) => 0x5000c500a0000000 + (ulong)number;

    /// <summary>Boots the machine with the Tang servers running.</summary>
    public StorageGuest Boot(params IEnumerable<QemuDisk> disks) => Boot([], disks);

    /// <summary>Boots the machine with NVMe slots that are empty.</summary>
    public StorageGuest Boot(IReadOnlyList<int> emptySlots, IEnumerable<QemuDisk> disks)
    {
        var mac = "00:00:5e:00:53:" + Host[^2..];
        var guest = QemuGuest.Boot(new QemuMachine { Disks = [.. disks], EmptySlots = emptySlots, Macs = [mac], Memory = 1536 }, Shared);
        try
        {
            // All drives of the lab are of this machine: the pool must not come back only because no machine has a hostid.
            guest.Run(string.Create(CultureInfo.InvariantCulture, $"printf '\\x{Host[^2..]}\\x0\\x0\\x1' > /etc/hostid\n") + Start).OrThrow();
            return new StorageGuest(guest, Host);
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    public void Dispose() => folder.Dispose();
}
