using System.CommandLine;

namespace Provision.Cli.Options;

/// <summary>Limits of numbers on the command line.</summary>
internal static class OptionLimits
{
    /// <summary>Refuses a number outside a range.</summary>
    public static Option<int> Between(this Option<int> option, int least, int most)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && (number < least || number > most))
            {
                result.AddError($"{option.Name} {number}: expected a number {(most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}")}");
            }
        });
        return option;
    }
}
