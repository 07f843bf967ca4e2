using System.Collections.Concurrent;
using System.Diagnostics;

namespace Provision.Lab;

/// <summary>Users at work: each logs in at the frontend, appends a few messages, and logs in again, also where the connection was closed.</summary>
internal sealed class MailLoad : IDisposable
{
    private readonly List<Thread> threads;
    private readonly ConcurrentQueue<string> acknowledged = new();
    private readonly ConcurrentQueue<string> loginErrors = new();
    private readonly ConcurrentQueue<TimeSpan> logins = new();
    private readonly TimeSpan pause;
    private volatile bool stops;

    /// <summary>Begins.</summary>
    /// <param name="mail">The hosts.</param>
    /// <param name="name">How the messages' subjects begin.</param>
    /// <param name="pause">How long each user waits after a message; null for not at all.</param>
    public MailLoad(InstalledMailLab mail, string name, TimeSpan? pause = null)
    {
        this.pause = pause ?? TimeSpan.Zero;
        threads = [.. InstalledMailLab.Users.Select((user, index) => new Thread(() => Work(mail, user, $"{name}-{index}")) { IsBackground = true })];
        threads.ForEach(thread => thread.Start());
    }

    /// <summary>Subjects of the messages that the server has said it keeps.</summary>
    public IReadOnlyCollection<string> Acknowledged => acknowledged;

    /// <summary>Logins that ended in an error.</summary>
    public IReadOnlyCollection<string> LoginErrors => loginErrors;

    /// <summary>Logins that did not.</summary>
    public int Logins => logins.Count;

    /// <summary>The longest time from connecting to being logged in.</summary>
    public TimeSpan LongestLogin => logins.Max();

    /// <summary>Waits until so many more messages were acknowledged.</summary>
    public void WaitForAppends(int more)
    {
        var wanted = acknowledged.Count + more;
        Patience.Until(() => acknowledged.Count >= wanted, TimeSpan.FromMinutes(5), () =>
            $"{acknowledged.Count} of {wanted} messages; logins failed: {string.Join("; ", loginErrors.Take(3))}");
    }

    /// <summary>Ends it after what is being done.</summary>
    public void Stop()
    {
        stops = true;
        threads.ForEach(thread => thread.Join());
    }

    public void Dispose() => Stop();

    private void Work(InstalledMailLab mail, string user, string name)
    {
        for (var number = 0; !stops;)
        {
            var clock = Stopwatch.StartNew();
            MailClient client;
            try
            {
                client = mail.LogIn(user);
                logins.Enqueue(clock.Elapsed);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                loginErrors.Enqueue($"{user} after {clock.Elapsed.TotalSeconds:F1} s: {e.Message}");
                Thread.Sleep(500);
                continue;
            }

            using (client)
            {
                try
                {
                    for (var i = 0; i < 5 && !stops; i++)
                    {
                        var text = $"{name}-{number++}";
                        client.Append("INBOX", text);
                        acknowledged.Enqueue(text);
                        Thread.Sleep(pause);
                    }
                }
                catch (IOException)
                {
                    // The master went away: what was not acknowledged is sent again by a real client, and here forgotten.
                }
            }
        }
    }
}
