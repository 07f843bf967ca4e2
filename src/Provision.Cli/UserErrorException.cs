namespace Provision.Cli;

/// <summary>Ends a command because of a user error; carries all messages to print.</summary>
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
