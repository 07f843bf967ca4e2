namespace Provision.Templating.Runtime;

/// <summary>Where a value came from: one model path, which members extend, or several.</summary>
internal sealed class Origin
{
    internal Origin(string path)
    {
        Path = path;
        Paths = [path];
    }

    internal Origin(string[] paths) => Paths = paths;

    /// <summary>The one path; null where the value was made of several.</summary>
    internal string? Path { get; }

    internal string[] Paths { get; }
}
