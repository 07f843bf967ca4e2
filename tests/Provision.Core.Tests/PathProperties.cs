using FsCheck;
using FsCheck.Fluent;

namespace Provision.Core.Tests;

/// <summary>Laws of path handling, tried with paths made of everything that could lead somewhere else.</summary>
public sealed class PathProperties : IDisposable
{
    private static readonly string[] Parts = ["..", ".", "", "a", "link", "absolute", "loop", "etc", "\u00e9", "with blank", "..."];
    private readonly string outside = Directory.CreateTempSubdirectory("provision-laws-").FullName;

    public void Dispose() => Directory.Delete(outside, recursive: true);

    [Fact]
    public void Whatever_the_path_nothing_outside_the_root_is_read_written_or_removed()
    {
        var root = Path.Combine(outside, "root");
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(Path.Combine(outside, "a"), "untouched");
        Directory.CreateSymbolicLink(Path.Combine(root, "link"), "../..");
        Directory.CreateSymbolicLink(Path.Combine(root, "absolute"), outside);
        Directory.CreateSymbolicLink(Path.Combine(root, "loop"), "loop");
        using var files = RootedFiles.Open(root);
        var paths = Gen.Elements(Parts).NonEmptyListOf().Select(parts => "/" + string.Join('/', parts)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(paths, path =>
        {
            Attempt(() => files.Read(path, follow: true));
            Attempt(() => files.WriteNew(path, "inside"u8, 0x1A4));
            Attempt(() => files.MakeFolder(path));
            Attempt(() => files.Rename(path, "/etc/renamed"));
            Attempt(() => files.Remove(path));
            return File.ReadAllText(Path.Combine(outside, "a")) == "untouched"
                && Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName).Order(StringComparer.Ordinal).SequenceEqual(["a", "root"]);
        }));
    }

    [Fact]
    public void What_was_written_is_read_back_whatever_its_bytes()
    {
        using var files = RootedFiles.Open(outside);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<byte[]>(bytes =>
        {
            var content = bytes ?? [];
            files.Remove("/file");
            files.WriteNew("/file", content, 0x180);
            return files.Read("/file")!.Content.SequenceEqual(content);
        }));
    }

    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is MachineFileException or ArgumentException)
        {
            // Refused: what counts is that nothing outside has changed.
        }
    }
}
