using FsCheck;
using FsCheck.Fluent;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>Damaged answers and damaged bundles: whatever comes, it is understood or reported, and it ends.</summary>
public class FuzzTests
{
    private static readonly MachineRecord[] Machines = [Imap33.Sketch().Record(), OtherMachines.Odd().Record()];
    private static readonly string[] Texts = System.Array.ConvertAll(CaptureTables.Names, CaptureTables.Said);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_look_with_damaged_answers_never_throws(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 25; round++)
        {
            var record = Damaged(Machines[random.Next(Machines.Length)], random);
            var observed = StorageObserver.Observe(new BundleReader(record));
            Assert.InRange(observed.Devices.Count, 0, 400);
            Assert.All(observed.Devices, device => Assert.True(device.Bytes >= 0 && device.SectorBytes > 0));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_texts_are_no_trouble_for_any_parser(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var text = Damage(Texts[random.Next(Texts.Length)], random);
            foreach (var parser in CaptureTables.Parsers.Values)
            {
                _ = parser(text).Count();
            }
        }
    }

    [Fact]
    public void Any_text_at_all_is_no_trouble_for_any_parser() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text =>
            CaptureTables.Parsers.Values.All(parser => parser(text ?? "").Count() >= 0)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_damaged_archive_is_read_or_refused_with_one_error(int seed)
    {
        var random = new Random(seed);
        var tar = Bundle.PackTar(OtherMachines.Small().Record(), "small", "test");
        for (var round = 0; round < 60; round++)
        {
            var damaged = Damage(tar, random);
            var problems = new DiagnosticBag();
            var reader = Bundle.UnpackTar(damaged, "damaged", problems);
            Assert.True(reader is null ? problems.Count == 1 : problems.Count == 0);
            if (reader is not null)
            {
                StorageObserver.Observe(reader);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_damaged_file_is_read_or_refused_with_one_error(int seed)
    {
        var random = new Random(seed);
        var packed = File.ReadAllBytes(Imap33Tests.BundlePath);
        for (var round = 0; round < 15; round++)
        {
            var problems = new DiagnosticBag();
            var reader = Bundle.Unpack(Damage(packed, random), "damaged", problems);
            Assert.True(reader is null ? problems.Count == 1 : problems.Count == 0);
        }
    }

    private static MachineRecord Damaged(MachineRecord whole, Random random)
    {
        var record = new MachineRecord { Taken = whole.Taken };
        foreach (var (key, answer) in whole.Runs)
        {
            record.Runs[key] = random.Next(4) > 0 ? answer : answer with
            {
                ExitCode = random.Next(4) == 0 ? random.Next(-1, 256) : answer.ExitCode,
                Output = random.Next(8) == 0 ? whole.Runs.GetAt(random.Next(whole.Runs.Count)).Value.Output : Damage(answer.Output, random),
            };
        }

        foreach (var (path, text) in whole.Files)
        {
            record.Files[path] = text is null || random.Next(10) > 0 ? text : random.Next(3) == 0 ? null : Damage(text, random);
        }

        foreach (var (path, names) in whole.Folders)
        {
            record.Folders[path] = random.Next(20) > 0 ? names : [.. names.Where(_ => random.Next(3) > 0), Damage("dev-sda1", random)];
        }

        foreach (var (path, target) in whole.Links)
        {
            record.Links[path] = target is null || random.Next(10) > 0 ? target : Damage(target, random);
        }

        return record;
    }

    private static string Damage(string text, Random random)
    {
        for (var times = random.Next(1, 4); times > 0 && text.Length > 0; times--)
        {
            var at = random.Next(text.Length);
            var lines = text.Split('\n').ToList();
            switch (random.Next(6))
            {
                case 0:
                    text = text[..at];
                    break;
                case 1:
                    text = text[..at] + (char)random.Next(1, 0x300) + text[(at + 1)..];
                    break;
                case 2:
                    lines.RemoveAt(random.Next(lines.Count));
                    text = string.Join('\n', lines);
                    break;
                case 3:
                    var other = Texts[random.Next(Texts.Length)];
                    text = text[..at] + other[random.Next(other.Length)..];
                    break;
                case 4:
                    text = text[..at] + new string(text[at], random.Next(2000)) + text[at..];
                    break;
                default:
                    text = text[..at] + text[random.Next(at + 1)..];
                    break;
            }
        }

        return text;
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        bytes = [.. bytes];
        for (var times = random.Next(1, 6); times > 0 && bytes.Length > 0; times--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1:
                    var from = random.Next(bytes.Length);
                    var count = Math.Min(random.Next(600), bytes.Length - Math.Max(at, from));
                    bytes.AsSpan(from, count).ToArray().CopyTo(bytes, at);
                    break;
                case 2:
                    // Where a header of the archive is: the interesting bytes.
                    at = at / 512 * 512;
                    bytes[Math.Min(bytes.Length - 1, at + random.Next(512))] = (byte)random.Next(256);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return bytes;
    }
}
