using Provision.Configuration.Differences;
using Provision.Configuration.Plans;

namespace Provision.Configuration.Tests;

/// <summary>No value of a secret is ever shown: not a new one, not an old one, not one that somebody typed in beside it.</summary>
public sealed class SecretTests : IDisposable
{
    private const string First = "correct-horse-battery";
    private const string Second = "staple-under-the-bridge";
    private readonly SmallFleet fleet = new();
    private readonly string keys = Directory.CreateTempSubdirectory("provision-keys-").FullName;

    public SecretTests()
    {
        fleet.Identity = Path.Combine(keys, "identity");
        new ProcessRunner().Run(Command.Of("age-keygen", "-o", fleet.Identity)).OrThrow();
        Encrypt(First);
        fleet.Template("etc/web.conf", "mode: \"0600\"", "user web\npassword: {{ secret \"web-db\" }}\nworkers {{ settings.workers }}\n");
    }

    public void Dispose()
    {
        fleet.Dispose();
        Directory.Delete(keys, recursive: true);
    }

    [Fact]
    public void A_new_secret_is_written_and_shown_masked()
    {
        Assert.Equal(["+user web", "+password: ********", "+workers 4"], Shown());
        fleet.Install();
        Assert.Contains(First, fleet.Read("/etc/web.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_secret_is_visible_as_a_change_and_in_neither_value()
    {
        fleet.Install();
        Encrypt(Second);
        Assert.Equal(["-password: ********", "+password: ********"], Shown());
    }

    [Theory]
    [InlineData("user web\npassword: typed by hand\nworkers 4\n", "-password: ********", "+password: ********")]
    [InlineData("user web\n# password: typed by hand\npassword: correct-horse-battery\nworkers 4\n", "-# password: ********")]
    [InlineData("user web\npassword: correct-horse-battery\nworkers 4\nbackup correct-horse-battery\n", "-backup ********")]
    public void What_somebody_typed_on_the_machine_is_masked_too(string onMachine, params string[] expected)
    {
        fleet.Install();
        fleet.OnMachine("/etc/web.conf", onMachine);
        Assert.Equal(expected, Shown());
    }

    [Fact]
    public void A_key_of_many_lines_is_masked_on_both_sides()
    {
        Encrypt("-----BEGIN KEY-----\nabcdefgh\nijklmnop\n-----END KEY-----");
        fleet.Template("etc/web.conf", "mode: \"0600\"", "{{ secret \"web-db\" }}\n");
        fleet.OnMachine("/etc/web.conf", "-----BEGIN KEY-----\nolderkey\n-----END KEY-----\n");
        var shown = Shown();
        Assert.DoesNotContain(shown, line => line.Contains("olderkey", StringComparison.Ordinal) || line.Contains("abcdefgh", StringComparison.Ordinal));
        Assert.Contains("-********", shown);
    }

    [Theory]
    [InlineData("{{ x = secret \"web-db\"; x | string.upcase }}")]
    [InlineData("{{ capture x; secret \"web-db\"; end; x }}")]
    [InlineData("{{ 'prefix ' + (secret 'web-db') | string.replace 'horse' 'cow' }}")]
    [InlineData("{{ include '_inner' }}")]
    public void A_secret_stays_secret_on_whatever_way_it_takes(string code)
    {
        fleet.Write("templates/web/_inner", "{{ secret 'web-db' | string.base64_encode }}");
        fleet.Template("etc/web.conf", "mode: \"0600\"", $"open\n{code}\n");
        Assert.Equal("+open", Shown()[0]);
        Assert.Equal("+********", Shown()[1]);
    }

    [Fact]
    public void Without_the_key_the_state_is_unknown_and_never_same()
    {
        fleet.Install();
        fleet.Identity = "/nonexistent/identity";
        var plan = fleet.Diff();
        Assert.Equal(2, plan.ExitCode);
        Assert.Equal(Verdict.Unknown, Assert.Single(plan.Files).Verdict);
        Assert.Contains("there is no identity /nonexistent/identity", plan.Files[0].Reasons[0], StringComparison.Ordinal);
        fleet.Role("workers: 9, names: []");
        var refused = fleet.Install();
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("workers 4", fleet.Read("/etc/web.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_for_somebody_else_cannot_be_read_and_says_so()
    {
        fleet.Identity = Path.Combine(keys, "other");
        new ProcessRunner().Run(Command.Of("age-keygen", "-o", fleet.Identity)).OrThrow();
        Assert.Contains("cannot be decrypted", Assert.Single(fleet.Diff().Files).Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_not_there_is_an_error_with_the_nearest_name()
    {
        fleet.Template("etc/web.conf", "mode: \"0600\"", "{{ secret \"web-bd\" }}\n");
        var (_, problems) = fleet.Render();
        Assert.StartsWith("templates/web/etc/web.conf:4:", problems[0].ToString(), StringComparison.Ordinal);
        Assert.EndsWith("the repository has no secret \"web-bd\" (did you mean \"web-db\"?)", problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ include (secret 'web-db') }}")]
    [InlineData("{{ secret (secret 'web-db') }}")]
    [InlineData("{{ secret (secret 'web-db' | string.upcase) }}")]
    [InlineData("{{ fleet[secret 'web-db'] }}")]
    [InlineData("{{ hosts (secret 'web-db') }}")]
    [InlineData("{{ (secret 'web-db' | string.upcase) | math.round }}")]
    [InlineData("{{ settings[secret 'web-db' | string.base64_encode] }}")]
    [InlineData("{{ secret 'web-db' | string.to_int | math.plus 1 | date.parse }}")]
    public void No_message_holds_a_secret_or_a_form_of_one(string code)
    {
        fleet.Template("etc/web.conf", "mode: \"0600\"", code + "\n");
        var text = string.Join('\n', fleet.Render().Problems);
        Assert.All(new[] { "horse", "HORSE", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(First))[..12] }, form =>
            Assert.DoesNotContain(form, text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_message_without_a_secret_keeps_its_names()
    {
        fleet.Template("etc/web.conf", "mode: \"0600\"", "{{ x = secret 'web-db' }}{{ settings.wrokers }}\n");
        Assert.EndsWith("\"settings\" has no member \"wrokers\" (did you mean \"workers\"?)", fleet.Render().Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path: /etc/{{ secret 'web-db' }}", ":2:7: error: path: must not be made of a secret")]
    [InlineData("unit: \"{{ secret 'web-db' }}.service\"", ":2:7: error: unit: must not be made of a secret")]
    [InlineData("check: [\"true\", \"{{ secret 'web-db' }}\"]", ":2:17: error: check: must not be made of a secret")]
    [InlineData("each: secret 'web-db' | string.split '-'", ":2:7: error: each: must not be made of a secret")]
    public void What_is_shown_is_not_made_of_a_secret(string head, string expected)
    {
        fleet.Template("etc/web.conf", head, "text\n");
        Assert.StartsWith("templates/web/etc/web.conf" + expected, fleet.Render().Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mode: \"0644\"", true)]
    [InlineData("mode: \"0604\"", true)]
    [InlineData("mode: \"0640\"", false)]
    [InlineData("public_secret: true", false)]
    public void A_secret_that_everyone_could_read_is_an_error(string head, bool isRefused)
    {
        fleet.Template("etc/web.conf", head, "{{ secret 'web-db' }}\n");
        foreach (var identity in new[] { fleet.Identity, "/nonexistent/identity" })
        {
            fleet.Identity = identity;
            var problems = fleet.Render().Problems;
            Assert.Equal(isRefused, problems.Count > 0);
            Assert.All(problems, problem => Assert.Contains("holds a secret, and its mode 06", problem.ToString(), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("password is correct-horse-battery", true)]
    [InlineData("PASSWORD IS CORRECT-HORSE-BATTERY", true)]
    [InlineData("unexpected \"orse-batt...\"", true)]
    [InlineData("yrettab-esroh-tcerroc", true)]
    [InlineData("Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5", true)]
    [InlineData("xx dXNlcjpjb3JyZWN0LWhvcnNlLWJhdHRlcnk= xx", true)]
    [InlineData("63 6f 72 72 65 63 74 2d 68 6f 72 73 65 2d 62 61 74 74 65 72 79", true)]
    [InlineData("63:6F:72:72:65:63:74:2D:68:6F:72:73:65:2D:62:61:74:74:65:72:79", true)]
    [InlineData("correct\\-horse\\-battery", true)]
    [InlineData("line 3: unknown option, correct it", false)]
    public void A_checkers_output_is_withheld_if_it_holds_a_form_of_a_secret(string output, bool isWithheld)
    {
        var shown = fleet.Redaction(fleet.Desired()).Printed(output);
        Assert.Equal(isWithheld ? "(the output is withheld: it contains a secret, or something made of one)" : output, shown);
    }

    [Fact]
    public void After_a_rotation_and_the_limit_of_the_history_no_old_value_is_on_the_disk()
    {
        fleet.Template("etc/neighbour.conf", "mode: \"0644\"", "this never changes\n");
        fleet.Install();
        Encrypt(Second);
        for (var i = 0; i <= Provision.Configuration.State.StateStore.KeptGenerations; i++)
        {
            fleet.Role($"workers: {i}, names: []");
            Assert.Equal(0, fleet.Install().ExitCode);
        }

        var files = Directory.EnumerateFiles(fleet.RootFolder, "*", SearchOption.AllDirectories).ToList();
        Assert.Equal([], files.Where(path => File.ReadAllText(path).Contains(First, StringComparison.Ordinal)));
        Assert.Contains(files, path => File.ReadAllText(path).Contains(Second, StringComparison.Ordinal));
        Assert.Equal("this never changes\n", fleet.Read("/etc/neighbour.conf"));
        File.WriteAllText(fleet.RootFolder + "/etc/neighbour.conf", "changed by hand\n");
        var oldest = fleet.Store.Generations()[0];
        Assert.Equal(0, fleet.Rollback(oldest).ExitCode);
        Assert.Equal("this never changes\n", fleet.Read("/etc/neighbour.conf"));
    }

    private void Encrypt(string value)
    {
        Directory.CreateDirectory(Path.Combine(fleet.Repository, "hosts/secrets"));
        var recipient = new ProcessRunner().Run(Command.Of("age-keygen", "-y", fleet.Identity)).OrThrow().Text.Trim();
        new ProcessRunner().Run(Command.Of("age", "--encrypt", "-r", recipient, "-o", Path.Combine(fleet.Repository, "hosts/secrets/web-db.age")).WithInput(
            System.Text.Encoding.UTF8.GetBytes(value + "\n"))).OrThrow();
    }

    private List<string> Shown()
    {
        var desired = fleet.Desired();
        var difference = fleet.Only();
        return [.. fleet.Redaction(desired).Shown(difference).SelectMany(hunk => hunk.Changes).Select(line => UnifiedDiff.Mark(line.Change) + line.Text)];
    }
}
