using System.Xml.Linq;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Map;

/// <summary>The map as grid, lines, SVG and vdev aliases.</summary>
public class DrawingTests
{
    private const string Hostile = "\u001b]0;x\u0007<script>alert('&')</script>\u009b31m\u202e\n$(reboot)";

    private static PerfectMachine Troubled { get; } = PerfectMachine.Of("imap33")
        .Swap("rear/4", "rear/5")
        .With("rear/9", _ => null)
        .WithArray("ssd33d2", array => array with { State = SetHealth.Degraded, Members = [array.Members[1]] })
        .With("front/7", drive => drive with { Areca = drive.Areca! with { Usage = "Failed" } })
        .WithVolume("i33d1spool", volume => volume with { Health = SetHealth.Rebuilding, State = "Rebuilding(35.3%)" })
        .With("front/14", drive => drive with { Health = new DriveHealth(HealthVerdict.Worn, ["5 reallocated sectors"], 44, 61_000) })
        .WithDisk(PerfectMachine.Disk("sdp", 16_000_000_000, "Cruzer Blade", "4C530001") with { Removable = true, Transport = "usb" });

    [Theory]
    [InlineData("imap33")]
    [InlineData("imap14")]
    [InlineData("imap18")]
    [InlineData("imap50")]
    public void The_grid_of_each_chassis_is_the_verified_one(string host) => CheckGrid(PerfectMachine.Of(host), host);

    [Fact]
    public void The_grid_shows_a_machine_in_trouble() => CheckGrid(Troubled, "trouble");

    [Fact]
    public void The_grid_shows_gaps_and_unused_bays()
    {
        var machine = PerfectMachine.Of("db1");
        var chassis = machine.Layout.Chassis;
        chassis = chassis with { Panels = [chassis.Panels[0] with { Grid = [[1, 2, 0, 3], [4, 0, 5, 6]] }] };
        var layout = machine.Layout with { Chassis = chassis };
        var view = machine.View with { Layout = layout, Chassis = chassis };
        CheckGrid(machine with { View = view }, "gaps");
    }

    [Fact]
    public void The_picture_shows_a_machine_in_trouble() => Snapshot.Check(DriveSvg.Of(Troubled.Map()), "trouble", "svg");

    [Theory]
    [InlineData("imap14")]
    [InlineData("imap50")]
    public void Svg_is_well_formed_with_title_and_description(string host)
    {
        var svg = XDocument.Parse(DriveSvg.Of(PerfectMachine.Of(host).Map())).Root!;
        XNamespace space = "http://www.w3.org/2000/svg";
        Assert.Equal(space + "svg", svg.Name);
        Assert.Contains(host, svg.Element(space + "title")!.Value, StringComparison.Ordinal);
        Assert.Contains("no differences", svg.Element(space + "desc")!.Value, StringComparison.Ordinal);
        Assert.Equal(PerfectMachine.Of(host).Map().Bays.Count, svg.Elements(space + "g").Count());
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName is "script" or "image" or "a" or "foreignObject");
    }

    [Fact]
    public void Lines_are_those_of_the_first_tool()
    {
        var machine = PerfectMachine.Of("imap33");
        Assert.Equal("1 - HDD 500G RDY sdc I33R001\n", Line(machine, 1));
        Assert.Equal("3 E SSD 400G RDY sde md0/0 I33R003\n", Line(machine, 3));
        Assert.Equal("10 - HDD 2T RDY sdl md2/2 I33R010\n", Line(machine, 10));
        Assert.Equal("10 - - - EMP - -\n", Line(machine.With("rear/10", _ => null), 10));
        Assert.Equal("4 - HDD 2T RDY sdf md2/0 WDWMAY04568236\n", Line(machine.With("rear/4", drive => drive with { Serial = "WD-WMAY04568236" }), 4));
        Assert.Equal("4 - HDD 2T FLT sdf md2/0 I33R004\n",
            Line(machine.With("rear/4", drive => drive with { Health = new DriveHealth(HealthVerdict.Failed, [], null, null) }), 4));
        Assert.Equal(12, DriveLines.Of(machine.Map()).Count(c => c == '\n'));
        var nvme = DriveLines.Of(PerfectMachine.Of("imap50").Map());
        Assert.StartsWith("front/1 - NVME 3.84T RDY nvme0n1 nvme50/0 I50F001\n", nvme, StringComparison.Ordinal);
        Assert.EndsWith("internal/2 - SSD 480G RDY sdb I50I002\n", nvme, StringComparison.Ordinal);
    }

    /// <summary>What its operators' own tool printed on this very machine.</summary>
    [Fact]
    public void Lines_of_the_bundle_are_the_published_ones()
    {
        var observed = StorageObserver.Observe(Bundle.Read(Path.Combine(PerfectMachine.Root(), "tests/fixtures/bundles/imap33.tar.zst"), new DiagnosticBag())!);
        var view = PerfectMachine.Of("imap33").View;
        Assert.Equal(
            """
            1 - HDD 500G RDY sdc 3QG023NC
            2 - HDD 500G RDY sdd 3QG023TR
            3 E SSD 400G RDY sde md0/0 BTTV332303FA400HGN
            4 - HDD 2T RDY sdf md2/0 WDWMAY04568236
            5 - HDD 2T RDY sdg md3/0 WDWMAY04585688
            6 E SSD 400G RDY sdh md0/1 BTTV3322038L400HGN
            7 - HDD 2T RDY sdi md2/1 WDWMAY04606266
            8 - HDD 2T RDY sdj md3/1 WDWMAY04567563
            9 E SSD 400G RDY sdk md1/0 BTTV323101EM400HGN
            10 - HDD 2T RDY sdl md2/2 WDWMAY00250279
            11 - HDD 2T RDY sdm md3/2 WDWMAY04567237
            12 E SSD 400G RDY sdn md1/1 BTTV324100F9400HGN

            """,
            DriveLines.Of(DriveMap.Of(view.Layout!, view, null, observed)));
    }

    [Fact]
    public void Vdev_aliases_are_by_path()
    {
        var text = VdevAliases.Of(PerfectMachine.Of("imap50").Map());
        Assert.Contains("\nalias front-1      /dev/disk/by-path/pci-0000:41:00.0-nvme-1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nalias internal-2   /dev/disk/by-path/pci-0000:00:1f.2-ata-2\n", text, StringComparison.Ordinal);
        Assert.Contains("\n# front-1      no path of its own\n", VdevAliases.Of(PerfectMachine.Of("imap33").Map()), StringComparison.Ordinal);
    }

    /// <summary>A drive may say anything of itself; nothing of it reaches a terminal, a script or a browser.</summary>
    [Fact]
    public void Hostile_names_are_harmless()
    {
        var machine = PerfectMachine.Of("imap33")
            .With("rear/4", drive =>
                drive with
                {
                    Serial = Hostile,
                    Model = Hostile,
                    Wwn = Hostile,
                    Bus = drive.Bus! with { ByPath = Hostile },
                    Health = new DriveHealth(HealthVerdict.Worn, [Hostile], null, null)
                })
            .WithDisk(PerfectMachine.Disk("sd\u001b[2J", 5_000_000_000_000, Hostile, Hostile));
        machine = machine with
        {
            Observed = machine.Observed with
            {
                Machine = machine.Observed.Machine with
                {
                    HostName = Hostile,
                    Macs = [MacAddress.Parse("02:00:00:00:00:01")]
                }
            }
        };
        var map = machine.Map();
        var grid = DriveGrid.Of(map, GridInk.Plain);
        Assert.DoesNotContain(grid, c => c != '\n' && (char.IsControl(c) || c is '\u202e' or '\u009b'));
        Assert.All(grid.Split('\n'), line => Assert.DoesNotMatch("^(root|\\$)", line));
        Assert.DoesNotContain(DriveLines.Of(map), c => !char.IsAsciiLetterOrDigit(c) && c is not (' ' or '-' or '/' or '\n'));
        Assert.DoesNotContain("reboot", VdevAliases.Of(map), StringComparison.Ordinal);
        var svg = DriveSvg.Of(map);
        Assert.DoesNotContain("<script", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(svg, c => c != '\n' && char.IsControl(c));
        Assert.DoesNotContain(XDocument.Parse(svg).Descendants(), element => element.Name.LocalName == "script");
    }

    /// <summary>Whatever a bundle says, the map is drawn.</summary>
    [Fact]
    public void Nothing_that_is_observed_breaks_the_map()
    {
        var random = new Random(20261122);
        string?[] words = [null, "", " ", Hostile, "I33R005", "md0", "i33d1spool", "Failed", "HotSpare", "sdc", new string('x', 500), "é\ud800"];
        string? Word() => words[random.Next(words.Length)];
        long Size() => random.Next(4) switch { 0 => 0, 1 => -1, 2 => long.MaxValue, _ => 2_000_398_934_016 };
        for (var round = 0; round < 300; round++)
        {
            var machine = PerfectMachine.Of(round % 2 == 0 ? "imap33" : "imap18");
            var observed = machine.Observed with
            {
                Drives = [.. machine.Observed.Drives.Where(_ => random.Next(5) > 0).Select(drive => random.Next(3) > 0 ? drive : drive with
                {
                    Serial = Word(), Model = Word(), Wwn = Word(), Bytes = Size(), Device = random.Next(2) == 0 ? drive.Device : Word(),
                    Media = (DriveMedia?)random.Next(3), Health = new DriveHealth((HealthVerdict)random.Next(4), [Word() ?? ""], null, null),
                    Areca = drive.Areca is null ? null : drive.Areca with { Usage = Word() ?? "" },
                })],
                Arrays = [.. machine.Observed.Arrays.Select(array => random.Next(3) > 0 ? array : array with
                {
                    Name = Word(), Device = Word(), State = (SetHealth)random.Next(7), Progress = random.Next(2) == 0 ? Word() : "recovery ..9.%",
                        Members = [new MdPlace(Word() ?? "", null, Word() ?? "")],
                })],
                ArecaVolumes =
                    [.. machine.Observed.ArecaVolumes.Select(volume =>
                    volume with { State = Word() ?? "%", RaidSet = Word() ?? "", Health = (SetHealth)random.Next(7) })],
                Devices = [.. machine.Observed.Devices, PerfectMachine.Disk(Word() ?? "", Size(), Word(), Word()),
                    PerfectMachine.Disk("sdx", 1) with { Kind = (BlockKind)random.Next(8), PartitionLabel = Word(), MapperName = Word() }],
            };
            var map = (machine with { Observed = observed }).Map();
            var shown = DriveGrid.Of(map, GridInk.Plain) + DriveLines.Of(map) + VdevAliases.Of(map) + DriveSvg.Of(map);
            Assert.DoesNotContain(shown, c => c != '\n' && (char.IsControl(c) || c is '\u202e' or '\u009b'));
            XDocument.Parse(DriveSvg.Of(map));
            Assert.NotNull(Provision.Storage.Record.RecordAcceptance.Of(map, machine.Record, observed));
        }
    }

    [Theory]
    [InlineData(500_107_862_016, "500G")]
    [InlineData(400_088_457_216, "400G")]
    [InlineData(2_000_398_934_016, "2T")]
    [InlineData(2_000_400_000_000, "2T")]
    [InlineData(3_840_755_982_336, "3.84T")]
    [InlineData(1_920_383_410_176, "1.92T")]
    [InlineData(999_999_999_999, "1T")]
    [InlineData(16_008_609_792, "16G")]
    [InlineData(0, "0")]
    public void Sizes_are_those_on_the_label(long bytes, string expected) => Assert.Equal(expected, NominalSize.Of(bytes));

    [Theory]
    [InlineData("i33d1t01 i33d1t02 i33d1t03", "i33d1t01..03")]
    [InlineData("a1 a2 b a8 a9 a10 a11", "a1 a2 b a8..11")]
    [InlineData("a09 a10 a11", "a09..11")]
    [InlineData("a9 a010 x y", "a9 a010 x y")]
    public void Runs_of_names_are_folded(string names, string expected) => Assert.Equal(expected, string.Join(' ', NameRuns.Fold(names.Split(' '))));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("a\u001b[31m\u202eb\u009b\n", "a?[31m?b??")]
    public void Printable_text_is_harmless(string text, string expected) => Assert.Equal(expected, Printable.Of(text));

    private static void CheckGrid(PerfectMachine machine, string name)
    {
        var grid = DriveGrid.Of(machine.Map(), GridInk.Plain);
        var picture = grid.Split('\n').Where(line => line.Length > 0 && "┌├└│".Contains(line[0], StringComparison.Ordinal)).ToList();
        Assert.All(picture, line => Assert.InRange(line.Length, 1, 100));
        Snapshot.Check(grid, name);
    }

    private static string Line(PerfectMachine machine, int bay) =>
        DriveLines.Of(machine.Map()).Split('\n').Single(line => line.StartsWith($"{bay} ", StringComparison.Ordinal)) + "\n";
}
