namespace Provision.Lab;

/// <summary>The published program, as users have it.</summary>
public static class ProvisionBinary
{
    /// <summary>Top folder of the repository.</summary>
    public static string Repository { get; } = TestRepository.Root;

    /// <summary>Path of the program; <c>make</c> builds it.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : System.IO.Path.Combine(Repository, "out/provision");

    /// <summary>The sample fleet's test identity.</summary>
    public static string Identity { get; } = System.IO.Path.Combine(Repository, "tests/fixtures/age/identity.txt");

    /// <summary>Runs the program.</summary>
    public static CommandResult Run(params IReadOnlyList<string> arguments) =>
        new ProcessRunner().Run(Command.Of(Path, arguments).WithTimeout(TimeSpan.FromMinutes(5)));
}
