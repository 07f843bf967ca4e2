namespace Provision.Configuration.Tests;

/// <summary>The script of the sample fleet that answers logins of Cyrus, run as pam_exec runs it.</summary>
public sealed class LoginCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-login-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("the secret\n", "csync", "the secret", true)]
    [InlineData("the secret\n", "csync", "another", false)]
    [InlineData("the secret\n", "csync", "", false)]
    [InlineData("the secret\n", "imap", "the secret", false)]
    [InlineData("the secret\n", "sieve", "the secret", false)]
    [InlineData(null, "csync", "", false)]
    [InlineData(null, "csync", "the secret", false)]
    [InlineData("", "csync", "", false)]
    [InlineData("\n", "csync", "", false)]
    public void The_replication_user_has_its_secret_and_one_service(string? secret, string service, string password, bool isGood)
    {
        // The script without its head, and with the secret in the test's folder.
        var script = TestRepository.Read("templates/saslperld/usr/lib/provision/login-check").Split("---\n", 3)[2]
            .Replace("/etc/cyrus/repl.secret", $"{folder}/repl.secret", StringComparison.Ordinal);
        File.WriteAllText($"{folder}/login-check", script);
        if (secret is not null)
        {
            File.WriteAllText($"{folder}/repl.secret", secret);
        }

        var asked = new ProcessRunner().Run(Command.Of("bash", $"{folder}/login-check")
            .WithEnvironment("PAM_USER", "repl").WithEnvironment("PAM_SERVICE", service).WithInput(System.Text.Encoding.UTF8.GetBytes(password + "\n")));
        Assert.Equal(isGood, asked.Succeeded);
    }
}
