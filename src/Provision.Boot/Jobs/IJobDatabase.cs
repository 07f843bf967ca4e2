namespace Provision.Boot.Jobs;

/// <summary>One line of what happened to jobs, in the order of <see cref="Number"/>.</summary>
/// <param name="Number">Its place; rises, with gaps.</param>
/// <param name="Job">The job.</param>
/// <param name="Host">Its host.</param>
/// <param name="State">The job's state when the line was written.</param>
/// <param name="Event">What happened.</param>
public sealed record JobLine(long Number, string Job, string Host, JobState State, InstallEvent Event);

/// <summary>
/// Keeps jobs and what happened to them. May be lost: then every machine boots from its own disk. Several processes
/// use one store at a time; every method is one transaction.
/// </summary>
public interface IJobDatabase : IDisposable
{
    /// <summary>Hosts whose open jobs were closed when the database was opened, because an older version had armed them.</summary>
    IReadOnlyList<string> ClosedOlder { get; }

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

    /// <summary>Applies an event to a job by <see cref="JobRules"/>, and logs what changed and what was handed over. Alarms of one kind are folded: the
    /// 1st, 10th, 100th ... of a job is logged. Returns null if there is no such job.</summary>
    JobStep? Change(string id, JobEvent happened);

    /// <summary>Adds what an installer said, after <see cref="InstallerSpoke"/> was accepted. A job keeps its last <paramref name="most"/> lines.</summary>
    void Append(Job job, IReadOnlyList<InstallEvent> events, int most);

    /// <summary>Lines after a number, in order; of one job or of all.</summary>
    IReadOnlyList<JobLine> Lines(long after, string? job, int most);

    /// <summary>The number of the last line; 0 for none.</summary>
    long LastLine();

    /// <summary>The last line of each of the newest jobs, by the job's id.</summary>
    IReadOnlyDictionary<string, JobLine> LastLines(int most);
}
