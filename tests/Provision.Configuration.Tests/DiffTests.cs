using Provision.Configuration.Differences;
using Provision.Configuration.Plans;

namespace Provision.Configuration.Tests;

/// <summary>What users of other tools ask of a diff and do not get.</summary>
public sealed class DiffTests : IDisposable
{
    private readonly SmallFleet fleet = new();

    public void Dispose() => fleet.Dispose();

    [Fact]
    public void The_exit_code_is_0_same_1_differs_2_error()
    {
        Assert.Equal(1, fleet.Diff().ExitCode);
        fleet.Install();
        Assert.Equal(0, fleet.Diff().ExitCode);
        fleet.OnMachine("/etc/web.conf", "edited\n");
        Assert.Equal(1, fleet.Diff().ExitCode);
        File.Delete(fleet.RootFolder + "/etc/web.conf");
        Directory.CreateDirectory(fleet.RootFolder + "/etc/web.conf");
        var plan = fleet.Diff();
        Assert.Equal(2, plan.ExitCode);
        Assert.Contains("/etc/web.conf is a directory on the machine", plan.Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chattr +i ROOT/etc/web.conf", "ROOT/etc/web.conf is immutable (chattr -i -a ROOT/etc/web.conf)", "chattr -i ROOT/etc/web.conf")]
    [InlineData("chattr +i ROOT/etc", "the directory ROOT/etc is immutable (chattr -i -a ROOT/etc)", "chattr -i ROOT/etc")]
    [InlineData("mount -t tmpfs -o ro none ROOT/etc",
        "ROOT/etc/web.conf: the file system of ROOT/etc is mounted read-only (see \"findmnt --target ROOT/etc\")", "umount ROOT/etc")]
    [InlineData("mv ROOT/etc ROOT/moved; touch ROOT/etc", "ROOT/etc is not a directory, and ROOT/etc/web.conf needs one there (move it away by hand)",
        "rm ROOT/etc; mv ROOT/moved ROOT/etc")]
    [InlineData("mv ROOT/etc ROOT/moved; ln -s nowhere ROOT/etc",
        "ROOT/etc is a link that leads nowhere, and ROOT/etc/web.conf needs a directory there (move it away by hand)", "rm ROOT/etc; mv ROOT/moved ROOT/etc")]
    public void What_is_in_the_way_of_a_file_is_found_before_anything_is_written(string before, string expected, string after)
    {
        string Here(string text) => text.Replace("ROOT", fleet.RootFolder, StringComparison.Ordinal);
        fleet.Template("etc/other.conf", "mode: \"0644\"", "other\n");
        fleet.Install();
        fleet.Role("workers: 8, names: []");
        fleet.Template("opt/other.conf", "mode: \"0644\"", "new\n");
        var commands = new ProcessRunner();
        commands.Run(Command.Of("sh", "-ec", Here(before))).OrThrow();
        try
        {
            var plan = fleet.Diff();
            Assert.Equal(1, plan.ExitCode);
            Assert.Contains($"warning: {Here(expected)}", string.Join('\n', plan.Problems), StringComparison.Ordinal);
            var report = fleet.Install();
            Assert.Equal(Apply.InstallOutcome.Refused, report.Outcome);
            Assert.Contains($"error: {Here(expected)}", string.Join('\n', report.Messages), StringComparison.Ordinal);
            Assert.False(fleet.Has("/opt/other.conf"));
        }
        finally
        {
            commands.Run(Command.Of("sh", "-ec", Here(after))).OrThrow();
        }

        Assert.Equal(0, fleet.Install().ExitCode);
    }

    [Fact]
    public void New_update_drift_conflict_and_gone_are_told_apart()
    {
        Assert.Equal(Verdict.New, fleet.Only().Verdict);
        fleet.Install();
        Assert.Empty(fleet.Diff().Files);

        fleet.Role("workers: 8, names: [a, b]");
        Assert.Equal(Verdict.Update, fleet.Only().Verdict);
        fleet.OnMachine("/etc/web.conf", "listen 192.0.2.11\nworkers 5\n");
        Assert.Equal(Verdict.Conflict, fleet.Only().Verdict);
        fleet.Role();
        Assert.Equal(Verdict.Drift, fleet.Only().Verdict);
        File.Delete(fleet.RootFolder + "/etc/web.conf");
        Assert.Equal((Verdict.Drift, "removed from the machine"), (fleet.Only().Verdict, fleet.Only().Reasons[0]));

        fleet.Install();
        File.Delete(Path.Combine(fleet.Repository, "templates/web/etc/web.conf"));
        Assert.Equal((Verdict.Gone, false), (fleet.Only().Verdict, fleet.Only().Kept));
        fleet.OnMachine("/etc/web.conf", "mine now\n");
        Assert.Equal((Verdict.Gone, true), (fleet.Only().Verdict, fleet.Only().Kept));
    }

    [Fact]
    public void A_file_that_was_there_before_provision_is_an_update_that_says_so()
    {
        fleet.OnMachine("/etc/web.conf", "from the package\n");
        Assert.Equal(Verdict.Update, fleet.Only().Verdict);
        Assert.Contains("was there before provision", fleet.Only().Reasons);
    }

    [Fact]
    public void Mode_and_owner_are_reasons_of_their_own()
    {
        fleet.OnMachine("/etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:500:500::/:/bin/sh\n");
        fleet.OnMachine("/etc/group", "root:x:0:\nweb:x:500:\n");
        fleet.Template("etc/web.conf", "mode: \"0640\"\nowner: root:web", "text\n");
        fleet.Install();
        Assert.Empty(fleet.Diff().Files);
        File.SetUnixFileMode(fleet.RootFolder + "/etc/web.conf", UnixFileMode.UserRead);
        Assert.Equal(["mode 0400, should be 0640"], fleet.Only().Reasons);
        fleet.Install();
        new Provision.Core.ProcessRunner().Run(Provision.Core.Command.Of("chown", "500:0", fleet.RootFolder + "/etc/web.conf")).OrThrow();
        Assert.Equal(["owner web:root, should be root:web"], fleet.Only().Reasons);
        Assert.Equal(Verdict.Drift, fleet.Only().Verdict);
    }

    [Fact]
    public void An_owner_that_the_root_does_not_know_is_an_error_with_the_nearest_name()
    {
        fleet.OnMachine("/etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:500:500::/:/bin/sh\n");
        fleet.OnMachine("/etc/group", "root:x:0:\nweb:x:500:\n");
        fleet.Template("etc/web.conf", "owner: wbe:web", "text\n");
        var plan = fleet.Diff();
        Assert.Equal(2, plan.ExitCode);
        Assert.Equal($"templates/web/etc/web.conf:1:1: error: /etc/web.conf: the user \"wbe\" does not exist below {fleet.RootFolder} (did you mean \"web\"?)",
            plan.Problems[0].ToString());
    }

    [Fact]
    public void A_symbolic_link_in_the_place_of_a_file_is_shown_and_replaced_and_its_target_is_not_touched()
    {
        fleet.OnMachine("/etc/target", "not ours\n");
        File.CreateSymbolicLink(fleet.RootFolder + "/etc/web.conf", "target");
        Assert.Equal("is a symbolic link to target", fleet.Only().Reasons[0]);
        fleet.Install();
        Assert.Equal("not ours\n", fleet.Read("/etc/target"));
        Assert.Null(new FileInfo(fleet.RootFolder + "/etc/web.conf").LinkTarget);
        fleet.Rollback(0);
        Assert.Equal("target", new FileInfo(fleet.RootFolder + "/etc/web.conf").LinkTarget);
    }

    [Fact]
    public void What_left_the_inventory_is_listed_and_removed_and_an_edited_file_is_kept()
    {
        fleet.Template("etc/old/one.conf", "mode: \"0644\"", "one\n");
        fleet.Template("etc/old/two.conf", "mode: \"0644\"", "two\n");
        fleet.Install();
        Directory.Delete(Path.Combine(fleet.Repository, "templates/web/etc/old"), recursive: true);
        fleet.OnMachine("/etc/old/two.conf", "two, edited\n");
        fleet.Install();
        Assert.False(fleet.Has("/etc/old/one.conf"));
        Assert.Equal("two, edited\n", fleet.Read("/etc/old/two.conf"));
        Assert.Contains("kept", fleet.Only("/etc/old/two.conf").Reasons[0], StringComparison.Ordinal);
        File.Delete(fleet.RootFolder + "/etc/old/two.conf");
        Assert.Equal(0, fleet.Diff().ExitCode);
    }

    [Fact]
    public void An_empty_folder_that_we_made_goes_with_its_last_file_and_others_stay()
    {
        Directory.CreateDirectory(fleet.RootFolder + "/etc/theirs");
        fleet.Template("etc/ours/deep/one.conf", "mode: \"0644\"", "one\n");
        fleet.Template("etc/theirs/one.conf", "mode: \"0644\"", "one\n");
        fleet.Install();
        Directory.Delete(Path.Combine(fleet.Repository, "templates/web/etc/ours"), recursive: true);
        Directory.Delete(Path.Combine(fleet.Repository, "templates/web/etc/theirs"), recursive: true);
        fleet.Install();
        Assert.False(Directory.Exists(fleet.RootFolder + "/etc/ours"));
        Assert.True(Directory.Exists(fleet.RootFolder + "/etc/theirs"));
    }

    [Fact]
    public void One_change_of_many_instances_is_shown_once_and_the_odd_one_first()
    {
        fleet.Role("workers: 4, names: [a, b, c, d]");
        fleet.Template("etc/slot", "each: settings.names\nas: name\npath: /etc/slot/{{ name }}.conf", "name {{ name }}\nworkers {{ settings.workers }}\n");
        fleet.Install();
        fleet.OnMachine("/etc/slot/c.conf", "name c\nworkers 4\nodd 1\n");
        fleet.Role("workers: 8, names: [a, b, c, d]");
        var plan = fleet.Diff();
        var folded = HunkFolding.Fold(plan.Files.Where(file => file.Instance is not null), fleet.Redaction(fleet.Desired()));
        Assert.Equal([("c", 1), ("a", 3)], folded.Select(group => (group.First.Instance!, group.Count)));
    }

    [Fact]
    public void A_new_file_is_shown_with_its_content() =>
        Assert.Equal(["+listen 192.0.2.11", "+workers 4"], fleet.Only().Hunks[0].Changes.Select(line => "+" + line.Text));

    [Fact]
    public void A_saved_plan_holds_only_while_neither_the_machine_nor_the_repository_moves()
    {
        var hash = fleet.Diff().Hash;
        fleet.OnMachine("/etc/web.conf", "somebody was faster\n");
        var refused = fleet.Install(new() { ExpectedHash = hash });
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("the plan that was reviewed does not hold any more", refused.Messages[0], StringComparison.Ordinal);
        Assert.Equal("somebody was faster\n", fleet.Read("/etc/web.conf"));

        hash = fleet.Diff().Hash;
        fleet.Role("workers: 9, names: []");
        Assert.Equal(2, fleet.Install(new() { ExpectedHash = hash }).ExitCode);
        hash = fleet.Diff().Hash;
        Assert.Equal(0, fleet.Install(new() { ExpectedHash = hash }).ExitCode);
    }

    [Theory]
    [InlineData("[{ match: '^workers', do: restart }, { do: reload }]", "listen 192.0.2.11\nworkers 5\n", Desired.UnitAction.Restart)]
    [InlineData("[{ match: '^listen', do: restart }, { do: reload }]", "listen 192.0.2.11\nworkers 5\n", Desired.UnitAction.Reload)]
    [InlineData("[{ match: '^#', do: none }, { do: restart }]", "listen 192.0.2.11\nworkers 4\n# by hand\n", null)]
    public void The_changed_lines_decide_what_happens_to_the_unit(string rules, string onMachine, Desired.UnitAction? expected)
    {
        fleet.Template("etc/web.conf", $"unit: web.service\non_change: {rules}", "listen {{ host.address }}\nworkers {{ settings.workers }}\n");
        fleet.OnMachine("/etc/web.conf", onMachine);
        Assert.Equal(expected, fleet.Diff().Effects.SingleOrDefault()?.Action);
    }

    [Fact]
    public void Packages_are_compared_with_the_roots_own_dpkg()
    {
        fleet.Role(rest: "packages: [nginx, \"postfix=3.7.*\", missing]");
        Assert.Empty(fleet.Diff().Packages);
        fleet.OnMachine("/var/lib/dpkg/status", "Package: nginx\nStatus: install ok installed\nVersion: 1.26.3-1\n\nPackage: postfix\nStatus: install ok installed\nVersion: 3.10.0-1\n\nPackage: missing\nStatus: deinstall ok config-files\nVersion: 1\n");
        Assert.Equal([("missing", null), ("postfix", "3.10.0-1")], fleet.Diff().Packages.Select(package => (package.Wanted.Name, package.Installed)));
    }

    [Fact]
    public void An_unknown_unit_is_an_error_before_anything_is_touched()
    {
        fleet.OnMachine("/usr/lib/systemd/system/web2.service", "[Service]\n");
        var report = fleet.Install();
        Assert.Equal(2, report.ExitCode);
        Assert.Contains("the unit \"web.service\" does not exist on this host", report.Messages[0], StringComparison.Ordinal);
        Assert.False(fleet.Has("/etc/web.conf"));
        fleet.Template("etc/systemd/system/web.service", "mode: \"0644\"", "[Service]\nExecStart=/bin/true\n");
        Assert.Equal(0, fleet.Install().ExitCode);
    }

    [Fact]
    public void A_large_file_is_compared_by_its_hash()
    {
        fleet.Install();
        fleet.OnMachine("/etc/web.conf", new string('x', 2 * 1024 * 1024));
        var difference = fleet.Only();
        Assert.Empty(difference.Hunks);
        Assert.StartsWith("content, too large to show: 2,097,152 bytes (", difference.Reasons[0], StringComparison.Ordinal);
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.StartsWith("listen", fleet.Read("/etc/web.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_kept_for_a_rollback_is_not_replaced()
    {
        fleet.Install();
        using (var file = File.OpenWrite(fleet.RootFolder + "/etc/web.conf"))
        {
            file.SetLength(1_500_000_000);
        }

        var refused = fleet.Install();
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("/etc/web.conf has 1,500,000,000 bytes on the machine, and at most 268,435,456 are kept for a rollback", refused.Messages[0],
            StringComparison.Ordinal);
        Assert.Equal(1_500_000_000, new FileInfo(fleet.RootFolder + "/etc/web.conf").Length);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_a_difference_that_shows()
    {
        fleet.Template("etc/web.conf", "mode: \"0644\"", "caf\uFFFD\n");
        File.WriteAllText(fleet.RootFolder + "/ignored", "");
        Directory.CreateDirectory(fleet.RootFolder + "/etc");
        File.WriteAllBytes(fleet.RootFolder + "/etc/web.conf", [(byte)'c', (byte)'a', (byte)'f', 0xE9, (byte)'\n']);
        Assert.Equal(2, fleet.Only().Hunks.SelectMany(hunk => hunk.Changes).Count());
    }
}
