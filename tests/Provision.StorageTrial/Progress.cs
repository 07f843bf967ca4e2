namespace Provision.Trial;

/// <summary>
/// What the program says of its commands, each before it runs. Where the test is going to cut the power at one of these lines (the file that
/// <c>LAB_CUT</c> names: its text, then the lines that do not count), the program says the next one, too, and stops before it: on a busy machine it would be
/// several commands further, or at its end, before the power goes.
/// </summary>
internal sealed class Progress
{
    private readonly List<string> cut = Environment.GetEnvironmentVariable("LAB_CUT") is { } file ? [.. File.ReadLines(file)] : [];
    private bool passed;

    public void Tell(string line)
    {
        Console.Error.WriteLine(line);
        if (passed)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        passed = cut.Count > 0 && line.Contains(cut[0], StringComparison.Ordinal) && !cut.Skip(1).Contains(line);
    }
}
