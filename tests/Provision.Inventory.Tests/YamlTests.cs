using System.Text;

namespace Provision.Inventory.Tests;

/// <summary>What files can do to a reader: it must say what and where, soon, and never throw.</summary>
public class YamlTests
{
    private const string Signs = "{}[],:-&*!|>'\"%@`#\t\n ?~";

    [Theory]
    [InlineData(new byte[] { 0xff }, "hosts/x.yaml:1:1: error: the byte 0xFF is not UTF-8 (save the file as UTF-8)")]
    [InlineData(new byte[] { (byte)'a', (byte)':', (byte)'\n', (byte)' ', 0xc3, 0xa9, 0xc3, (byte)'(' },
        "hosts/x.yaml:2:3: error: the byte 0xC3 is not UTF-8 (save the file as UTF-8)")]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 13, (byte)'c' }, "hosts/x.yaml:2:2: error: the character U+000D does not belong in a YAML file")]
    [InlineData(new byte[] { (byte)'#', 0xe2, 0x80, 0xa8 }, "hosts/x.yaml:1:2: error: the character U+2028 does not belong in a YAML file")]
    [InlineData(new byte[] { (byte)'a', 0 }, "hosts/x.yaml:1:2: error: the character U+0000 does not belong in a YAML file")]
    [InlineData(new byte[] { (byte)'a', (byte)':', (byte)'\n', 27, (byte)'[' }, "hosts/x.yaml:2:1: error: the character U+001B does not belong in a YAML file")]
    public void Bytes_that_are_no_text_are_refused(byte[] bytes, string expected) =>
        Assert.Equal(expected, Assert.Single(InventoryLoader.Load(SampleFleet.With("hosts/x.yaml", bytes)).Diagnostics).ToString());

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        SampleFleet.Load(SampleFleet.With("hosts/x.yaml", [0xef, 0xbb, 0xbf, .. "stores: {}"u8]));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("---\n")]
    [InlineData("--- {}\n...\n")]
    [InlineData("hosts:\nstores:\n")]
    [InlineData("site: nyi\r\nhosts: {}\r\n")]
    public void Files_that_say_nothing_are_fine(string text) => SampleFleet.Load(SampleFleet.With("hosts/x.yaml", text));

    [Fact]
    public void An_alias_bomb_of_ten_megabytes_fails_fast()
    {
        var bomb = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 0; bomb.Length < 10_000_000; i++)
        {
            bomb.Append($"b{i}: &b{i} [{string.Join(", ", Enumerable.Repeat(i == 0 ? "*a" : $"*b{i - 1}", 9))}]\n");
        }

        var files = SampleFleet.With("hosts/x.yaml", bomb.ToString());
        InventoryResult result = null!;
        var time = CpuTime.Of(() => result = InventoryLoader.Load(files));
        Assert.True(time < TimeSpan.FromMinutes(1), $"took {time}");
        Assert.Equal("hosts/x.yaml:1:4: error: the anchor \"&a\": YAML anchors are refused (write the value out where it is needed)",
            Assert.Single(result.Diagnostics).ToString());
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Endless_nesting_is_refused(char open)
    {
        InventoryResult result = null!;
        var time = CpuTime.Of(() => result = InventoryLoader.Load(SampleFleet.With("hosts/x.yaml", new string(open, 1_000_000))));
        Assert.True(time < TimeSpan.FromMinutes(1), $"took {time}");
        Assert.Equal("hosts/x.yaml:1:66: error: lists and mappings nest deeper than 64 levels", Assert.Single(result.Diagnostics).ToString());
    }

    [Fact]
    public void A_file_too_large_is_not_read() =>
        Assert.Equal(
            "hosts/x.yaml: error: the file has 33,554,433 bytes; at most 33,554,432 are read",
            Assert.Single(InventoryLoader.Load(SampleFleet.With("hosts/x.yaml", new byte[(32 << 20) + 1])).Diagnostics).ToString());

    [Theory]
    [InlineData("1.10", "1.10", 1.1)]
    [InlineData("0755", "0755", "0755")]
    [InlineData("7", "7", 7L)]
    [InlineData("-7", "-7", -7L)]
    [InlineData("true", "true", true)]
    [InlineData("yes", "yes", "yes")]
    [InlineData("\"7\"", "7", "7")]
    [InlineData("~", "~", null)]
    [InlineData("1e3", "1e3", 1000.0)]
    [InlineData("60m", "60m", "60m")]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("00:00:5E:00:53:A1", "00:00:5E:00:53:A1", "00:00:5E:00:53:A1")]
    public void Scalars_follow_the_core_schema(string yaml, string text, object? value)
    {
        var files = SampleFleet.With("roles/extra.yaml", $"data: cache\ngate: none\ndefaults: {{ x: {yaml} }}\n");
        var scalar = Assert.IsType<YamlScalar>(SampleFleet.Load(files).FindRole("extra")!.Defaults.Find("x"));
        Assert.Equal(text, scalar.Text);
        Assert.Equal(value, scalar.Value);
    }

    /// <summary>Bytes of real files, shuffled by a fixed seed: whatever comes out, it is findings and not an exception.</summary>
    [Fact]
    public void Damaged_files_never_throw()
    {
        var random = new Random(20261122);
        var paths = SampleFleet.Files.Files.Select(f => f.Path).ToArray();
        for (var round = 0; round < 600; round++)
        {
            var path = paths[random.Next(paths.Length)];
            var bytes = SampleFleet.Files.Find(path)!.Content.ToArray().ToList();
            for (var hit = random.Next(1, 6); hit > 0 && bytes.Count > 0; hit--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                        break;
                    case 1:
                        bytes.Insert(at, (byte)Signs[random.Next(Signs.Length)]);
                        break;
                    case 2:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 60))));
                        break;
                }
            }

            var result = InventoryLoader.Load(SampleFleet.With(path, bytes.ToArray()));
            Assert.Equal(result.Fleet is null, result.Diagnostics.Any(d => d.Severity == Provision.Core.Severity.Error));
        }
    }
}
