namespace Provision.Cli.Sessions;

/// <summary>Whether an install may change the machine.</summary>
internal enum Consent
{
    /// <summary>The engineer at the terminal is shown the plan and asked.</summary>
    Asked,

    /// <summary>It was given on the command line.</summary>
    Given,

    /// <summary>Nothing is changed: the plan is only shown.</summary>
    DryRun,
}

internal static class ConsentExtensions
{
    extension(Consent)
    {
        /// <summary>Returns how consent is got; ends the command if it was not given and there is no terminal to ask at.</summary>
        /// <param name="isDryRun">Whether the plan is only shown.</param>
        /// <param name="isGiven">Whether the command line gives it.</param>
        public static Consent Of(bool isDryRun, bool isGiven) =>
            isDryRun ? Consent.DryRun
            : isGiven ? Consent.Given
            : !Console.IsInputRedirected ? Consent.Asked
            : throw new UserErrorException("not a terminal, so the plan cannot be confirmed: review it with \"provision diff\" and give --yes, " +
                "or save it with \"provision diff --save FILE\" and give --plan FILE");
    }
}
