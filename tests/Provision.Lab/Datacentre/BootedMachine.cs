using System.Diagnostics;

namespace Provision.Lab;

/// <summary>
/// A machine of the datacentre that is switched on: it boots by its own firmware. Where it restarts or switches itself off it stands still, so that
/// its disks can be
/// looked at, until it is told to go on.
/// </summary>
internal sealed class BootedMachine : IDisposable
{
    /// <summary>After this the machine is killed, whatever has become of the test.</summary>
    private const string LifeLimit = "120m";

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(30);
    private static readonly string[] GivenUp = ["installer: FAILED", "installer: STOPPED"];
    private readonly Datacentre datacentre;
    private readonly string address;
    private readonly LabFolder folder = new();
    private readonly RunningCommand process;
    private readonly List<string> complaints = [];
    private readonly ConsoleTimes times;

    /// <summary>Switches a machine on.</summary>
    /// <param name="datacentre">Where it stands.</param>
    /// <param name="machine">What it is made of.</param>
    /// <param name="address">The address that its system has.</param>
    public BootedMachine(Datacentre datacentre, QemuMachine machine, string address)
    {
        this.datacentre = datacentre;
        this.address = address;
        Monitor = new QemuMonitor(InFolder("qmp"));
        times = new ConsoleTimes(InFolder("console"), Time);
        process = RunningCommand.Start(datacentre.InNetwork(
            "timeout",
            [
                "--signal=KILL", LifeLimit, "qemu-system-x86_64", .. QemuArguments.Of(machine), "-no-shutdown",
                "-serial", "file:" + InFolder("console"), "-chardev", "socket,id=qmp,path=" + InFolder("qmp"), "-mon", "chardev=qmp,mode=control",
            ]).WithListener(complaints.Add));
        try
        {
            Monitor.Open();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>QEMU's control connection.</summary>
    public QemuMonitor Monitor { get; }

    /// <summary>Since it was switched on, without the time that it stood still.</summary>
    public Stopwatch Time { get; } = Stopwatch.StartNew();

    /// <summary>What firmware, iPXE and kernels have said so far.</summary>
    public string Console => File.Exists(InFolder("console")) ? File.ReadAllText(InFolder("console")) : "";

    /// <summary>When words were on the console, each looked for behind the one before it; since power-on, without the time that it stood still.</summary>
    public IReadOnlyList<(string Words, TimeSpan At)> SaidAt(IEnumerable<string> words) => times.InOrder(words);

    /// <summary>Runs a script on the host as root, over ssh. The host's key is the known one, or there is no connection.</summary>
    public CommandResult Ssh(string script, TimeSpan? limit = null) =>
        new ProcessRunner().Run(datacentre.InNetwork(
            "ssh", "-i", datacentre.EngineerKey, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=" + datacentre.KnownHosts,
                "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=30", "root@" + address, "bash",
                "-s").WithInput(System.Text.Encoding.UTF8.GetBytes(script)).WithTimeout(limit ?? RunLimit));

    /// <summary>Waits until the host's own ssh server lets the engineer in.</summary>
    public void WaitForSsh()
    {
        CommandResult? last = null;
        Patience.Until(() => Alive() && (last = Ssh("test -e /var/lib/provision/job")).Succeeded, BootLimit, () => Failure($"gave no ssh: {last?.Error}"));
    }

    /// <summary>Waits for words on the console.</summary>
    public void WaitFor(string words, TimeSpan? limit = null) =>
        Patience.Until(() => Alive() && Console.Contains(words, StringComparison.Ordinal), limit ?? BootLimit, () => Failure($"did not say \"{words}\""));

    /// <summary>Waits until it restarts by itself. It stands still then.</summary>
    public void WaitForRestart() => WaitForStop("guest-reset");

    /// <summary>Goes on with a restart that was waited for.</summary>
    public void GoOn()
    {
        // From here on it restarts as it likes: SeaBIOS, which finds itself in memory after a reset, resets the machine once more.
        Monitor.Execute("set-action", new() { ["reboot"] = "reset" });
        Monitor.Execute("system_reset");
        Monitor.WaitFor("RESET");
        Monitor.Execute("cont");
        Time.Start();
    }

    /// <summary>From its next restart on it stands still again, as it does until it is told to go on.</summary>
    public void HoldRestart() => Monitor.Execute("set-action", new() { ["reboot"] = "shutdown" });

    /// <summary>Plugs a disk in.</summary>
    public void AddDisk(QemuDisk disk) => Monitor.Add(disk);

    /// <summary>Pulls a disk out, and waits until the machine has let it go.</summary>
    public void RemoveDisk(DiskPlace place) => Monitor.Remove(place);

    /// <summary>Switches the host off by its own means.</summary>
    public void PowerOff()
    {
        Ssh("systemctl poweroff");
        WaitForStop("guest-shutdown");
        CutPower();
    }

    /// <summary>Cuts the power.</summary>
    public void CutPower()
    {
        process.Dispose();
        Time.Stop();
    }

    public void Dispose()
    {
        process.Dispose();
        Monitor.Dispose();
        times.Dispose();
        folder.Dispose();
    }

    /// <summary>Waits until it stands still; an installer that has given up is not waited for.</summary>
    private void WaitForStop(string reason)
    {
        string? found = null;
        Patience.Until(() => Alive() && !GaveUp() && (found = Monitor.Stopped()) is not null, StopLimit, () => Failure($"did not stop by {reason}"));
        Time.Stop();
        if (found != reason)
        {
            throw new InvalidOperationException(Failure($"stopped by {found} and not by {reason}"));
        }
    }

    private bool GaveUp() => GivenUp.Any(words => Console.Contains(words, StringComparison.Ordinal))
        ? throw new InvalidOperationException(Failure("has an installer that gave up")) : false;

    private bool Alive() => process.IsRunning ? true : throw new InvalidOperationException(Failure("is gone"));

    private string InFolder(string name) => Path.Combine(folder.Path, name);

    private string Failure(string what) =>
        $"the machine {address} {what}\n{string.Join('\n', complaints)}\n{string.Join('\n', Console.Split('\n').TakeLast(80))}\nboot server:\n{string.Join('\n', datacentre.Said.Split('\n').TakeLast(20))}";
}
