using System.Runtime.CompilerServices;

namespace Provision.Inventory.Tests;

/// <summary>Compares text with <c>CLASS.NAME.verified.txt</c> beside the test; what differs is left as <c>.received.txt</c>.</summary>
internal static class Snapshot
{
    public static void Check(string text, string name, [CallerFilePath] string path = "")
    {
        var start = Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}.{name}");
        var verified = start + ".verified.txt";
        var received = start + ".received.txt";
        File.Delete(received);
        if (!File.Exists(verified) || File.ReadAllText(verified) != text)
        {
            File.WriteAllText(received, text);
        }

        Assert.Equal(File.Exists(verified) ? File.ReadAllText(verified) : "", text);
    }
}
