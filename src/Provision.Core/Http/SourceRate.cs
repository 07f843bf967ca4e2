using System.Net;

namespace Provision.Core;

/// <summary>Limits how often each source may do something: a burst at once, then a steady rate.</summary>
/// <param name="burst">How often a source may do it at once.</param>
/// <param name="each">The time after which it may do it once more.</param>
/// <param name="clock">The clock.</param>
public sealed class SourceRate(int burst, TimeSpan each, TimeProvider clock)
{
    /// <summary>More sources than this are not remembered: what remembers them must be limited too.</summary>
    private const int MostSources = 10_000;

    private readonly Lock turn = new();
    private readonly Dictionary<IPAddress, (double Left, DateTimeOffset At)> sources = [];

    /// <summary>Returns true, and counts it, if the source may do it now.</summary>
    public bool TryTake(IPAddress source)
    {
        var now = clock.GetUtcNow();
        lock (turn)
        {
            if (!sources.TryGetValue(source, out var known) && sources.Count >= MostSources)
            {
                Forget(now);
            }

            var left = known.At == default ? burst : Math.Min(burst, known.Left + ((now - known.At) / each));
            sources[source] = (left >= 1 ? left - 1 : left, now);
            return left >= 1;
        }
    }

    /// <summary>Forgets the sources that have their whole burst again; all of them if every one is busy.</summary>
    private void Forget(DateTimeOffset now)
    {
        foreach (var source in sources.Where(source => source.Value.Left + ((now - source.Value.At) / each) >= burst).Select(source => source.Key).ToList())
        {
            sources.Remove(source);
        }

        if (sources.Count >= MostSources)
        {
            sources.Clear();
        }
    }
}
