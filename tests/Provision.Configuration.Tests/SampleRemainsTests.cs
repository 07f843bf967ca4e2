using Provision.Configuration.Repository;

namespace Provision.Configuration.Tests;

/// <summary>A fleet that began as a copy of the sample.</summary>
public sealed class SampleRemainsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-sample-").FullName;
    private readonly ProcessRunner runner = new();

    public SampleRemainsTests()
    {
        foreach (var part in new[] { "hosts", "roles", "templates" })
        {
            runner.Run(Command.Of("cp", "-r", TestRepository.PathOf(part), folder)).OrThrow();
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("mail.example", true)]
    [InlineData("example", true)]
    [InlineData("mail.example.org", true)]
    [InlineData("lab.test", true)]
    [InlineData("mail.corp.internal", false)]
    [InlineData("myexample", false)]
    [InlineData("example.de", false)]
    public void Only_domains_that_belong_to_nobody_keep_the_samples_keys(string domain, bool isGood) => Assert.Equal(isGood, Find(domain).Count == 0);

    [Fact]
    public void Every_secret_and_the_operators_file_of_the_sample_are_errors()
    {
        var errors = Find("mail.corp.internal").Where(problem => problem.Severity == Severity.Error).Select(problem => problem.Location.ToString()).ToList();
        var secrets = Directory.EnumerateFiles($"{folder}/hosts/secrets", "*.age").Select(path => "hosts/secrets/" + Path.GetFileName(path));
        Assert.Equal(secrets.Append("hosts/secrets/operators.txt:3:1").Order(StringComparer.Ordinal), errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_new_secret_to_the_test_key_is_found_and_one_to_another_key_is_none()
    {
        var secrets = $"{folder}/hosts/secrets";
        runner.Run(Command.Of("sh", "-ec", $$"""
            cd {{secrets}}; rm *.age
            age-keygen -o ../mine 2>/dev/null; age-keygen -y ../mine > operators.txt
            echo good | age -R operators.txt > good.age
            echo bad | age -R operators.txt -r age1whk7p94uvsh3c6qtrg5wur6fwwe2ej0kv23dd8rv7un4krmxxuvq4ruvpy > bad.age
            rm ../mine
            """)).OrThrow();
        var error = Assert.Single(Find("mail.corp.internal"), problem => problem.Severity == Severity.Error);
        Assert.Equal(
            "hosts/secrets/bad.age: error: the test key of the sample fleet, which everyone has, opens this secret "
            + "(encrypt a new value to your operators and hosts: age -R hosts/secrets/operators.txt -r HOST)",
            error.ToString());
    }

    [Fact]
    public void Documentation_addresses_are_one_warning_a_file()
    {
        var warnings = Find("mail.corp.internal").Where(problem => problem.Severity == Severity.Warning).ToList();
        Assert.Equal(warnings.Count, warnings.Select(problem => problem.Location.Path).Distinct(StringComparer.Ordinal).Count());
        Assert.Contains(
            "roles/base.yaml:39:20: warning: 192.0.2.0/24 is reserved for documentation (RFC 5737, RFC 3849), as",
            string.Join('\n', warnings),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ip saddr 203.0.113.7 accept\n", true)]
    [InlineData("ip6 saddr 2001:db8::/32 accept\n", true)]
    [InlineData("# such as 192.0.2.1\n", false)]
    [InlineData("ip saddr 192.0.20.1 accept\n", false)]
    [InlineData("version 1.192.0.2.1\n", false)]
    [InlineData("ip saddr 10.192.0.2 accept\n", false)]
    public void An_address_is_found_where_it_counts(string text, bool isFound)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToList())
        {
            File.Delete(file);
        }

        Directory.CreateDirectory($"{folder}/templates/firewall");
        File.WriteAllText($"{folder}/templates/firewall/nftables.conf", text);
        Assert.Equal(isFound ? 1 : 0, Find("mail.corp.internal").Count);
    }

    private IReadOnlyList<Diagnostic> Find(string domain)
    {
        var problems = new DiagnosticBag();
        SampleRemains.Find(folder, domain, runner, problems);
        return problems.InOrder();
    }
}
