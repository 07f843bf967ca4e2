using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>The published machine imap33, as the observer sees it through the recorded tools.</summary>
public class Imap33Tests
{
    private static readonly ObservedStorage Observed = Imap33.Sketch().Observe();

    /// <summary>The committed bundle, which other tests and people use.</summary>
    public static string BundlePath { get; } = Path.Combine(AppContext.BaseDirectory, "../../../../../tests/fixtures/bundles/imap33.tar.zst");

    [Fact]
    public void Nothing_is_left_unknown() => Assert.Empty(Observed.Problems);

    [Fact]
    public void Rear_drives_are_at_the_boards_ports_with_the_published_names_and_serials()
    {
        var rear = Observed.Drives.Where(drive => drive.Bus is not null).OrderBy(drive => drive.Bus!.AtaPort)
            .Select(drive => $"{drive.Bus!.AtaPort} {drive.Device} {drive.Media} {drive.Serial} {drive.Health.Verdict}");
        Assert.Equal(
        [
            "1 sdc Hdd 3QG023NC Good", "2 sdd Hdd 3QG023TR Good", "3 sde Ssd BTTV332303FA400HGN Good", "4 sdf Hdd WDWMAY04568236 Good",
            "5 sdg Hdd WDWMAY04585688 Good", "6 sdh Ssd BTTV3322038L400HGN Good", "7 sdi Hdd WDWMAY04606266 Good", "8 sdj Hdd WDWMAY04567563 Good",
            "9 sdk Ssd BTTV323101EM400HGN Good", "10 sdl Hdd WDWMAY00250279 Good", "11 sdm Hdd WDWMAY04567237 Good", "12 sdn Ssd BTTV324100F9400HGN Good",
        ], rear);
    }

    [Fact]
    public void Front_drives_are_behind_the_controller()
    {
        var front = Observed.Drives.Where(drive => drive.Areca is not null).ToList();
        Assert.Equal(24, front.Count);
        Assert.All(front, drive =>
            Assert.True(drive is { Device: null, Serial: not null, Health.Verdict: HealthVerdict.Good, Bytes: 2_000_400_000_000, Media: DriveMedia.Hdd }));
        Assert.Equal(Enumerable.Range(1, 24), front.Select(drive => drive.Areca!.Slot));
        Assert.Equal(["i33d1spool", "i33d2spool"], Observed.ArecaVolumes.Select(volume => volume.Name));
        Assert.All(Observed.ArecaVolumes, volume => Assert.Equal((SetHealth.Normal, 20_000_000_000_000), (volume.Health, volume.Bytes)));
    }

    [Fact]
    public void Every_partition_has_its_label_its_header_and_its_mount()
    {
        for (var half = 1; half <= 2; half++)
        {
            for (var number = 1; number <= 20; number++)
            {
                var label = $"i33d{half}t{number:00}";
                var partition = Observed.Find($"sd{(half == 1 ? "a" : "b")}{number}")!;
                Assert.Equal(label, partition.PartitionLabel);
                Assert.Equal((2, label, 64), (partition.Luks!.Version, partition.Luks.Label, partition.Luks.KeyBytes));
                Assert.Equal(["clevis"], partition.Luks.Tokens);
                var open = Observed.Find(Assert.Single(partition.Children))!;
                Assert.Equal((BlockKind.Crypt, label, "ext4"), (open.Kind, open.MapperName, open.Signature!.Type));
                Assert.Contains(Observed.Mounts, mount =>
                    mount.Path == $"/mnt/{label}" && mount.Source == $"/dev/mapper/{label}" && mount.Number == open.Number);
            }
        }
    }

    [Fact]
    public void Arrays_have_their_names_and_members()
    {
        Assert.Equal(["ssd33d1 raid1 sde,sdh", "ssd33d2 raid1 sdk,sdn", "i33d1search raid10 sdf,sdi,sdl", "i33d2search raid10 sdg,sdj,sdm",
            "os raid1 sdc2,sdd2"],
            Observed.Arrays.Select(array => $"{array.Name} {array.Level} {string.Join(',', array.Members.Select(member => member.Device))}"));
        Assert.All(Observed.Arrays, array => Assert.Equal(SetHealth.Normal, array.State));
        Assert.Equal("i33d1search", Observed.Find("md2")!.MapperName);
    }

    [Fact]
    public void No_secret_of_a_luks_header_is_recorded()
    {
        var record = Imap33.Sketch().Record();
        Assert.Contains(record.Runs, run =>
            run.Key.StartsWith("cryptsetup luksDump", StringComparison.Ordinal) && run.Value.Output.Contains("argon2id", StringComparison.Ordinal));
        Assert.DoesNotContain(record.Runs, run => (run.Value.Output + run.Value.Error).Contains(SketchPrograms.SecretMark, StringComparison.Ordinal));
    }

    [Fact]
    public void The_committed_bundle_is_what_the_sketch_gives()
    {
        var tar = Bundle.PackTar(Imap33.Sketch().Record(), "imap33", "0.1.0");
        if (Environment.GetEnvironmentVariable("WRITE_FIXTURES") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(BundlePath)!);
            File.WriteAllBytes(BundlePath, Bundle.Pack(Imap33.Sketch().Record(), "imap33", "0.1.0", new ProcessRunner()));
        }

        // The archive and not the file: another zstd packs the same bytes in another way.
        var committed = new ProcessRunner().Run(Command.Of("zstd", "-d", "-c", BundlePath)).OrThrow();
        Assert.True(committed.Output.Span.SequenceEqual(tar), "the bundle is not what the sketch makes: write it again with WRITE_FIXTURES=1");
    }

    [Fact]
    public void From_the_bundle_the_same_is_observed_as_from_the_machine()
    {
        var problems = new DiagnosticBag();
        var reader = Bundle.Read(BundlePath, problems);
        Assert.Empty(problems);
        var observed = StorageObserver.Observe(reader!);
        Assert.Empty(observed.Problems);
        Assert.Equal(Observed.Devices.Select(Everything), observed.Devices.Select(Everything));
        Assert.Equal(Observed.Drives.Select(drive => drive with { Health = drive.Health with { Reasons = [] } }),
            observed.Drives.Select(drive => drive with { Health = drive.Health with { Reasons = [] } }), DriveEquality);
        Assert.Equal(Observed.Mounts, observed.Mounts);
        Assert.Equal(Observed.Machine with { Macs = [] }, observed.Machine with { Macs = [] });
    }

    private static bool DriveEquality(ObservedDrive left, ObservedDrive right) =>
        (left.Device, left.Bus, left.Areca, left.Model, left.Serial, left.Wwn, left.Bytes) == (right.Device, right.Bus, right.Areca, right.Model, right.Serial,
            right.Wwn, right.Bytes);

    /// <summary>Lists of records compare by reference: what is in them is written out.</summary>
    private static string Everything(BlockDevice device) =>
        $"{device with { Parents = [], Children = [], Signatures = [], Table = null, Luks = null }} {string.Join(',', device.Parents)} "
            + $"{string.Join(',', device.Children)} {string.Join(',', device.Signatures)} {string.Join(',', device.Table?.Partitions ?? [])} "
            + $"{device.Luks?.Uuid}";
}
