using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Provision.Lab;

/// <summary>
/// A small Debian system in a container with a systemd of its own as process 1, for tests of what an install does to
/// units. It lies on an image that is made once and kept outside the repository; what a test writes is in memory and is gone
/// with the container. A folder of the test is seen inside as <c>/lab</c>, the program as <c>/usr/local/bin/provision</c>.
/// </summary>
public sealed class NspawnSystem : IDisposable
{
    private const string Packages = "age,dbus,procps,systemd,systemd-sysv,util-linux";
    private const string MailPackages = "cyrus-admin,cyrus-caldav,cyrus-clients,cyrus-imapd,cyrus-pop3d,cyrus-replication,curl,git,iproute2,netbase,openssh-server,rsync,sasl2-bin";
    private const string ExamplePackages = "apt-utils,chrony,curl,dnsmasq-base,e2fsprogs,git,gnupg,iproute2,ipxe,linux-image-amd64,mdadm,mmdebstrap,netbase,nftables,nginx-light,openssh-server,parted,rclone,rsync,smartmontools,xfsprogs,zstd";
    private static readonly Lock Building = new();
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);
    private readonly string controlGroup;
    private readonly Process container;

    private NspawnSystem(string shared, string release, string packages, params IReadOnlyList<string> options)
    {
        // A control group of its own: containers do not share one, and killing the group ends all that runs in it.
        controlGroup = Path.Combine(ControlGroups(), "provision-lab-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(controlGroup);
        var log = Path.Combine(shared, "console.log");
        string[] nspawn =
        [
            "systemd-nspawn", "--quiet", "--directory=" + Image(release, packages), "--volatile=overlay", "--boot", "--register=no", "--keep-unit",
            "--console=pipe", .. options, "--bind=" + shared + ":/lab", "--bind-ro=" + ProvisionBinary.Path + ":/usr/local/bin/provision",
        ];
        var start = new ProcessStartInfo("sh", ["-c", "echo $$ > \"$0/cgroup.procs\" && log=$1 && shift && exec \"$@\" > \"$log\" 2>&1", controlGroup, log,
            .. nspawn])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1";
        container = Process.Start(start)!;
        try
        {
            Leader = WaitUntilBooted(log);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Process 1 of the container, as this machine numbers it.</summary>
    public int Leader { get; }

    /// <summary>Boots a system.</summary>
    /// <param name="shared">A folder of this machine that is seen inside as <c>/lab</c>.</param>
    public static NspawnSystem Boot(string shared) => new(shared, OwnRelease(), Packages, "--private-network");

    /// <summary>Boots a system that has the packages of the fleets in <c>examples/</c>, and a network of its own.</summary>
    /// <param name="shared">A folder of this machine that is seen inside as <c>/lab</c>.</param>
    public static NspawnSystem BootExample(string shared) => new(shared, OwnRelease(), $"{Packages},{ExamplePackages}", "--private-network");

    /// <summary>Boots a system with Debian's Cyrus in a network namespace.</summary>
    /// <param name="shared">A folder of this machine that is seen inside as <c>/lab</c>.</param>
    /// <param name="network">Name of the namespace.</param>
    /// <param name="release">Debian's release; null for this machine's.</param>
    public static NspawnSystem BootMail(string shared, string network, string? release = null) =>
        new(shared, release ?? OwnRelease(), $"{Packages},{MailPackages}", "--network-namespace-path=/run/netns/" + network, "--hostname=" + network);

    /// <summary>Runs a command inside.</summary>
    public CommandResult Run(params IReadOnlyList<string> command) =>
        new ProcessRunner().Run(Inside(command).WithTimeout(TimeSpan.FromMinutes(5)));

    private Command Inside(IReadOnlyList<string> command) =>
        Command.Of("nsenter", ["--target", $"{Leader}", "--all", "--", .. command]).WithEnvironment("PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin");

    /// <summary>One property of a unit, as <c>systemctl show</c> has it.</summary>
    public string Property(string unit, string property) =>
        Run("systemctl", "show", "--value", "--property=" + property, unit).OrThrow().Text.Trim();

    /// <summary>The id of a unit's present run: another one after a restart, the same after a reload.</summary>
    public string InvocationId(string unit) => Property(unit, "InvocationID");

    /// <summary>A path of the container, as this machine sees it.</summary>
    public string PathOf(string path) => $"/proc/{Leader}/root{path}";

    /// <inheritdoc/>
    public void Dispose()
    {
        File.WriteAllText(Path.Combine(controlGroup, "cgroup.kill"), "1");
        container.WaitForExit();
        container.Dispose();
        foreach (var folder in Directory.GetDirectories(controlGroup, "*", SearchOption.AllDirectories).Append(controlGroup).OrderByDescending(folder =>
            folder.Length))
        {
            Retry(() => RemoveGroup(folder));
        }
    }

    private int WaitUntilBooted(string log)
    {
        var end = DateTime.UtcNow + BootLimit;
        while (DateTime.UtcNow < end && !container.HasExited)
        {
            Thread.Sleep(100);
            foreach (var child in File.ReadAllText($"/proc/{container.Id}/task/{container.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (File.ReadAllText($"/proc/{child}/comm").Trim() == "systemd"
                    && new ProcessRunner().Run(Command.Of("nsenter", "--target", child, "--all", "--", "systemctl", "is-system-running",
                        "--wait").WithTimeout(BootLimit)).Text.Trim() is "running" or "degraded")
                {
                    return int.Parse(child);
                }
            }
        }

        throw new InvalidOperationException("the container did not boot: " + File.ReadAllText(log));
    }

    /// <summary>Where the second version of control groups is mounted: alone, or beside the first.</summary>
    private static string ControlGroups() =>
        File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(mount => mount[2] == "cgroup2")?[1]
        ?? throw new InvalidOperationException("no cgroup2 filesystem is mounted: a container cannot have a systemd of its own");

    private static void RemoveGroup(string folder) => new ProcessRunner().Run(Command.Of("rmdir", folder)).OrThrow();

    private static void Retry(Action action)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                action();
                return;
            }
            catch (CommandFailedException) when (i < 1200)
            {
                // The kernel has not finished with the killed processes yet.
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>The image's folder; made where it is not there, under another name first, so that it is whole or not there.</summary>
    private static string Image(string release, string packages)
    {
        lock (Building)
        {
            var name = "system-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{release} {packages}")))[..12];
            var folder = Path.Combine(Cache(), name);
            if (!Directory.Exists(folder))
            {
                var unfinished = $"{folder}.{Environment.ProcessId}";
                new ProcessRunner().Run(Command.Of("mmdebstrap", "--quiet", "--variant=minbase", "--include=" + packages, release,
                    unfinished).WithTimeout(TimeSpan.FromMinutes(30))).OrThrow();
                try
                {
                    Directory.Move(unfinished, folder);
                }
                catch (IOException) when (Directory.Exists(folder))
                {
                    Directory.Delete(unfinished, recursive: true);
                }
            }

            return folder;
        }
    }

    private static string OwnRelease() => File.ReadLines("/etc/os-release").First(line =>
        line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal)).Split('=')[1];

    private static string Cache()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".cache");
        return Directory.CreateDirectory(Path.Combine(cache, "provision-lab")).FullName;
    }
}
