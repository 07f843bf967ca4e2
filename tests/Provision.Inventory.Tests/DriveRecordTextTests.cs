namespace Provision.Inventory.Tests;

public class DriveRecordTextTests
{
    private static readonly DriveRecordText Sample = DriveRecordText.From("imap33", SampleFleet.Fleet.FindDrives("imap33"));

    private static readonly DriveRecordText Full = Sample
        .WithDrive(new Bay("rear", 6), new DriveIdentity("S \"6\": #é\u001b[31m", "eui.0025", "null", 400_088_457_216))
        .WithDrive(new Bay("rear", 2), new DriveIdentity("0755", null, "yes", null))
        .WithDrive(new Bay("front", 1), null)
        .WithSet("d2spool", true).WithSet("ssd", false)
        .WithUnit("ssd33", new UnitIdentity("f984cc96:7f1db3c8:58ca7562:4f5ae000", null, null))
        .WithUnit("d2spool", new UnitIdentity(null, null, null)).WithUnit("d1spool", new UnitIdentity(null, "0x0004d927fffff810", null))
        .WithVolume("i33d1t2", null)
        .WithVolume("i33d1t10", new VolumeIdentity(null, "1e5", "12", null))
        .WithVolume("i33d1t02", new VolumeIdentity(null, null, "", null));

    [Fact]
    public void The_text_is_stable()
    {
        Snapshot.Check(Full.ToString(), "full");
        Assert.Equal(Full.ToString(), Full.WithVolume("x", new VolumeIdentity(null, null, null, null)).WithVolume("x", null).ToString());
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var edit = Full.Edit(SampleFleet.Files);
        Assert.Empty(edit.Result.Diagnostics);
        Assert.Equal("hosts/drives/imap33.yaml", edit.Path);
        var again = DriveRecordText.From("imap33", edit.Result.Fleet!.FindDrives("imap33"));
        Assert.Equal(Full.Bays, again.Bays);
        Assert.Equal(Full.Sets, again.Sets);
        Assert.Equal(Full.Units, again.Units);
        Assert.Equal(Full.Volumes, again.Volumes);
        Assert.Equal(edit.After, again.ToString());
    }

    [Fact]
    public void The_first_record_of_a_host_is_written()
    {
        var files = SampleFleet.Files with { Files = [.. SampleFleet.Files.Files.Where(file => file.Path != "hosts/drives/imap33.yaml")] };
        var edit = DriveRecordText.From("imap33", null).Edit(files);
        Assert.True(edit.IsGood);
        Assert.Equal("", edit.Before);
        Assert.EndsWith("drives:\n  imap33: {}\n", edit.After, StringComparison.Ordinal);
    }

    /// <summary>The whole inventory is checked with the change.</summary>
    [Theory]
    [InlineData("front/25", "X", "hosts/drives/imap33.yaml:7:7: error: the chassis 4u40 of imap33 has no bay \"front/25\" (did you mean \"front/15\"?)")]
    [InlineData("front/2", "BTTV332303FA400HGN",
        "hosts/drives/imap33.yaml:8:25: error: a drive with the serial BTTV332303FA400HGN is recorded twice\n    hosts/drives/imap33.yaml:7:26: here")]
    public void A_wrong_record_is_refused(string bay, string serial, string expected)
    {
        var slash = bay.IndexOf('/', StringComparison.Ordinal);
        var place = new Bay(bay[..slash], int.Parse(bay[(slash + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        Refused(Sample.WithDrive(place, new DriveIdentity(serial, null, null, null)).Edit(SampleFleet.Files), expected);
    }

    [Fact]
    public void What_else_is_in_the_file_is_not_lost() => Refused(
        Sample.Edit(SampleFleet.With("hosts/drives/imap33.yaml", SampleFleet.TextOf("hosts/drives/imap33.yaml") + "  imap34: {}\n")),
        "hosts/drives/imap33.yaml:13:3: error: \"imap34\" would be lost: hosts/drives/imap33.yaml is written by commands (move it to another file)");

    [Fact]
    public void A_record_elsewhere_is_not_doubled() => Refused(
        DriveRecordText.From("imap34", null).Edit(SampleFleet.With("hosts/more.yaml", "drives:\n  imap34: {}\n")),
        "hosts/more.yaml:2:3: error: the drive record of imap34 is not in a file of its own (move it to hosts/drives/imap34.yaml)");

    private static void Refused(InventoryEdit edit, string expected)
    {
        Assert.False(edit.IsGood);
        Assert.Equal(expected, string.Join("\n", edit.Result.Diagnostics));
    }
}
