namespace Provision.Boot.Jobs;

/// <summary>One line of what happened to jobs, in the order of <see cref="Number"/>.</summary>
/// <param name="Number">Its place; rises, with gaps.</param>
/// <param name="Job">The job.</param>
/// <param name="Host">Its host.</param>
/// <param name="State">The job's state when the line was written.</param>
/// <param name="Event">What happened.</param>
public sealed record JobLine(long Number, string Job, string Host, JobState State, InstallEvent Event);

/// <summary>A machine that the inventory does not know and that reported itself.</summary>
/// <param name="Id">Follows from its UUID and network cards.</param>
/// <param name="At">When it reported last.</param>
/// <param name="Report">What it said, without the bundle.</param>
public sealed record DiscoveredMachine(string Id, DateTimeOffset At, DiscoveryReport Report);

/// <summary>
/// Keeps jobs, what happened to them, and discovered machines. May be lost: then every machine boots from its own disk. Several processes
/// use one store at a time; every method is one transaction.
/// </summary>
public interface IJobStore : IDisposable
{
    /// <summary>Jobs, the newest first.</summary>
    /// <exception cref="StateLostException">The store cannot be read; so says every method.</exception>
    IReadOnlyList<Job> Jobs(bool onlyOpen, int most);

    /// <summary>A job by its id, or null.</summary>
    Job? Find(string id);

    /// <summary>The open job of a host, or null.</summary>
    Job? FindOpenOf(string host);

    /// <summary>The open job of the host with a network card (lower case), or null.</summary>
    Job? FindOpenByMac(MacAddress mac);

    /// <summary>Adds a job; false where its host, or one of its cards, has an open one.</summary>
    bool TryAdd(Job job);

    /// <summary>Applies an event to a job by <see cref="JobRules"/>, and notes what changed and every alarm; null where there is no such job.</summary>
    JobStep? Change(string id, JobEvent happened);

    /// <summary>Adds what an installer said, after <see cref="InstallerSpoke"/> was accepted. A job keeps its last <paramref name="most"/> lines.</summary>
    void Append(Job job, IReadOnlyList<InstallEvent> events, int most);

    /// <summary>Lines after a number, in order; of one job or of all.</summary>
    IReadOnlyList<JobLine> Lines(long after, string? job, int most);

    /// <summary>The number of the last line; 0 for none.</summary>
    long LastLine();

    /// <summary>The last line of each of the newest jobs, by the job's id.</summary>
    IReadOnlyDictionary<string, JobLine> LastLines(int most);

    /// <summary>Notes a discovered machine, in place of an earlier report of the same; false where too many are noted.</summary>
    bool PutDiscovered(DiscoveredMachine machine, byte[] bundle, int most);

    /// <summary>Discovered machines, the newest first.</summary>
    IReadOnlyList<DiscoveredMachine> Discovered();

    /// <summary>The bundle of a discovered machine, or null.</summary>
    byte[]? BundleOf(string id);

    /// <summary>Forgets a discovered machine.</summary>
    void RemoveDiscovered(string id);
}
