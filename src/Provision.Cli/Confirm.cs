namespace Provision.Cli;

/// <summary>Asks the person at the terminal.</summary>
internal static class Confirm
{
    /// <summary>Asks a question that is answered with yes or no.</summary>
    /// <param name="question">The question, with its mark.</param>
    /// <param name="yes">Whether <c>--yes</c> has answered it.</param>
    /// <returns>False for anything but yes; where nobody is there to answer, that is said.</returns>
    public static bool Ask(string question, bool yes)
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
