using Provision.Testing;

namespace Provision.Benchmarks;

/// <summary>Writes the generated fleet, so that the cost per host can be measured at several sizes of one kind of inventory.</summary>
internal static class Scale
{
    internal static void Write(int hosts, string folder)
    {
        foreach (var (path, text) in ScaleFleet.Generate(hosts, seed: 20261122))
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
    }
}
