namespace Provision.Lab;

/// <summary>Waits for what comes in its own time.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="InvalidOperationException">It did not, within the limit; with what is told about it.</exception>
    public static void Until(Func<bool> holds, TimeSpan limit, Func<string> failure)
    {
        var end = DateTime.UtcNow + limit;
        while (!holds())
        {
            if (DateTime.UtcNow > end)
            {
                throw new InvalidOperationException(failure());
            }

            Thread.Sleep(Pause);
        }
    }
}
