namespace Provision.Configuration.Tests;

/// <summary>Wrong heads of templates, one row each, with the exact message.</summary>
public sealed class HeadTests : IDisposable
{
    private readonly SmallFleet fleet = new();

    public void Dispose() => fleet.Dispose();

    [Theory]
    [InlineData("unti: web.service", ":2:1: error: unknown key \"unti\" in a template's head (did you mean \"unit\"?)")]
    [InlineData("mode: \"0999\"", ":2:7: error: \"0999\" is no file mode (three or four octal digits, such as \"0640\")")]
    [InlineData("owner: \"a:b:c\"", ":2:8: error: an owner is written user:group")]
    [InlineData("on_change: [{ do: rstart }]", ":2:19: error: \"rstart\" is nothing that can be done to a unit (did you mean \"restart\"?)")]
    [InlineData("on_change: [{ match: '(', do: none }]", ":2:22: error: \"(\" is no regular expression: Invalid pattern '(' at offset 1. Not enough )'s.")]
    [InlineData("silent: perhaps", ":2:9: error: true or false is expected here, not text")]
    [InlineData("order: first", ":2:8: error: a whole number is expected here")]
    [InlineData("as: a-b", ":2:5: error: \"a-b\" is no name that a template can use (letters, digits and underscores)")]
    [InlineData("each: settings.nmaes", ":2:7: error: \"settings\" has no member \"nmaes\" (did you mean \"names\"?)")]
    [InlineData("each: settings.workers", ":2:7: error: each: must be a list, but \"settings.workers\" is not")]
    [InlineData("path: /etc/{{ slto.name }}", ":2:7: error: the name \"slto\" is not defined")]
    [InlineData("unit: \"{{ host.nmae }}.service\"", ":2:7: error: \"host\" has no member \"nmae\" (did you mean \"name\"?)")]
    public void A_wrong_head_is_an_error_at_its_place(string head, string expected)
    {
        fleet.Template("etc/web.conf", head, "text\n");
        var (desired, problems) = fleet.Render();
        Assert.Null(desired);
        Assert.StartsWith("templates/web/etc/web.conf" + expected, problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path: /run/provision.lock", ":2:7: error: /run/provision.lock belongs to provision (no template may make it)", null)]
    [InlineData("path: /var/run/provision.lock", ":2:7: error: /var/run/provision.lock belongs to provision (no template may make it)", null)]
    [InlineData("path: /proc/sys/kernel/core_pattern", ":2:7: error: /proc/sys/kernel/core_pattern belongs to the kernel (no template may make it)", null)]
    [InlineData("path: /.provision/x", ":2:7: error: /.provision/x belongs to provision (no template may make it)", null)]
    [InlineData("path: /etc/provision/identity.age",
        ":2:7: error: /etc/provision/identity.age is the host's identity, which a reinstall restores (no template may make it)", null)]
    [InlineData("path: /etc/shadow",
        ":2:7: error: /etc/shadow with mode 0644 holds passwords, which no other user may read (if that is meant, allow: public-password in the head)",
        "public-password")]
    [InlineData("mode: \"4755\"", ":2:7: error: /etc/web.conf with mode 4755 would run with its owner's or group's rights, whoever starts it (if that is meant, allow: setuid in the head)", "setuid")]
    [InlineData("mode: \"2750\"", ":2:7: error: /etc/web.conf with mode 2750 would run with its owner's or group's rights, whoever starts it (if that is meant, allow: setuid in the head)", "setuid")]
    [InlineData("mode: \"0666\"",
        ":2:7: error: /etc/web.conf with mode 0666 could be written by every user of the host (if that is meant, allow: public-write in the head)",
        "public-write")]
    [InlineData("path: /boot/grub/grub.cfg",
        ":2:7: error: /boot/grub/grub.cfg decides what the machine starts; provision boot-loader writes there (if that is meant, allow: boot in the head)",
        "boot")]
    [InlineData("path: /run/web/pid", ":2:7: error: /run/web/pid is gone after the next start (if that is meant, allow: run in the head)", "run")]
    [InlineData("path: /home/ann/.profile", ":2:7: error: /home/ann/.profile stands where a user may write (if that is meant, allow: home in the head)",
        "home")]
    [InlineData("path: /var/lib/dpkg/status", ":2:7: error: /var/lib/dpkg/status belongs to the package manager (if that is meant, allow: dpkg in the head)",
        "dpkg")]
    [InlineData("allow: setiud", ":2:8: error: \"setiud\" is nothing that can be allowed (did you mean \"setuid\"?)", null)]
    public void What_no_template_makes_by_accident_is_an_error_unless_it_is_allowed(string head, string expected, string? allow)
    {
        fleet.Template("etc/web.conf", head, "text\n");
        Assert.StartsWith("templates/web/etc/web.conf" + expected, Assert.Single(fleet.Render().Problems).ToString(), StringComparison.Ordinal);
        fleet.Template("etc/web.conf", $"{head}\nallow: {allow ?? "[run, setuid]"}", "text\n");
        Assert.Equal(allow is null, fleet.Render().Desired is null);
    }

    [Fact]
    public void A_path_of_the_repository_itself_is_named_where_it_stands()
    {
        fleet.Write("templates/web/boot/grub/grub.cfg", "text\n");
        Assert.StartsWith("templates/web/boot/grub/grub.cfg:1:1: error: /boot/grub/grub.cfg decides", fleet.Render().Problems[0].ToString(),
            StringComparison.Ordinal);
        fleet.Write("templates/web/boot/grub/grub.cfg", "---\nallow: [boot]\n---\ntext\n");
        fleet.Desired();
    }

    [Theory]
    [InlineData("/etc/shadow", "0640")]
    [InlineData("/etc/boot/x", "0644")]
    [InlineData("/srv/run/x", "0755")]
    public void Other_paths_and_modes_need_nothing(string path, string mode)
    {
        fleet.Template("etc/web.conf", $"path: {path}\nmode: \"{mode}\"", "text\n");
        Assert.Equal(path, Assert.Single(fleet.Desired().Files).Path);
    }

    [Theory]
    [InlineData("---\r\nmode: \"0640\"\r\n---\r\ntext\r\n", "text\r\n")]
    [InlineData("\uFEFF---\nmode: \"0640\"\n---\ntext\n", "text\n")]
    [InlineData("\uFEFF---\r\nmode: \"0640\"\r\n---\r\ntext\n", "text\n")]
    [InlineData("--- \t\nmode: \"0640\"\n---  \ntext\n", "text\n")]
    [InlineData("---\nmode: \"0640\"\n---", "")]
    public void A_head_is_read_whatever_an_editor_did_to_its_lines(string file, string text)
    {
        fleet.Write("templates/web/etc/web.conf", file);
        var made = Assert.Single(fleet.Desired().Files);
        Assert.Equal((text, 0b110_100_000), (made.Text, made.Mode));
    }

    [Theory]
    [InlineData("\n---\nmode: \"0640\"\n---\ntext\n", ":2:1: error: a head begins in the first line of its file")]
    [InlineData("---\r\nmode: \"0640\"\r\ntext\r\n", ":1:1: error: the head that begins here has no closing ---")]
    public void A_head_that_cannot_be_read_never_becomes_text(string file, string expected)
    {
        fleet.Write("templates/web/etc/web.conf", file);
        var (desired, problems) = fleet.Render();
        Assert.Null(desired);
        Assert.StartsWith("templates/web/etc/web.conf" + expected, problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\nabc\n")]
    [InlineData("--- a/file\n+++ b/file\n")]
    public void A_text_that_begins_with_dashes_is_no_head(string file)
    {
        fleet.Write("templates/web/etc/web.conf", file);
        Assert.Equal(file, Assert.Single(fleet.Desired().Files).Text);
    }

    [Theory]
    [InlineData("etc/web.conf", "/etc/passwd", false)]
    [InlineData("etc", "../../../outside", true)]
    [InlineData("_part", "/etc/passwd", false)]
    public void A_link_out_of_the_repository_is_refused(string link, string target, bool isFolder)
    {
        Directory.CreateDirectory(Path.Combine(fleet.Repository, "../outside"));
        File.WriteAllText(Path.Combine(fleet.Repository, "../outside/web.conf"), "outside\n");
        var path = Path.Combine(fleet.Repository, "templates/web", link);
        if (link != "_part")
        {
            Directory.Delete(Path.Combine(fleet.Repository, "templates/web/etc"), recursive: true);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        else
        {
            fleet.Template("etc/web.conf", "mode: \"0644\"", "{{ include '_part' }}\n");
        }

        _ = isFolder ? Directory.CreateSymbolicLink(path, target) : File.CreateSymbolicLink(path, target);
        var (desired, problems) = fleet.Render();
        Assert.Null(desired);
        Assert.NotEmpty(problems);
        if (link != "_part")
        {
            Assert.StartsWith($"templates/web/{link}: error: this is a link out of the repository, to {target}", problems[0].ToString(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_template_for_another_engine_is_told_how_to_keep_its_braces()
    {
        fleet.Template("etc/web.conf", "mode: \"0644\"", "{{ $labels.instance }}\n");
        Assert.EndsWith("is not defined (braces that belong to the file itself stand between {%{ and }%})", fleet.Render().Problems[0].ToString(),
            StringComparison.Ordinal);
        fleet.Template("etc/web.conf", "mode: \"0644\"", "{%{{{ $labels.instance }}}%}\n");
        Assert.Equal("{{ $labels.instance }}\n", Assert.Single(fleet.Desired().Files).Text);
    }

    [Fact]
    public void A_link_inside_the_repository_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(fleet.Repository, "templates/web/etc/other.conf"), "web.conf");
        Assert.Equal(2, fleet.Desired().Files.Count);
    }

    [Fact]
    public void A_head_without_an_end_points_at_its_begin()
    {
        fleet.Write("templates/web/etc/web.conf", "---\nmode: \"0644\"\ntext\n");
        Assert.Contains(fleet.Render().Problems, problem =>
            problem.ToString().StartsWith("templates/web/etc/web.conf:1:1: error: the head that begins here has no closing ---", StringComparison.Ordinal));
    }

    [Fact]
    public void All_problems_of_all_templates_are_told_at_once()
    {
        fleet.Template("etc/a.conf", "mode: \"0644\"", "{{ if }}\n");
        fleet.Template("etc/b.conf", "mode: \"0644\"", "{{ nope }}\n");
        fleet.Template("etc/c.conf", "mdoe: \"0644\"", "text\n");
        var paths = fleet.Render().Problems.Select(problem => problem.Location.Path).Distinct();
        Assert.Equal(["templates/web/etc/a.conf", "templates/web/etc/b.conf", "templates/web/etc/c.conf"], paths);
    }

    [Fact]
    public void An_endless_loop_in_a_template_is_an_error()
    {
        fleet.Template("etc/web.conf", "mode: \"0644\"", "{{ while true; end }}\n");
        Assert.StartsWith("templates/web/etc/web.conf:4:", fleet.Render().Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_include_cannot_reach_other_files()
    {
        fleet.Write("secret", "outside");
        fleet.Template("etc/web.conf", "mode: \"0644\"", "{{ include '_../../../../secret' }}\n");
        Assert.NotEmpty(fleet.Render().Problems);
    }

    [Fact]
    public void A_template_that_is_not_utf8_is_an_error_with_its_line()
    {
        File.WriteAllBytes(Path.Combine(fleet.Repository, "templates/web/etc/web.conf"), [.. "one\ntwo "u8, 0xff, .. "\n"u8]);
        Assert.Equal("templates/web/etc/web.conf:2: error: this file is not UTF-8", fleet.Render().Problems[0].ToString());
    }
}
