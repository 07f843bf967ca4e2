using System.Net;

namespace Provision.Core;

/// <summary>Limits how many requests are worked on at a time, in all and of one source.</summary>
/// <param name="most">In all.</param>
/// <param name="mostOfSource">Of one source.</param>
public sealed class Turns(int most, int mostOfSource)
{
    private readonly Lock turn = new();
    private readonly Dictionary<IPAddress, int> sources = [];
    private int taken;

    /// <summary>Takes a turn, to be disposed when the work is done; null if there is none.</summary>
    public IDisposable? TryTake(IPAddress source)
    {
        lock (turn)
        {
            var own = sources.GetValueOrDefault(source);
            if (taken >= most || own >= mostOfSource)
            {
                return null;
            }

            taken++;
            sources[source] = own + 1;
            return new Taken(this, source);
        }
    }

    private void GiveBack(IPAddress source)
    {
        lock (turn)
        {
            taken--;
            if (--sources[source] == 0)
            {
                sources.Remove(source);
            }
        }
    }

    private sealed class Taken(Turns turns, IPAddress source) : IDisposable
    {
        private Turns? turns = turns;

        public void Dispose() => Interlocked.Exchange(ref turns, null)?.GiveBack(source);
    }
}
