namespace Provision.Boot.Jobs;

/// <summary>The words that the kernel of installer and discovery is started with.</summary>
internal static class InstallerWords
{
    /// <summary>Returns the words that name server and job.</summary>
    public static string OfJob(string server, string job) => $"provision.server={server} provision.job={job}";

    /// <summary>Returns all words.</summary>
    /// <param name="card">Address of the NIC, with hyphens.</param>
    /// <param name="purpose">What it boots for.</param>
    /// <param name="options">The site's words.</param>
    public static string All(string card, string purpose, IReadOnlyList<string> options) => string.Join(' ', [$"BOOTIF=01-{card}", purpose, .. options]);
}
