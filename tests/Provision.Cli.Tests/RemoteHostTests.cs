namespace Provision.Cli.Tests;

/// <summary>Import and bootstrap of a machine that is reached by a real sshd, in a network namespace with a NIC of its own and directories in memory.</summary>
public sealed class RemoteHostTests : IDisposable
{
    private const string Address = "10.20.0.7";
    private const string Mac = "52:54:00:20:00:07";

    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    private readonly string work = Directory.CreateTempSubdirectory("provision-remote-").FullName;
    private readonly ProcessRunner runner = new();

    public RemoteHostTests()
    {
        foreach (var folder in new[] { "bin", "home", "fleet/hosts", "fleet/roles", "fleet/templates/web/etc" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        File.CreateSymbolicLink(Path.Combine(work, "bin/provision"), Program);
        Write("fleet/hosts/fleet.yaml",
            "fleet: { name: test, domain: storage.lan, release: trixie }\nsites:\n  main: { networks: [10.20.0.0/24], gateway: 10.20.0.1 }\n");
        Write("fleet/roles/web.yaml", "data: cache\ngate: none\nconfigs: [web]\npackages: [openssh-server]\n");
        Write("fleet/templates/web/etc/web.conf", "text\n");
        Write("ssh_config",
            $"Host *\n  IdentityFile {work}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {work}/known_hosts\n  StrictHostKeyChecking yes\n");
        foreach (var key in new[] { "key", "host_key" })
        {
            runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(work, key))).OrThrow();
        }

        Write("known_hosts", $"{Address} {File.ReadAllText(Path.Combine(work, "host_key.pub"))}");
        Write("signers", AllowedSigners.Line("me", AllowedSigners.Commits, File.ReadAllText(Path.Combine(work, "key.pub")).Trim()));
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void Import_writes_the_entry_of_a_running_machine_and_leaves_the_machine_alone()
    {
        var imported = Inside($$"""
            find /etc/provision /var/lib/provision > {{work}}/before
            cp -r {{work}}/fleet {{work}}/other; sed -i s/10.20/10.30/g {{work}}/other/hosts/fleet.yaml
            provision host import root@{{Address}} --name files1 --role web --dry-run && ! grep -r files1 {{work}}/fleet/hosts
            provision host import root@{{Address}} --name files1 --role web
            find /etc/provision /var/lib/provision > {{work}}/after
            provision validate
            provision host import root@{{Address}} --name files2 --role web --repo {{work}}/other || echo "refused $?"
            provision host import root@-oProxyCommand=touch --name files2 --role web || echo "refused $?"
            """);
        var told = imported.Text + imported.Error;
        Assert.True(imported.ExitCode == 0, told);
        Assert.Equal(
            $"site: main\nhosts:\n  files1:\n    macs: [\"{Mac}\"]\n    roles: [web]\n    address: {Address}\n",
            File.ReadAllText(Path.Combine(work, "fleet/hosts/main.yaml")));
        Assert.Matches(@"packages that no role asks for \(\d+\): ", imported.Text);
        Assert.Matches(@"disks \(\d+\): ", imported.Text);
        Assert.DoesNotContain(" openssh-server", imported.Text.Split("packages that no role asks for")[1].Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(work, "before")), File.ReadAllText(Path.Combine(work, "after")));
        Assert.Contains("1 host, 0 stores, 1 role", imported.Text, StringComparison.Ordinal);
        Assert.Contains("none of the machine's addresses (10.20.0.7) lies in a network of a site", imported.Error, StringComparison.Ordinal);
        Assert.Contains("\"root@-oProxyCommand=touch\" is not a machine: expected root@HOST", imported.Error, StringComparison.Ordinal);
        Assert.Equal(2, imported.Text.Split("refused 2").Length - 1);
    }

    [Fact]
    public void Bootstrap_prepares_a_host_and_replaces_nothing_when_it_is_repeated()
    {
        Write("fleet/hosts/main.yaml", $"site: main\nhosts:\n  files1:\n    macs: [\"{Mac}\"]\n    roles: [web]\n    address: {Address}\n");
        var made = Inside($$"""
            git="git -C {{work}}/fleet -c user.name=t -c user.email=t@storage.lan"
            $git init -q -b main; $git add -A; $git commit -qm first
            sed -i s/{{Mac}}/52:54:00:20:00:99/ {{work}}/fleet/hosts/main.yaml; $git commit -qam other
            provision host bootstrap files1 --signers {{work}}/signers || echo "refused $?"
            test ! -e /etc/provision/identity.age; test ! -e /var/lib/provision/repository
            $git revert --no-edit HEAD > /dev/null
            provision host bootstrap files1 --signers {{work}}/signers --origin ssh://git@10.20.0.1/fleet
            stat -c '%a %n' /etc/provision/identity.age /var/lib/provision/repository
            cp /etc/provision/identity.age {{work}}/identity
            echo "# mine" >> /etc/provision/allowed_signers
            echo more >> {{work}}/fleet/templates/web/etc/web.conf; $git commit -qam second
            provision host bootstrap files1 --signers {{work}}/signers
            cmp /etc/provision/identity.age {{work}}/identity
            tail -n 1 /etc/provision/allowed_signers
            tail -n 1 /var/lib/provision/repository/templates/web/etc/web.conf
            git -C /var/lib/provision/repository remote get-url origin
            ssh -F {{work}}/ssh_config root@{{Address}} "cd / && unset PROVISION_REPO; provision diff --stat" || echo "differs $?"
            """);
        var told = made.Text + made.Error;
        Assert.True(made.ExitCode == 0, told);
        Assert.Contains($"at {Address}: this machine is not files1: it has none of its MAC addresses", made.Error, StringComparison.Ordinal);
        Assert.Contains("refused 2\n", made.Text, StringComparison.Ordinal);
        Assert.Contains("600 /etc/provision/identity.age\n700 /var/lib/provision/repository\n", made.Text, StringComparison.Ordinal);
        Assert.Matches(@"age key: made; its recipient, [^\n]*: age1[a-z0-9]+\n", made.Text);
        Assert.Matches(@"age key: was there; its recipient, [^\n]*: age1[a-z0-9]+\n", made.Text);
        Assert.Contains("signers: copied\n", made.Text, StringComparison.Ordinal);
        Assert.Contains("signers: DIFFERENT there and left alone", made.Text, StringComparison.Ordinal);
        Assert.Contains("\n# mine\nmore\nssh://git@10.20.0.1/fleet\n", made.Text, StringComparison.Ordinal);
        Assert.Contains("new      /etc/web.conf  +2 -0", made.Text, StringComparison.Ordinal);
        Assert.Contains("differs 1\n", made.Text, StringComparison.Ordinal);
    }

    private CommandResult Inside(string script)
    {
        var prepare = $$"""
            set -eu
            mkdir -p /etc/provision /var/lib/provision
            for folder in /run /etc/provision /var/lib/provision; do mount -t tmpfs -o mode=755 none $folder; done
            mount -t sysfs none /sys
            ip link set lo up
            ip link add nic0 address {{Mac}} type veth peer name other0; ip link set other0 address {{Mac}} up
            ip address add {{Address}}/24 dev nic0; ip link set nic0 up
            mkdir /run/sshd
            /usr/sbin/sshd -D -e -f /dev/null -o HostKey={{work}}/host_key -o AuthorizedKeysFile={{work}}/key.pub -o StrictModes=no \
                -o UsePAM=no -o ListenAddress=0.0.0.0 -o PidFile=none -o SetEnv=PATH={{work}}/bin:/usr/sbin:/usr/bin:/sbin:/bin 2> {{work}}/sshd.log &
            trap "kill $!" EXIT
            until ssh-keyscan -t ed25519 {{Address}} 2> /dev/null | grep -q ed25519; do kill -0 $!; sleep 0.1; done

            """;
        return runner.Run(Command.Of("unshare", "--mount", "--net", "--pid", "--fork", "bash", "-c", prepare + script)
            .WithEnvironment("PATH", $"{work}/bin:/usr/sbin:/sbin:{Environment.GetEnvironmentVariable("PATH")}")
            .WithEnvironment("HOME", Path.Combine(work, "home"))
            .WithEnvironment("PROVISION_SSH_CONFIG", Path.Combine(work, "ssh_config")).WithEnvironment("PROVISION_REPO", Path.Combine(work, "fleet"))
            .WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(3)));
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(work, path), text);
}
