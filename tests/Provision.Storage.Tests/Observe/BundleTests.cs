using System.Formats.Tar;
using System.Text;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>Bundles that somebody broke, or made to do harm: one clear error each.</summary>
public class BundleTests
{
    private const string Manifest = """{"format":"provision bundle","version":1,"host":"h","taken":"2026-11-22T08:00:00Z","provision":"x","runs":[],"folders":{},"links":{},"missing":[]}""";

    private static readonly ProcessRunner Runner = new();

    [Fact]
    public void People_can_read_what_is_in_it()
    {
        var names = new List<string>();
        using var reader = new TarReader(new MemoryStream(Bundle.PackTar(OtherMachines.Small().Record(), "small", "test")));
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Equal("manifest.json", names[0]);
        Assert.Contains("files/sys/block/vda/size", names);
        Assert.Contains("runs/001-lsblk.json", names);
        Assert.Contains("runs/002-wipefs.json", names);
        Assert.Contains("runs/003-sfdisk-vda.json", names);
    }

    [Fact]
    public void A_bundle_packed_again_by_hand_can_be_read()
    {
        var problems = new DiagnosticBag();
        Assert.NotNull(Bundle.UnpackTar(Tar(("./manifest.json", Manifest), ("./files/proc/sys/kernel/hostname", "h\n"), ("./NOTES", "from the operator")), "b",
            problems));
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("nothing", "there is no manifest.json")]
    [InlineData("no json", "no JSON")]
    [InlineData("other json", "no manifest of a bundle")]
    [InlineData("newer", "version 2 of the format")]
    [InlineData("no time", "\"taken\" is no time")]
    [InlineData("run without output", "lacks its exit code or output")]
    [InlineData("run twice", "given twice")]
    [InlineData("file twice", "is in it twice")]
    [InlineData("dots", "no path inside a bundle")]
    [InlineData("absolute", "no path inside a bundle")]
    [InlineData("link", "no regular file")]
    [InlineData("hard link", "no regular file")]
    [InlineData("device", "no regular file")]
    [InlineData("cut off", "damaged or cut off")]
    [InlineData("garbage", "no manifest.json")]
    public void Of_what_is_no_bundle_one_error_tells_why(string fault, string message)
    {
        byte[] tar = fault switch
        {
            "nothing" => Tar(("files/x", "")),
            "no json" => Tar(("manifest.json", "{")),
            "other json" => Tar(("manifest.json", "[1]")),
            "newer" => Tar(("manifest.json", Manifest.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal))),
            "no time" => Tar(("manifest.json", Manifest.Replace("2026", "yesterday", StringComparison.Ordinal))),
            "run without output" => Tar(("manifest.json", Manifest.Replace("\"runs\":[]", """ "runs":[{"run":"lsblk","exit":0,"output":"runs/1"}] """, StringComparison.Ordinal))),
            "run twice" => Tar(("manifest.json", Manifest.Replace("\"runs\":[]", """ "runs":[{"run":"lsblk","exit":0},{"run":"lsblk","exit":0}] """, StringComparison.Ordinal))),
            "file twice" => Tar(("manifest.json", Manifest), ("files/x", "1"), ("./files/x", "2")),
            "dots" => Tar(("manifest.json", Manifest), ("files/../../etc/passwd", "x")),
            "absolute" => Tar(("manifest.json", Manifest), ("/etc/passwd", "x")),
            "link" => TarOf(new PaxTarEntry(TarEntryType.SymbolicLink, "files/x") { LinkName = "/etc/shadow" }),
            "hard link" => TarOf(new PaxTarEntry(TarEntryType.HardLink, "files/x") { LinkName = "manifest.json" }),
            "device" => TarOf(new PaxTarEntry(TarEntryType.BlockDevice, "files/x") { DeviceMajor = 8, DeviceMinor = 0 }),
            "cut off" => Tar(("manifest.json", Manifest + new string(' ', 5000)))[..2000],
            _ => new byte[4096],
        };
        var problems = new DiagnosticBag();
        Assert.Null(Bundle.UnpackTar(tar, "bundle.tar.zst", problems));
        Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.StartsWith("bundle.tar.zst", Assert.Single(problems).Location.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such file", "there is no such file")]
    [InlineData("a folder", "denied")]
    [InlineData("text", "not compressed by zstd")]
    [InlineData("endless", "too long for a bundle")]
    [InlineData("cut off", "zstd cannot unpack it")]
    [InlineData("bomb", "unpacks to more than 64 MiB")]
    [InlineData("many entries", "more than 20000 files")]
    public void Of_a_file_that_is_no_bundle_one_error_tells_why(string fault, string message)
    {
        var path = Path.Combine(Path.GetTempPath(), $"provision-bundle-{Guid.NewGuid():N}");
        try
        {
            switch (fault)
            {
                case "a folder":
                    path = Path.GetTempPath();
                    break;
                case "text":
                    File.WriteAllText(path, "hello\n");
                    break;
                case "endless":
                    path = "/dev/zero";
                    break;
                case "cut off":
                    File.WriteAllBytes(path, File.ReadAllBytes(Imap33Tests.BundlePath)[..9000]);
                    break;
                case "bomb":
                    File.WriteAllBytes(path, Zstd(new byte[80 << 20]));
                    break;
                case "many entries":
                    File.WriteAllBytes(path, Zstd(Tar([.. Enumerable.Range(0, 20_001).Select(number => ($"files/{number}", ""))])));
                    break;
                default:
                    break;
            }

            var problems = new DiagnosticBag();
            Assert.Null(Bundle.Read(path, problems));
            Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
        }
        finally
        {
            if (path.Contains("provision-bundle-", StringComparison.Ordinal))
            {
                File.Delete(path);
            }
        }
    }

    [Fact]
    public void Questions_that_were_not_asked_then_are_problems_now()
    {
        var problems = new DiagnosticBag();
        var reader = Bundle.UnpackTar(Tar(
            ("manifest.json", Manifest.Replace("\"folders\":{}", """ "folders":{"/sys/block":["sda"]} """, StringComparison.Ordinal)),
            ("files/sys/block/sda/dev", "8:0\n"), ("files/sys/block/sda/size", "2048\n")), "b", problems);
        var observed = StorageObserver.Observe(reader!);
        Assert.False(Assert.Single(observed.Devices).IsBlank);
        Assert.Contains(observed.Problems, problem => problem.Message.StartsWith("the bundle holds no answer", StringComparison.Ordinal));
    }

    private static byte[] Zstd(byte[] content) => Runner.Run(Command.Of("zstd", "-q", "-c").WithInput(content)).OrThrow().Output.ToArray();

    private static byte[] Tar(params (string Name, string Content)[] files) =>
        TarOf([.. files.Select(file =>
            new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Content)) })]);

    private static byte[] TarOf(params PaxTarEntry[] entries)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return memory.ToArray();
    }
}
