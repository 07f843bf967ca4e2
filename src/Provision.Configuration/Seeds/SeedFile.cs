namespace Provision.Configuration.Seeds;

/// <summary>A file of a new repository.</summary>
/// <param name="Path">Path relative to the repository.</param>
/// <param name="Text">Its text; empty for an encrypted secret, whose value a new fleet makes for itself.</param>
public sealed record SeedFile(string Path, string Text)
{
    /// <summary>The name of the secret that the file holds; null for any other file.</summary>
    public string? Secret => Path.StartsWith("hosts/secrets/", StringComparison.Ordinal) && Path.EndsWith(".age", StringComparison.Ordinal)
        ? System.IO.Path.GetFileNameWithoutExtension(Path) : null;
}
