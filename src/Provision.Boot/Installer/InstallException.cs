namespace Provision.Boot.Installer;

/// <summary>An installation cannot go on: what is wrong, where, and what to do. Nothing that is protected was touched by it.</summary>
internal sealed class InstallException : Exception
{
    /// <summary>One reason.</summary>
    public InstallException(string message)
        : this([message])
    {
    }

    /// <summary>Every reason.</summary>
    public InstallException(IReadOnlyList<string> problems)
        : base(string.Join('\n', problems)) => Problems = problems;

    /// <summary>The reasons, each a sentence.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>True if the machine's plan differs from the armed one and was not approved.</summary>
    public bool Differs { get; init; }
}
