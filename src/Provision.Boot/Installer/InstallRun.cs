using Provision.Boot.Installer.Channel;
using Provision.Boot.Installer.Image;
using Provision.Boot.Installer.Protect;
using Provision.Boot.Installer.Target;
using Provision.Boot.Jobs;
using Provision.Configuration.Desired;
using Provision.Inventory;
using Provision.Storage;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Boot.Installer;

/// <summary>One run of the installer: its doors, and what its steps have found out so far. A step may rely on what those before it set.</summary>
internal sealed class InstallRun(InstallMachine machine, IJobChannel channel, Action<InstallEvent> say, IReadOnlyList<Safeguard> safeguards)
{
    private string step = "";

    public InstallMachine Machine => machine;

    public IJobChannel Channel => channel;

    /// <summary>The verified order; set by "claim".</summary>
    public OrderDocument Order { get; set; } = null!;

    /// <summary>Return keys that are on the machine's disks; set by "claim".</summary>
    public IReadOnlyList<ReturnKey> ReturnKeys { get; set; } = [];

    /// <summary>Number of an order that was cut off on this machine; 0 for none. Set by "claim".</summary>
    public long SeenNumber { get; set; }

    /// <summary>Where the parts of the order are; set by "claim".</summary>
    public JobOrder Parts { get; set; } = null!;

    /// <summary>The commit's checkout and what it says of the host; set by "probe".</summary>
    public HostView View { get; set; } = null!;

    /// <summary>The fleet of that commit.</summary>
    public Fleet Fleet { get; set; } = null!;

    /// <summary>What the host's disks should be.</summary>
    public Layout Layout { get; set; } = null!;

    /// <summary>The last look at the machine; set by "probe", renewed where an engineer was waited for.</summary>
    public ObservedStorage Observed { get; set; } = null!;

    /// <summary>The kernel's number of each disk's attachment, from before that look.</summary>
    public IReadOnlyDictionary<string, long> Sequences { get; set; } = new Dictionary<string, long>();

    /// <summary>The plan that this machine gives; set by "plan".</summary>
    public StoragePlan? Plan { get; set; }

    /// <summary>The disks that may be written; set by "plan".</summary>
    public TargetDisks Target { get; set; } = null!;

    /// <summary>The door to block devices; set by "plan".</summary>
    public DiskGuard Guard { get; set; } = null!;

    /// <summary>True if the target carries this job's marker: all that is left is to report it.</summary>
    public bool IsDone { get; set; }

    /// <summary>Sectors written by disk when the run began; set by "guard".</summary>
    public IReadOnlyDictionary<string, long> SectorsAtStart { get; set; } = new Dictionary<string, long>();

    /// <summary>Fingerprints by protected disk; set by "fingerprint".</summary>
    public IReadOnlyDictionary<string, string> Heads { get; set; } = new Dictionary<string, string>();

    /// <summary>The verified image; set by "image".</summary>
    public ImageSource Image { get; set; } = null!;

    /// <summary>What was equal before and after; set by "proof".</summary>
    public IReadOnlyList<ProtectedDevice> Protected { get; set; } = [];

    /// <summary>New public ssh host keys; set by "identity".</summary>
    public IReadOnlyList<string> NewHostKeys { get; set; } = [];

    /// <summary>Devices that the run has mounted or started, with what ends that; undone in reverse order.</summary>
    public Stack<(string What, Action End)> Open { get; } = new();

    /// <summary>True while a safeguard is not left out by a test.</summary>
    public bool Holds(Safeguard safeguard) => safeguards.Contains(safeguard);

    /// <summary>The step that the next events belong to.</summary>
    public void Enter(InstallStep next)
    {
        step = next.Name;
        Say(next.Says, 0);
    }

    /// <summary>Tells people how far it is.</summary>
    public void Say(string text, double? done = null, bool isError = false) => say(new InstallEvent(machine.Clock.GetUtcNow(), step, text, done, isError));

    /// <summary>Ends whatever was opened last with this name, or everything.</summary>
    public void Close(string? what = null)
    {
        while (Open.TryPop(out var open))
        {
            open.End();
            if (open.What == what)
            {
                break;
            }
        }
    }

    /// <summary>Waits until udev has seen what changed: a device that it still probes is busy, and its rule makes a new one read-only.</summary>
    public void Settle() => StorageMachine.Settle(machine.Commands);

    /// <summary>Lets parts of the target be written, whatever a rule did when they appeared.</summary>
    public void AllowWriting(params IReadOnlyList<string> devices) => Guard.Run(DiskCommands.AllowWriting(devices));

    /// <summary>
    /// Lets the target and its partitions be written, after something wrote to a whole disk: when that is closed udev reads the table anew, its
    /// partitions appear anew, and its rule makes them read-only.
    /// </summary>
    public void AllowTarget()
    {
        Settle();
        AllowWriting([.. Target.Names.SelectMany(disk => WriteProtection.WithPartitions(machine.Reader, disk)).Select(part => "/dev/" + part)]);
    }

    /// <summary>The end of the job: what the boot server says, and no later than the signed order.</summary>
    private DateTimeOffset Deadline => Parts.Deadline < Order.Expires ? Parts.Deadline : Order.Expires;

    /// <summary>Throws where the job has ended meanwhile.</summary>
    public void CheckDeadline()
    {
        if (Holds(Safeguard.Deadline) && machine.Clock.GetUtcNow() is var now && now >= Deadline)
        {
            throw new InstallException($"the job {Order.Job} expired at {Deadline:yyyy-MM-dd HH:mm:ss} UTC, and it is {now:yyyy-MM-dd HH:mm:ss} now: " +
                $"arm {Order.Host} again");
        }
    }
}
