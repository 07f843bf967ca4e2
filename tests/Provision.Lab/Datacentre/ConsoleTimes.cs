using System.Diagnostics;

namespace Provision.Lab;

/// <summary>When a console said what: its length is looked at five times a second, on the machine's own clock.</summary>
internal sealed class ConsoleTimes : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly string console;
    private readonly Stopwatch clock;
    private readonly List<(TimeSpan At, long Length)> looks = [];
    private readonly CancellationTokenSource ending = new();
    private readonly Task looking;

    /// <summary>Begins to look.</summary>
    /// <param name="console">The console's file.</param>
    /// <param name="clock">The machine's clock.</param>
    public ConsoleTimes(string console, Stopwatch clock)
    {
        (this.console, this.clock) = (console, clock);
        looking = Task.Run(Look);
    }

    /// <summary>When words were there, each looked for behind the one before it; words that are not there are left out.</summary>
    public IReadOnlyList<(string Words, TimeSpan At)> InOrder(IEnumerable<string> all)
    {
        var said = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(console));
        var found = new List<(string, TimeSpan)>();
        var from = 0;
        lock (looks)
        {
            foreach (var words in all)
            {
                if (said.IndexOf(words, from, StringComparison.Ordinal) is >= 0 and var at)
                {
                    from = at + words.Length;
                    found.Add((words, looks.FirstOrDefault(look => look.Length >= from, (clock.Elapsed, 0)).At));
                }
            }
        }

        return found;
    }

    public void Dispose()
    {
        ending.Cancel();
        looking.Wait();
        ending.Dispose();
    }

    private void Look()
    {
        var last = 0L;
        do
        {
            var length = File.Exists(console) ? new FileInfo(console).Length : 0;
            if (length != last)
            {
                last = length;
                lock (looks)
                {
                    looks.Add((clock.Elapsed, length));
                }
            }
        }
        while (!ending.Token.WaitHandle.WaitOne(Pause));
    }
}
