namespace Provision.Cli.Sessions;

/// <summary>Values that a command needs: from the command line, else from the engineer at the terminal.</summary>
internal sealed class Question
{
    private readonly List<string> missing = [];

    private static bool IsTerminal => !Console.IsInputRedirected;

    /// <summary>Returns the values of an option; asks for them if it was not given.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="given">The values that were given.</param>
    /// <param name="question">What to ask, without a question mark.</param>
    /// <param name="standard">The answer to an empty line; null if there is none.</param>
    /// <returns>The values; the standard answer if there is one and no terminal; else none, and <see cref="End"/> names the option.</returns>
    public string[] Of(string option, string[] given, string question, string? standard)
    {
        if (given.Length > 0)
        {
            return given;
        }

        if (!IsTerminal)
        {
            if (standard is null)
            {
                missing.Add(option);
            }

            return Words(standard);
        }

        while (true)
        {
            Console.Error.Write($"{question}{(standard is { Length: > 0 } ? $" [{standard}]" : "")}: ");
            var line = Console.In.ReadLine() ?? throw new UserErrorException("nothing was written");
            if (Words(line) is { Length: > 0 } words)
            {
                return words;
            }

            if (standard is not null)
            {
                return Words(standard);
            }
        }
    }

    /// <summary>Ends the command if values are missing and there is no terminal to ask at.</summary>
    public void End()
    {
        if (missing.Count > 0)
        {
            throw new UserErrorException($"not a terminal, so nothing can be asked: give {string.Join(", ", missing)}");
        }
    }

    private static string[] Words(string? line) =>
        (line ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
