using System.Globalization;
using System.Text;

namespace Provision.Cli.Tests;

/// <summary>Fifty wrong inputs with exactly what the program answers: what, where, and what to do next. The snapshot is read by people.</summary>
public sealed class WrongInputTests : IDisposable
{
    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    /// <summary>Command lines; FLEET is a repository with one host, WORK a directory with damaged files, ROOT a root.</summary>
    private static readonly string[] Lines =
    [
        "",
        "instal",
        "diff --rot /mnt",
        "diff --host",
        "diff cyrsu --host imap33 --repo SAMPLE --root ROOT",
        "diff cyrus/sloti33d1t0 --host imap33 --repo SAMPLE --root ROOT",
        "diff /etc/motd --host web1 --repo FLEET --root ROOT",
        "diff --host wbe1 --repo FLEET --root ROOT",
        "diff --host web1 --repo FLEET --root WORK/none",
        "diff --host web1 --repo FLEET --root WORK/garbage",
        "diff --host web1 --repo WORK/none",
        "diff --host web1 --repo FLEET --root ROOT -o yaml",
        "diff --host web1 --repo FLEET --root WORK/damaged",
        "diff --host web1 --repo FLEET --root ROOT --masters WORK/garbage",
        "diff --host web1 --repo FLEET --root ROOT --save WORK/none/plan.json",
        "diff --host web1 --repo WORK/indent --root ROOT",
        "diff --host web1 --repo WORK/template --root ROOT",
        "install --host web1 --repo FLEET --root ROOT",
        "install --host web1 --repo FLEET --root ROOT --yes",
        "install --host web1 --repo FLEET --root ROOT --allow-dirty --plan WORK/empty.json",
        "install --host web1 --repo FLEET --root ROOT --allow-dirty --plan WORK/garbage",
        "install --host web1 --repo FLEET --root ROOT --allow-dirty --plan WORK/none",
        "install --host web1 --repo FLEET --root ROOT --jobs 0",
        "install --host web1 --repo FLEET --root ROOT --unit-limit soon",
        "rollback 7 --root ROOT",
        "rollback --root WORK/none",
        "rollback yesterday",
        "explain /etc/web.conf:99 --host web1 --repo FLEET",
        "explain /etc/wbe.conf --host web1 --repo FLEET",
        "explain /etc/web.conf:x --host web1 --repo FLEET",
        "rollback --root WORK/damaged",
        "show",
        "show web2 --repo FLEET",
        "slots sloti9t01 --repo SAMPLE",
        "slot status imap33 sloti33d1t99 --repo SAMPLE",
        "stores stroe1 --repo SAMPLE",
        "hosts role= --repo FLEET",
        "hosts role=wbe --repo FLEET",
        "hosts web[ --repo FLEET",
        "validate --repo WORK/indent",
        "validate --repo WORK/garbage",
        "validate extra --repo FLEET",
        "host add web2 --mac 00:11:22 --role web --repo FLEET",
        "host add web2 --mac 52:54:00:00:00:01 --role web --repo FLEET",
        "host add Web --mac 52:54:00:00:00:02 --role web --repo FLEET",
        "host add web2 --mac 52:54:00:00:00:02 --role wbe --site nyo --repo FLEET",
        "host retire web9 --repo FLEET",
        "host import root@-oProxyCommand=x --repo FLEET",
        "render --host web1 --repo FLEET",
        "render --host web1 --repo FLEET --out WORK/garbage",
        "check --only lga --repo FLEET",
        "drives imap33 --repo SAMPLE --from WORK/garbage",
        "storage create --set nosuch --serial A --repo SAMPLE",
        "init WORK",
        "init WORK/new --example big --domain storage.lan --network 10.0.0.0/24",
        "help storage craete",
        "completion csh",
    ];

    private readonly string work = Directory.CreateTempSubdirectory("provision-wrong-").FullName;
    private readonly ProcessRunner runner = new();

    public WrongInputTests()
    {
        Fleet("fleet");
        Fleet("indent");
        Fleet("template");
        File.WriteAllText(At("indent/hosts/nyi.yaml"), "site: nyi\nhosts:\n  web1:\n    macs: [\"52:54:00:00:00:01\"]\n   roles: [web]\n");
        File.WriteAllText(At("template/templates/web/etc/web.conf"), "one\n{{ hots.name }}\n");
        File.WriteAllText(At("garbage"), "\0\u00ff{[");
        File.WriteAllText(At("empty.json"), "{}");
        Directory.CreateDirectory(At("root"));
        Directory.CreateDirectory(At("damaged/var/lib/provision"));
        File.WriteAllText(At("damaged/var/lib/provision/state.json"), "{ \"host\": ");
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void Fifty_wrong_inputs_have_these_answers()
    {
        Assert.True(Lines.Length >= 50);
        var text = new StringBuilder();
        var accepted = new List<string>();
        foreach (var line in Lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Named).ToList();
            var result = runner.Run(Command.Of(Program, words).In(At("root")).WithEnvironment("NO_COLOR", "1").WithEnvironment("HOME", work));
            var shown = (result.Text + result.Error).Replace(TestRepository.Root, "SAMPLE", StringComparison.Ordinal)
                .Replace(At("fleet"), "FLEET", StringComparison.Ordinal).Replace(At("root"), "ROOT", StringComparison.Ordinal)
                .Replace(work, "WORK", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"$ provision {line}\n{shown.TrimEnd('\n')}\n(exit {result.ExitCode})\n\n");
            accepted.AddRange(result.ExitCode is 2 or 3 ? [] : [$"{line}: {result.ExitCode}"]);
            Assert.DoesNotContain("   at ", shown, StringComparison.Ordinal);
        }

        Snapshot.Check(text.ToString(), "answers");
        Assert.Equal([], accepted);
        Assert.False(Directory.Exists(At("root/etc")));
    }

    private string Named(string word) => word.Replace("SAMPLE", TestRepository.Root, StringComparison.Ordinal).Replace("FLEET", At("fleet"),
        StringComparison.Ordinal).Replace("ROOT", At("root"), StringComparison.Ordinal).Replace("WORK", work, StringComparison.Ordinal);

    private string At(string path) => Path.Combine(work, path);

    private void Fleet(string name)
    {
        foreach (var folder in new[] { "hosts", "roles", "templates/web/etc" })
        {
            Directory.CreateDirectory(At($"{name}/{folder}"));
        }

        File.WriteAllText(At($"{name}/hosts/fleet.yaml"),
            "fleet: { name: test, domain: storage.lan, release: trixie }\nsites:\n  nyi: { networks: [10.1.0.0/24], gateway: 10.1.0.1 }\n");
        File.WriteAllText(At($"{name}/hosts/nyi.yaml"),
            "site: nyi\nhosts:\n  web1:\n    macs: [\"52:54:00:00:00:01\"]\n    roles: [web]\n    address: 10.1.0.11\n");
        File.WriteAllText(At($"{name}/roles/web.yaml"), "data: cache\ngate: none\nconfigs: [web]\n");
        File.WriteAllText(At($"{name}/templates/web/etc/web.conf"), "text\n");
    }
}
