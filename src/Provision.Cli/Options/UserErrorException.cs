using System.CommandLine;
using Provision.Cli.Printing;

namespace Provision.Cli.Options;

/// <summary>Ends a command because of a user error; carries all messages to print.</summary>
internal sealed class UserErrorException : Exception
{
    private readonly IReadOnlyList<Diagnostic> diagnostics;

    public UserErrorException(string message)
        : base(message) => diagnostics = [];

    public UserErrorException(IEnumerable<Diagnostic> diagnostics)
        : base("there are errors") => this.diagnostics = [.. diagnostics];

    /// <summary>Prints to standard error; with <c>-o json</c>, also as JSON to standard output.</summary>
    public void Print(ParseResult arguments)
    {
        Print(Console.Error);
        if (arguments.Tokens.Select(token => token.Value).Contains("json", StringComparer.OrdinalIgnoreCase) && IsJson(arguments))
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("error", diagnostics.Count == 0 ? Message : diagnostics[0].Message);
                Json.Array(writer, "problems", diagnostics, diagnostic =>
                {
                    writer.WriteString("severity", diagnostic.Severity.ToString().ToLowerInvariant());
                    writer.WriteString("place", diagnostic.Location.ToString());
                    writer.WriteString("message", diagnostic.Message);
                    writer.WriteString("hint", diagnostic.Hint);
                });
                writer.WriteEndObject();
            });
        }
    }

    private static bool IsJson(ParseResult arguments)
    {
        try
        {
            return arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
        }
        catch (InvalidOperationException)
        {
            // The command line itself is wrong.
            return true;
        }
    }

    /// <summary>Prints every diagnostic, or the message.</summary>
    public void Print(TextWriter output)
    {
        if (diagnostics.Count == 0)
        {
            output.WriteLine($"provision: {Message}");
        }

        foreach (var diagnostic in diagnostics)
        {
            output.WriteLine(diagnostic);
        }
    }
}
