namespace Provision.Cli;

/// <summary>Ends a command because of what the user gave it; carries everything that is to be said.</summary>
internal sealed class UserErrorException : Exception
{
    private readonly IReadOnlyList<Diagnostic> diagnostics;

    public UserErrorException(string message)
        : base(message) => diagnostics = [];

    public UserErrorException(IEnumerable<Diagnostic> diagnostics)
        : base("there are errors") => this.diagnostics = [.. diagnostics];

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
