using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Channel;

/// <summary>Events that are not delivered yet, in order. When there are too many, the oldest that are not errors are dropped.</summary>
internal sealed class EventBuffer
{
    private const int Most = 2000;
    private readonly List<InstallEvent> waiting = [];

    public IReadOnlyList<InstallEvent> Waiting => [.. waiting];

    public void Add(InstallEvent what)
    {
        waiting.Add(what);
        if (waiting.Count > Most && waiting.FindIndex(old => !old.IsError) is >= 0 and var oldest)
        {
            waiting.RemoveAt(oldest);
        }
    }

    /// <summary>Forgets events that were heard.</summary>
    public void Heard(IReadOnlyCollection<InstallEvent> events) => waiting.RemoveAll(events.Contains);
}
