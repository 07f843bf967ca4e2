using System.Diagnostics;

namespace Provision.Lab;

/// <summary>
/// A virtual machine that runs. It boots a small Debian out of memory (<c>build/lab-system.sh</c>), so that the disks of its
/// <see cref="QemuMachine"/> are all that it has; a folder of the test is <c>/lab</c> in it, for reading and writing.
/// </summary>
public sealed class QemuGuest : IDisposable
{
    private const string Scripts = ".scripts";
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan PowerOffLimit = TimeSpan.FromMinutes(4);

    /// <summary>After this the machine is killed, whatever has become of the test.</summary>
    private const string LifeLimit = "90m";

    private readonly LabFolder folder = new();
    private readonly string shared;
    private readonly LineSocket agent;
    private readonly Process process;
    private int script;

    private QemuGuest(QemuMachine machine, string shared)
    {
        this.shared = shared;
        Directory.CreateDirectory(Path.Combine(shared, Scripts));
        agent = new LineSocket(InFolder("agent"));
        Monitor = new QemuMonitor(InFolder("qmp"));
        var system = LabCache.Folder("lab-system.sh");
        var append = $"console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check lsm=capability audit=0 random.trust_cpu=on net.ifnames=0 "
            + $"systemd.show_status=0 systemd.machine_id={machine.Uuid:N} {(machine.Systemd ? "LAB_INIT=/sbin/init " : "")}{machine.KernelArguments}";
        string[] command =
        [
            "timeout", "--signal=KILL", LifeLimit, "qemu-system-x86_64", .. QemuArguments.Of(machine),
            "-kernel", Path.Combine(system, "vmlinuz"), "-initrd", Path.Combine(system, "initrd"), "-append", append,
            "-serial", "file:" + InFolder("console"), "-chardev", "socket,id=agent,path=" + InFolder("agent"), "-serial", "chardev:agent",
            "-chardev", "socket,id=qmp,path=" + InFolder("qmp"), "-mon", "chardev=qmp,mode=control",
            "-virtfs", $"local,path={shared},mount_tag=lab,security_model=none,multidevs=remap",
        ];
        var time = Stopwatch.StartNew();
        process = Process.Start(new ProcessStartInfo("sh", ["-c", "log=$0; exec \"$@\" > \"$log\" 2>&1", InFolder("qemu.log"),
            .. command])
        { RedirectStandardInput = true, UseShellExecute = false })!;
        try
        {
            Monitor.Open();
            Answer(BootLimit);
            BootTime = time.Elapsed;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How long it took until scripts could be run.</summary>
    public TimeSpan BootTime { get; }

    /// <summary>QEMU's control connection.</summary>
    public QemuMonitor Monitor { get; }

    /// <summary>What QEMU and the kernel have said so far.</summary>
    public string Console => string.Concat(((string[])["qemu.log", "console"]).Select(InFolder).Where(File.Exists).Select(File.ReadAllText));

    /// <summary>Boots a machine, and waits until it has its disks.</summary>
    /// <param name="machine">What it is made of.</param>
    /// <param name="shared">A folder of this machine that is <c>/lab</c> in it.</param>
    public static QemuGuest Boot(QemuMachine machine, string shared)
    {
        var guest = Start(machine, shared);
        try
        {
            // Controllers look for their disks beside the start; that of a USB stick takes seconds on a busy machine.
            guest.Run($"for i in $(seq 600); do [ $(lsblk --nodeps --noheadings --output NAME | grep -cE '^(sd|nvme)') -ge {machine.Disks.Count} ] && break; sleep 0.1; done; udevadm settle --timeout=120");
            return guest;
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts a machine, again if its kernel crashed before it could run anything: a kernel that patches its own code (int3) now and then crashes
    /// under an emulator
    /// with several threads, and that says nothing of what is tested.
    /// </summary>
    private static QemuGuest Start(QemuMachine machine, string shared)
    {
        string[] crashes = ["int3", "Oops", "Kernel panic", "general protection fault"];
        for (var left = 2; ; left--)
        {
            try
            {
                return new QemuGuest(machine, shared);
            }
            catch (InvalidOperationException e) when (left > 0 && crashes.Any(crash => e.Message.Contains(crash, StringComparison.Ordinal)))
            {
                // Once more.
            }
        }
    }

    /// <summary>Runs a script as root, with bash.</summary>
    /// <exception cref="InvalidOperationException">It did not end in time, or the machine did; with the console's last lines.</exception>
    public CommandResult Run(string script, TimeSpan? limit = null)
    {
        var number = $"{++this.script}";
        var path = Path.Combine(shared, Scripts, number);
        File.WriteAllText(path + ".sh", script);
        agent.WriteLine(number);
        var answer = Answer(limit ?? RunLimit, script).Split(' ');
        return new CommandResult(Command.Of("bash", "-c", script), int.Parse(answer[1]), File.ReadAllBytes(path + ".out"), File.ReadAllText(path + ".err"));
    }

    /// <summary>Cuts the power. What the machine had not written to its disks is lost; what it had written is not, flushed or not.</summary>
    public void CutPower()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    /// <summary>Exports pools, unmounts, stops arrays and switches off.</summary>
    public void PowerOff()
    {
        agent.WriteLine("poweroff");
        if (!process.WaitForExit(PowerOffLimit))
        {
            throw Failure("did not switch itself off");
        }
    }

    /// <summary>Plugs a disk in, where the place can do that: SCSI, NVMe and USB.</summary>
    public void AddDisk(QemuDisk disk) => Monitor.Add(disk);

    /// <summary>Pulls a disk out, and waits until the machine has let it go.</summary>
    public void RemoveDisk(DiskPlace place) => Monitor.Remove(place);

    /// <inheritdoc/>
    public void Dispose()
    {
        CutPower();
        process.Dispose();
        agent.Dispose();
        Monitor.Dispose();
        folder.Dispose();
    }

    private string InFolder(string name) => Path.Combine(folder.Path, name);

    private string Answer(TimeSpan limit, string toWhat = "the boot")
    {
        try
        {
            return agent.ReadLine(limit);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw Failure($"did not answer to: {toWhat}\n{e.Message} ({limit.TotalSeconds} s)");
        }
    }

    private InvalidOperationException Failure(string what) =>
        new($"the virtual machine {what}\n{string.Join('\n', Console.Split('\n').TakeLast(80))}");
}
