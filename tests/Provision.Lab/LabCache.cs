namespace Provision.Lab;

/// <summary>What takes minutes to make is made once for each version of its script, and kept outside the repository.</summary>
internal static class LabCache
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    /// <summary>The folder with what a script of <c>build/</c> makes; made now where it is not there.</summary>
    public static string Folder(string script) =>
        new ProcessRunner().Run(Command.Of(Path.Combine(ProvisionBinary.Repository, "build/cached.sh"),
            "build/" + script).WithTimeout(Limit)).OrThrow().Text.Trim();
}
