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

    private void Encrypt(string value)
    {
        Directory.CreateDirectory(Path.Combine(fleet.Repository, "hosts/secrets"));
        var recipient = new ProcessRunner().Run(Command.Of("age-keygen", "-y", fleet.Identity)).OrThrow().Text.Trim();
        new ProcessRunner().Run(Command.Of("age", "--encrypt", "-r", recipient, "-o", Path.Combine(fleet.Repository, "hosts/secrets/web-db.age")).WithInput(System.Text.Encoding.UTF8.GetBytes(value + "\n"))).OrThrow();
    }

    private List<string> Shown()
    {
        var desired = fleet.Desired();
        var difference = fleet.Only();
        return [.. fleet.Redaction(desired).Shown(difference).SelectMany(hunk => hunk.Changes).Select(line => UnifiedDiff.Mark(line.Change) + line.Text)];
    }
}
