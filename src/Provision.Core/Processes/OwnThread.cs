using System.Collections.Concurrent;

namespace Provision.Core;

/// <summary>Dedicated threads for reading the output of programs, since all threads of the pool may be waiting for programs. A thread is reused by the next
/// run, which is cheaper than a new one, and ends after some seconds without work.</summary>
internal sealed class OwnThread
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentStack<OwnThread> Waiting = new();

    private readonly object turn = new();
    private bool hasEnded;
    private Task? next;

    /// <summary>Runs an action on such a thread.</summary>
    /// <returns>A task that completes with the action, or with its exception.</returns>
    public static Task Run(Action action)
    {
        var task = new Task(action);
        while (Waiting.TryPop(out var thread))
        {
            if (thread.Takes(task))
            {
                return task;
            }
        }

        new Thread(new OwnThread { next = task }.Loop) { IsBackground = true, Name = "pipe" }.Start();
        return task;
    }

    private bool Takes(Task task)
    {
        lock (turn)
        {
            if (hasEnded)
            {
                return false;
            }

            next = task;
            Monitor.Pulse(turn);
            return true;
        }
    }

    private void Loop()
    {
        while (Next() is { } task)
        {
            task.RunSynchronously(TaskScheduler.Default);
            Waiting.Push(this);
        }
    }

    private Task? Next()
    {
        lock (turn)
        {
            hasEnded = next is null && (!Monitor.Wait(turn, Idle) || next is null);
            var given = next;
            next = null;
            return given;
        }
    }
}
