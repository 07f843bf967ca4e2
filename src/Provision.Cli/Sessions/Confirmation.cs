using Provision.Storage.Plans;

namespace Provision.Cli.Sessions;

/// <summary>Asks for confirmation before an action that is not easily undone.</summary>
internal static class Confirmation
{
    /// <summary>Ends the command unless <c>--yes</c> was given or the user types a word.</summary>
    /// <param name="yes">Whether <c>--yes</c> was given.</param>
    /// <param name="word">The word to type.</param>
    /// <param name="about">A short description of the action, for logs.</param>
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

        Console.Error.Write($"Type {word} to continue: ");
        if (Console.In.ReadLine()?.Trim() != word)
        {
            throw new UserErrorException("nothing was done");
        }
    }

    /// <summary>Asks the user to type a word before disks are written, unless <c>--yes</c> was given.</summary>
    public static void OfPlan(StoragePlan plan, bool yes, string word) => Ask(yes, word, $"plan {plan.Hash[..12]}");

    /// <summary>Asks a yes-or-no question.</summary>
    /// <param name="question">The question, with its question mark.</param>
    /// <param name="yes">Whether <c>--yes</c> has already answered it.</param>
    /// <returns>True only for yes; without a terminal, prints that the question cannot be answered and returns false.</returns>
    public static bool Yes(string question, bool yes)
    {
        if (yes)
        {
            return true;
        }

        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("not a terminal: review the plan, then rerun with --yes");
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
