using Provision.Configuration.Apply;
using Provision.Configuration.Plans;

namespace Provision.Configuration.Tests;

/// <summary>The transaction, and everything that tries to make it do half of its work.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly SmallFleet fleet = new();

    public void Dispose() => fleet.Dispose();

    [Fact]
    public void A_second_install_has_nothing_to_do()
    {
        Assert.Equal(InstallOutcome.Installed, fleet.Install().Outcome);
        Assert.Equal(InstallOutcome.NothingToDo, fleet.Install().Outcome);
        Assert.Equal([1], fleet.Store.Generations());
    }

    /// <summary>A slot's start renders from the commit that the host is at, which is a later one than its last generation's where that commit
    /// changed nothing here.</summary>
    [Fact]
    public void The_commit_that_the_whole_host_is_at_is_remembered_also_where_nothing_changed()
    {
        fleet.Install();
        var next = SmallFleet.Clean with { Id = "fedcba9876543210fedcba9876543210fedcba98" };
        Assert.Equal(InstallOutcome.NothingToDo, fleet.Install(revision: next).Outcome);
        Assert.Equal(next.Short, fleet.Store.ReadState().Commit);

        // A part of it says nothing of the rest.
        fleet.OnMachine("/etc/web.conf", "edited\n");
        var third = SmallFleet.Clean with { Id = "00000000000000000000000000000000000000aa" };
        new Installation(fleet.Files, fleet.Commands, TimeProvider.System).Install(fleet.Desired(), third, new ConfigSelection([("web", null)]),
            new InstallOptions());
        Assert.Equal((2, next.Short), (fleet.Store.ReadState().Generation, fleet.Store.ReadState().Commit));
    }

    [Fact]
    public void A_restart_is_owed_until_it_is_done_and_a_reload_does_not_replace_it()
    {
        fleet.Template("etc/web.conf", "unit: web.service\non_change: [{ match: workers, do: restart }, { do: reload }]",
            "listen {{ host.address }}\nworkers {{ settings.workers }}\n");
        fleet.Install();
        Assert.Equal("Restart web.service", Owed());
        fleet.OnMachine("/etc/web.conf", "listen 192.0.2.99\nworkers 4\n");
        fleet.Install();
        Assert.Equal("Restart web.service", Owed());

        string Owed() => string.Join(", ", fleet.Store.ReadState().Owed.Values.Select(owed => $"{owed.Action} {owed.Unit}"));
    }

    [Fact]
    public void When_one_template_fails_nothing_is_written()
    {
        fleet.Template("etc/zzz.conf", "mode: \"0644\"", "{{ settings.wrokers }}\n");
        var (desired, problems) = fleet.Render();
        Assert.Null(desired);
        Assert.Equal("templates/web/etc/zzz.conf:4:13: error: \"settings\" has no member \"wrokers\" (did you mean \"workers\"?)", problems[0].ToString());
        Assert.Empty(fleet.Tree());
    }

    [Fact]
    public void No_litter_is_left_and_no_daemon_folder_ever_holds_a_temporary_file()
    {
        fleet.Install();
        Assert.Equal(["/etc", "/etc/web.conf", "/run", "/var", "/var/lib"], fleet.Tree().Select(entry => entry.Split(' ')[0]));
        Assert.Empty(Directory.EnumerateFiles(fleet.RootFolder + "/var/lib/provision", "*.new"));
        Assert.False(File.Exists(fleet.RootFolder + "/var/lib/provision/journal.json"));
    }

    [Fact]
    public void What_is_remembered_is_readable_by_root_only()
    {
        fleet.Install();
        var folder = fleet.RootFolder + "/var/lib/provision";
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.All(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(path)));
    }

    [Theory]
    [InlineData(true, true, "not committed")]
    [InlineData(false, false, "no remote has the commit")]
    public void A_dirty_or_unpushed_repository_needs_a_word(bool dirty, bool pushed, string message)
    {
        var revision = SmallFleet.Clean with { Dirty = dirty, Pushed = pushed };
        var refused = fleet.Install(revision: revision);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(message, refused.Messages[0], StringComparison.Ordinal);
        Assert.False(fleet.Has("/etc/web.conf"));
        Assert.Equal(0, fleet.Install(new() { AllowDirty = true }, revision).ExitCode);
    }

    [Fact]
    public void Two_installs_at_once_are_one()
    {
        fleet.Files.MakeFolder("/run");
        using (fleet.Files.TryLock(Installation.LockPath))
        {
            var refused = fleet.Install();
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("another provision run holds /run/provision.lock", refused.Messages[0], StringComparison.Ordinal);
        }

        Assert.Equal(0, fleet.Install().ExitCode);
    }

    [Fact]
    public void A_root_that_holds_another_hosts_files_is_not_overwritten()
    {
        fleet.Install();
        var state = fleet.Store.ReadState();
        fleet.Store.WriteState(state with { Host = "db1" });
        var refused = fleet.Install();
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("holds the files of db1, not of web1", refused.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Taking_away_more_than_a_few_slots_needs_their_number()
    {
        fleet.Role("workers: 4, names: [a, b, c, d, e]");
        fleet.Template("etc/slot", "each: settings.names\nas: name\npath: /etc/slot/{{ name }}.conf", "{{ name }}\n");
        fleet.Install();
        fleet.Role("workers: 4, names: [a]");
        var refused = fleet.Install();
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("this would take away 4 slots (b, c, d, e); if that is meant, say --remove-slots 4", refused.Messages[0], StringComparison.Ordinal);
        Assert.True(fleet.Has("/etc/slot/e.conf"));
        Assert.Equal(0, fleet.Install(new() { MaximumRemovedSlots = 4 }).ExitCode);
        Assert.False(fleet.Has("/etc/slot/e.conf"));
        Assert.True(fleet.Has("/etc/slot/a.conf"));
    }

    [Fact]
    public void A_file_that_cannot_be_replaced_undoes_the_whole_transaction()
    {
        fleet.Template("etc/a.conf", "mode: \"0644\"", "a {{ settings.workers }}\n");
        fleet.Template("etc/new/n.conf", "mode: \"0644\"", "n\n");
        fleet.Template("etc/z.conf", "mode: \"0644\"", "z {{ settings.workers }}\n");
        File.Delete(Path.Combine(fleet.Repository, "templates/web/etc/new/n.conf"));
        fleet.Install();
        var before = fleet.Tree();
        fleet.Template("etc/new/n.conf", "mode: \"0644\"", "n\n");
        fleet.Role("workers: 8, names: []");

        // A mount point cannot be replaced by a rename, which only the swap finds out.
        var z = fleet.RootFolder + "/etc/z.conf";
        new ProcessRunner().Run(Command.Of("mount", "--bind", z, z)).OrThrow();
        var failed = fleet.Install();
        new ProcessRunner().Run(Command.Of("umount", z)).OrThrow();
        Assert.Equal(InstallOutcome.Refused, failed.Outcome);
        Assert.Contains($"{z}: Device or resource busy", Assert.Single(failed.Messages), StringComparison.Ordinal);
        Assert.Equal(before, fleet.Tree());
        Assert.Null(fleet.Store.ReadJournal());
        Assert.Equal(1, fleet.Store.ReadState().Generation);
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.Equal("z 8\n", fleet.Read("/etc/z.conf"));
    }

    [Fact]
    public void What_an_interruption_leaves_depends_on_the_journal()
    {
        var installation = new Installation(fleet.Files, fleet.Commands, TimeProvider.System);
        var left = new List<string?> { installation.LeftBehind() };
        installation.Install(fleet.Desired(), SmallFleet.Clean, Plans.ConfigSelection.All, new()
        {
            Progress = _ =>
        {
            left.Add(installation.LeftBehind());
            File.WriteAllText(fleet.RootFolder + "/var/lib/provision/journal.json", "{}");
            left.Add(installation.LeftBehind());
        }
        });
        left.Add(installation.LeftBehind());
        Assert.Equal(["nothing was changed", "nothing was changed", "files were being swapped: the next \"provision install\" completes it first", null], left);
    }

    [Fact]
    public void A_full_disk_changes_nothing()
    {
        var commands = new ProcessRunner();
        var etc = fleet.RootFolder + "/etc";
        Directory.CreateDirectory(etc);
        commands.Run(Command.Of("mount", "-t", "tmpfs", "-o", "size=64k", "full", etc)).OrThrow();
        try
        {
            fleet.Install();
            fleet.Template("etc/web.conf", "mode: \"0644\"", "small, but changed\n");
            fleet.Template("etc/zbig.conf", "mode: \"0644\"", new string('x', 200_000) + "\n");
            var failed = fleet.Install();
            Assert.Equal(InstallOutcome.Refused, failed.Outcome);
            Assert.Matches($"^cannot write {etc}/.*: No space left on device \\(\"df\"", Assert.Single(failed.Messages));
            Assert.Equal("listen 192.0.2.11\nworkers 4\n", fleet.Read("/etc/web.conf"));
            Assert.False(fleet.Has("/etc/zbig.conf"));
            Assert.False(Directory.Exists(etc + "/.provision"));
        }
        finally
        {
            commands.Run(Command.Of("umount", etc)).OrThrow();
        }
    }

    [Theory]
    [InlineData("/etc/../../escape")]
    [InlineData("etc/relative")]
    [InlineData("/etc/a\nb")]
    [InlineData("/etc//double")]
    [InlineData("/proc/sys/kernel/hostname", "no template may make it")]
    [InlineData("/var/lib/provision/state.json", "no template may make it")]
    [InlineData("/etc/folder/")]
    public void A_hostile_path_is_an_error_at_its_head(string path, string expected = "is not a valid target path")
    {
        fleet.Role($"workers: 4, names: [\"{path.Replace("\n", "\\n", StringComparison.Ordinal)}\"]");
        fleet.Template("etc/x", "each: settings.names\nas: name\npath: \"{{ name }}\"", "x\n");
        var (desired, problems) = fleet.Render();
        Assert.Null(desired);
        Assert.Equal(4, problems[0].Location.Line);
        Assert.Contains(expected, problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_templates_of_one_path_are_an_error_that_names_both()
    {
        fleet.Template("etc/other.conf", "path: /etc/web.conf", "x\n");
        var (_, problems) = fleet.Render();
        Assert.Equal("two templates make /etc/web.conf", problems[0].Message);
        Assert.Equal("templates/web/etc/other.conf", problems[0].Related[0].Location.Path);
    }

    [Fact]
    public void A_failing_check_changes_nothing_and_its_output_is_shown()
    {
        // A root with real programs: the folders of the running system are mounted into it read-only.
        using var programs = new Programs(fleet.RootFolder);
        fleet.Template("etc/web.conf", "check: [grep, -q, good, '{file}']", "bad\n");
        var refused = fleet.Install();
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("check failed: grep -q good /etc/web.conf", refused.Messages[0], StringComparison.Ordinal);
        Assert.False(fleet.Has("/etc/web.conf"));
        fleet.Template("etc/web.conf", "check: [grep, good, '{file}']\nsilent: true", "good\n");
        Assert.Contains("good", fleet.Install().Messages[0], StringComparison.Ordinal);
        fleet.Template("etc/web.conf", "check: [grep, -q, good, '{file}']\nsilent: true", "good\n");
        Assert.Equal(0, fleet.Install().ExitCode);
    }

    [Fact]
    public void Checks_see_the_whole_staged_tree_and_not_what_leaves()
    {
        using var programs = new Programs(fleet.RootFolder);
        fleet.Template("etc/part.conf", "mode: \"0644\"", "part {{ settings.workers }}\n");
        fleet.Template("etc/old.conf", "mode: \"0644\"", "old\n");
        fleet.Install();
        File.Delete(Path.Combine(fleet.Repository, "templates/web/etc/old.conf"));
        fleet.Template("etc/web.conf", "check: [sh, -c, 'grep -q \"part 8\" /etc/part.conf && test ! -e /etc/old.conf']", "text\n");
        fleet.Role("workers: 8, names: []");
        var plan = fleet.Diff();
        Assert.All(plan.Checks, check => Assert.Equal(Checks.CheckOutcome.Passed, check.Outcome));
        Assert.NotEmpty(plan.Checks);
        Assert.Equal("part 4\n", fleet.Read("/etc/part.conf"));
        Assert.True(fleet.Has("/etc/old.conf"));
    }

    [Fact]
    public void A_unit_that_the_same_install_brings_is_enabled_where_no_system_runs()
    {
        using var programs = new Programs(fleet.RootFolder);
        fleet.Template("etc/systemd/system/data.target", "mode: \"0644\"", "[Unit]\nDescription=data\n[Install]\nWantedBy=multi-user.target\n");
        fleet.Role(rest: "services: [data.target]");
        Assert.Equal(["data.target"], fleet.Diff().Units.Select(unit => unit.Unit.Name));
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.True(new FileInfo($"{fleet.RootFolder}/etc/systemd/system/multi-user.target.wants/data.target").LinkTarget is not null);
        Assert.Empty(fleet.Diff().Units);
    }

    [Fact]
    public void A_check_that_cannot_be_run_is_owed_and_run_as_soon_as_it_can()
    {
        fleet.Template("etc/web.conf", "check: [grep, -q, good, '{file}']", "bad\n");
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.Equal("/etc/web.conf", Assert.Single(fleet.Store.ReadState().OwedChecks).Key);
        using var programs = new Programs(fleet.RootFolder);
        Assert.Equal(2, fleet.Install().ExitCode);
        fleet.Template("etc/web.conf", "check: [grep, -q, good, '{file}']", "good\n");
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.Empty(fleet.Store.ReadState().OwedChecks);
    }

    [Fact]
    public void Old_generations_and_their_contents_are_pruned_and_what_is_needed_stays()
    {
        for (var workers = 1; workers <= 30; workers++)
        {
            fleet.Role($"workers: {workers}, names: []");
            fleet.Install();
        }

        Assert.Equal(Enumerable.Range(11, 20), fleet.Store.Generations());
        Assert.Equal(0, fleet.Rollback(12).ExitCode);
        Assert.Equal("listen 192.0.2.11\nworkers 12\n", fleet.Read("/etc/web.conf"));
        Assert.Equal(2, fleet.Rollback(3).ExitCode);
    }

    /// <summary>Mounts the running system's programs into a root, so that a checker can be run in a chroot of it.</summary>
    private sealed class Programs : IDisposable
    {
        private readonly List<string> mounted = [];

        public Programs(string root)
        {
            foreach (var folder in (string[])["usr", "bin", "lib", "lib64"])
            {
                var system = "/" + folder;
                if (new DirectoryInfo(system).LinkTarget is { } target)
                {
                    Directory.CreateSymbolicLink($"{root}/{folder}", target);
                }
                else if (Directory.Exists(system))
                {
                    Directory.CreateDirectory($"{root}/{folder}");
                    new ProcessRunner().Run(Command.Of("mount", "--bind", "-o", "ro", system, $"{root}/{folder}")).OrThrow();
                    mounted.Add($"{root}/{folder}");
                }
            }

            // The bound system has unit files, and so unit names are checked: those of the tests are known to it.
            Directory.CreateDirectory($"{root}/etc/systemd/system");
            File.WriteAllText($"{root}/etc/systemd/system/web.service", "[Service]\nExecStart=/bin/true\n");
        }

        public void Dispose()
        {
            foreach (var folder in mounted)
            {
                new ProcessRunner().Run(Command.Of("umount", folder)).OrThrow();
            }
        }
    }
}
