using System.Diagnostics;
using System.Runtime.CompilerServices;
using Provision.Configuration.Model;
using Provision.Configuration.Rendering;
using Provision.Configuration.Secrets;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.RealCyrus;

/// <summary>
/// The sample fleet's store1 on real Cyrus: its three slots run on this machine with the configuration that the templates make, each on
/// a loopback address instead of its own, in a mount namespace where <c>/etc</c>, <c>/run</c> and <c>/mnt</c> are memory. The one thing
/// that differs is who checks passwords: Cyrus itself, from a file.
/// </summary>
public sealed class RealStore : IDisposable
{
    public static string Repository { get; } = TestRepository.Root;

    private readonly ProcessRunner runner = new();
    private readonly PrivateMounts mounts;
    private readonly Dictionary<string, RunningCommand> masters = new(StringComparer.Ordinal);
    private readonly string net = $"127.{64 + ((Environment.ProcessId + Interlocked.Increment(ref stores)) % 128)}.";
    private static int stores;

    public RealStore()
        : this(["sloti33d1t01", "sloti34d1t01", "sloti43d1t01"])
    {
    }

    /// <summary>Another store than store1.</summary>
    /// <param name="slots">Its slots, the master first.</param>
    internal RealStore(IReadOnlyList<string> slots)
    {
        Slots = slots;
        mounts = PrivateMounts.Create(runner);
        try
        {
            Files = mounts.FilesOf("/");
            Commands = new RunnerInside(mounts);
            Observer = new SlotObserver(Files, Commands);
            Prepare();
            foreach (var slot in Slots.Reverse())
            {
                Start(slot);
            }

            foreach (var slot in Slots)
            {
                WaitUntilWell(slot);
            }

            Imap.CreateMailboxes("user.alice", "user.alice.Work", "user.bob");
            WaitUntilReplicated();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The store's slots, the master first.</summary>
    public IReadOnlyList<string> Slots { get; }

    public string Master => Slots[0];

    /// <summary>The machine that all three run on.</summary>
    public IMachineFiles Files { get; private set; } = null!;

    public ICommandRunner Commands { get; private set; } = null!;

    public SlotObserver Observer { get; private set; } = null!;

    /// <summary>An administrator's session with the master.</summary>
    internal ImapSession Imap => new(Service(Master, "imap"), "cyrus", Password);

    internal string Password { get; private set; } = "";

    internal InstanceService Service(string slot, string name) => SlotConfiguration.Read(Files, slot)!.Services.Single(service => service.Name == name);

    public void Start(string slot) => masters[slot] = RunningCommand.Start(AsCyrus(
        Command.Of("/usr/sbin/cyrmaster", "-l", "256", "-C", $"/etc/cyrus/{slot}/imapd.conf", "-M", $"/etc/cyrus/{slot}/cyrus.conf", "-p",
            $"/run/cyrus/{slot}/master.pid")
            .Through("setsid")).Through("nsenter", $"--mount={Files.Root[..^"/root".Length]}/ns/mnt", "--"));

    /// <summary>Stops a slot as its unit does: master asks its children to end, after ten seconds they are killed.</summary>
    public void Stop(string slot)
    {
        if (masters.Remove(slot, out var master))
        {
            if (Files.Read($"/run/cyrus/{slot}/master.pid") is { } pid)
            {
                runner.Run(Command.Of("kill", "-TERM", System.Text.Encoding.ASCII.GetString(pid.Content).Trim()));
                Wait(() => !master.IsRunning, TimeSpan.FromSeconds(10));
            }

            master.Dispose();
        }
    }

    /// <summary>Runs a program of Cyrus on a slot's data.</summary>
    public CommandResult Run(string slot, string program, params IReadOnlyList<string> arguments) =>
        Commands.Run(AsCyrus(Command.Of($"/usr/lib/cyrus/bin/{program}", ["-C", $"/etc/cyrus/{slot}/imapd.conf", .. arguments])));

    /// <summary>Runs a shell line on the machine, as root.</summary>
    public void Shell(string line) => Commands.Run(Command.Of("sh", "-ec", line)).OrThrow();

    /// <summary>Looks until a slot is well: on a busy machine a banner may take longer than the observer waits.</summary>
    public InstanceHealth WaitUntilWell(string slot)
    {
        InstanceHealth seen = null!;
        Assert.True(Wait(() => (seen = Observer.Observe(slot)).IsWell, TimeSpan.FromMinutes(5)), string.Join("; ", seen.Problems));
        return seen;
    }

    public void WaitUntilReplicated() =>
        Assert.True(Wait(() => Observer.Observe(Master).Channels.All(channel => channel.Age is null), TimeSpan.FromMinutes(5)),
            "replication does not come to an end");

    public static bool Wait(Func<bool> until, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!until())
        {
            if (clock.Elapsed > limit)
            {
                return false;
            }

            Thread.Sleep(50);
        }

        return true;
    }

    public void Dispose()
    {
        foreach (var slot in masters.Keys.ToList())
        {
            Stop(slot);
        }

        Files?.Dispose();
        mounts.Dispose();
    }

    private static Command AsCyrus(Command command) => command.Through("setpriv", "--reuid=cyrus", "--regid=mail", "--init-groups");

    private void Prepare()
    {
        var fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(Repository)).Fleet!;
        var secrets = new SecretStore(Repository, Path.Combine(Repository, "tests/fixtures/age/identity.txt"), runner);
        Shell("mount -t tmpfs -o mode=0755 provision /mnt; mkdir /mnt/etc /mnt/work; mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work " +
            "provision /etc; mount -t tmpfs -o mode=0755 provision /run");
        foreach (var slot in Slots)
        {
            var view = HostView.Of(fleet, fleet.FindSlot(slot)!.Host, Masters.Default);
            var problems = new DiagnosticBag();
            var desired = new HostRenderer(view, new TemplateLibrary(Repository), new FleetModel(fleet, Masters.Default), secrets).Render(problems)
                ?? throw new InvalidOperationException(string.Join('\n', problems));
            foreach (var file in desired.Files.Where(file => file.Path.StartsWith($"/etc/cyrus/{slot}/", StringComparison.Ordinal)))
            {
                Files.MakeFolder(Path.GetDirectoryName(file.Path)!);
                Files.WriteNew(file.Path, System.Text.Encoding.UTF8.GetBytes(Localized(file.Text)), 0x1A4);
            }

            // What `slot create` and the unit's RuntimeDirectory= make.
            var paths = view.Slots.Single(one => one.Slot.Name == slot).Paths!.ToDictionary(path => path.Key, path => path.Value);
            string?[] folders = [paths["conf"] + "/db", paths["conf"] + "/socket", .. ((string[])["spool", "archive", "temp", "meta", "data", "arch"])
                .Select(name => paths[name]), .. ((string[])["socket", "proc", "lock", "tmp"]).Select(folder => $"{paths["run"]}/{folder}")];
            Shell($"mkdir -p {string.Join(' ', folders)}");
            Password = SlotConfiguration.Read(Files, slot)!.Options["sync_password"];
            foreach (var user in (string[])["cyrus", "repl", "alice"])
            {
                Commands.Run(Command.Of("saslpasswd2", "-c", "-p", "-f", "/mnt/sasldb2", "-u", slot, user)
                    .WithInput(System.Text.Encoding.UTF8.GetBytes(Password))).OrThrow();
            }
        }

        Shell("find /mnt -mindepth 1 -maxdepth 1 ! -name etc ! -name work -exec chown -R cyrus:mail {} +; chown -R cyrus:mail /run/cyrus");
    }

    private string Localized(string text) => text
        .Replace("198.18.", net, StringComparison.Ordinal)
        .Replace("sasl_pwcheck_method: saslauthd", "sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: /mnt/sasldb2",
            StringComparison.Ordinal);

    private sealed class RunnerInside(PrivateMounts mounts) : ICommandRunner
    {
        public CommandResult Run(Command command, CancellationToken cancellation = default) => mounts.Run(command);
    }
}
