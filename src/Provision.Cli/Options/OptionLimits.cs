using System.CommandLine;
using System.CommandLine.Parsing;

namespace Provision.Cli.Options;

/// <summary>Limits of numbers on the command line.</summary>
internal static class OptionLimits
{
    /// <summary>Refuses a number outside a range.</summary>
    public static Option<int> Between(this Option<int> option, int least, int most)
    {
        option.Validators.Add(result => Check(result, option.Name, result.Tokens, least, most));
        return option;
    }

    /// <summary>Refuses a number outside a range.</summary>
    public static Argument<int?> Between(this Argument<int?> argument, int least, int most)
    {
        argument.Validators.Add(result => Check(result, argument.Name, result.Tokens, least, most));
        return argument;
    }

    private static void Check(SymbolResult result, string name, IReadOnlyList<Token> tokens, int least, int most)
    {
        if (tokens.Count == 1 && int.TryParse(tokens[0].Value, out var number) && (number < least || number > most))
        {
            result.AddError($"{name} {number}: expected a number {(most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}")}");
        }
    }
}
