using System.Runtime.CompilerServices;
using Xunit;

namespace Provision.Testing;

/// <summary>Compares text with <c>CLASS.NAME.verified.EXT</c> beside the test; what differs is left as <c>.received.EXT</c>.</summary>
public static class Snapshot
{
    /// <summary>Fails if the text differs from the verified one, or if there is none.</summary>
    public static void Check(string text, string name, string extension = "txt", [CallerFilePath] string path = "")
    {
        var start = Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}.{name}");
        var verified = $"{start}.verified.{extension}";
        var received = $"{start}.received.{extension}";
        File.Delete(received);
        if (!File.Exists(verified) || File.ReadAllText(verified) != text)
        {
            File.WriteAllText(received, text);
        }

        Assert.Equal(File.Exists(verified) ? File.ReadAllText(verified) : "", text);
    }
}
