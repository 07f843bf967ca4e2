namespace Provision.Cli;

/// <summary>Asks a person before something is done that is not easily undone.</summary>
internal static class Confirmation
{
    /// <summary>Ends the command unless <c>--yes</c> was given or the person types a word.</summary>
    /// <param name="yes">Whether <c>--yes</c> was given.</param>
    /// <param name="word">What is to be typed.</param>
    /// <param name="about">What is confirmed, in a few words, for whoever reads a log.</param>
    public static void Ask(bool yes, string word, string about)
    {
        if (yes)
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new UserErrorException($"nothing was done: confirm with --yes ({about})");
        }

        Console.Error.Write($"Type {word} to go on: ");
        if (Console.In.ReadLine()?.Trim() != word)
        {
            throw new UserErrorException("nothing was done");
        }
    }

    /// <summary>Asks a question that is answered with yes or no.</summary>
    /// <param name="question">The question, with its mark.</param>
    /// <param name="yes">Whether <c>--yes</c> has answered it.</param>
    /// <returns>False for anything but yes; where nobody is there to answer, that is said.</returns>
    public static bool Yes(string question, bool yes)
    {
        if (yes)
        {
            return true;
        }

        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("nobody is there to confirm: look at it, then give --yes");
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
