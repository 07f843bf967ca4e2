using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>The job database of a running server. If it is damaged or gone, this is logged and it is opened again at intervals; until then machines boot
/// locally.</summary>
/// <param name="open">Opens the store.</param>
/// <param name="say">Told what happens.</param>
internal sealed class JobConnection(Func<IJobDatabase> open, Action<string> say) : IDisposable
{
    private readonly Lock turn = new();
    private volatile IJobDatabase? store;
    private string lost = "the jobs were not read yet";

    /// <summary>Asks the store.</summary>
    /// <exception cref="StateLostException">It is lost.</exception>
    public T Ask<T>(Func<IJobDatabase, T> question)
    {
        var at = store ?? throw new StateLostException(lost);
        try
        {
            return question(at);
        }
        catch (StateLostException e) when (!e.IsFull)
        {
            Lose(at, e);
            throw;
        }
    }

    /// <summary>Opens the store where it is not open; called now and then.</summary>
    public void Refresh()
    {
        lock (turn)
        {
            if (store is not null)
            {
                return;
            }

            try
            {
                store = open();
                say("jobs opened");
                if (store.ClosedOlder is { Count: > 0 } closed)
                {
                    say($"jobs that an older version armed were closed, their hosts boot from their own disks: {string.Join(", ", closed)}");
                }
            }
            catch (StateLostException e)
            {
                if (lost != e.Message)
                {
                    say(e.Message + "; every machine boots from its own disk");
                }

                lost = e.Message;
            }
        }
    }

    public void Dispose() => store?.Dispose();

    private void Lose(IJobDatabase at, StateLostException e)
    {
        lock (turn)
        {
            if (ReferenceEquals(store, at))
            {
                say(e.Message + "; every machine boots from its own disk");
                lost = e.Message;
                store = null;
                at.Dispose();
            }
        }
    }
}
