using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provision.Boot.Installer.Protect;
using Provision.Boot.Jobs;
using Provision.Inventory;
using Provision.Storage.Plans;

namespace Provision.Lab;

/// <summary>
/// The machine imap61 of tests/fixtures/installer-lab in user-mode Linux: a mirror for the system, a drive with a LUKS partition, a mirror of data. It was
/// installed once (job "first") and its data disks are full of files; each test works on copies of its disks.
/// </summary>
public sealed class InstallerTrial : IDisposable
{
    private const string Host = "imap61";
    private const string Array = "5a1d0000:61000000:00000000:00000001";
    private static readonly int[] Megabytes = [256, 256, 64, 48, 48];
    private readonly LabFolder folder = new();
    private readonly InstallerImage image;
    private readonly string commit;
    private readonly string hash;
    private long number;

    public InstallerTrial()
    {
        var artefacts = Directory.CreateDirectory(Path.Combine(Shared, "artefacts")).FullName;
        image = new InstallerImage(artefacts, folder.Folder("work"));
        foreach (var key in (string[])["orders", "stranger"])
        {
            Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Key(key));
        }

        File.WriteAllText(Path.Combine(Shared, "allowed_signers"), image.AllowedSigners + AllowedSigners.Line("site", OrderDocument.SignatureNamespace,
            Public("orders"))
            + AllowedSigners.Line("lab@lab.example", AllowedSigners.Commits, Public("orders")));
        (commit, hash) = MakeRepository(Path.Combine(artefacts, "repository.bundle"));
        PublicKey = LabIdentity.Make(Host, folder.Folder("identity"), Path.Combine(artefacts, "identity.tar"));
        Installed = new InstallerDisks([.. Megabytes.Select((size, index) => folder.Disk($"bay{index + 1}", size))]);
        Write(Order("first"));
        Log = UmlStorageGuest.Run(new UmlMachine { Disks = Installed.Disks, Memory = 768 }, Shared, FillAndInstall);
        Assert.True(Log.ExitCode == 0, Log.Output);
    }

    /// <summary>What the guest's <c>/lab</c> is.</summary>
    public string Shared => folder.Folder("shared");

    /// <summary>The disks after the first installation.</summary>
    public InstallerDisks Installed { get; }

    /// <summary>The first installation.</summary>
    public UmlRun Log { get; }

    /// <summary>The ways in which an image can be bad.</summary>
    internal InstallerImage Image => image;

    /// <summary>A commit of the bundle that is signed by a stranger.</summary>
    public string StrangersCommit { get; private set; } = "";

    /// <summary>A good order; each has a higher number than those before.</summary>
    public TrialOrder Order(string job) => new(
        new OrderDocument
        {
            Job = job,
            Host = Host,
            Number = number = OrderDocument.NumberAfter(number, DateTimeOffset.UtcNow),
            PlanHash = hash,
            Commit = commit,
            Image = "lab/" + new string('0', 64),
            ImageManifest = "",
            ArmedAt = DateTimeOffset.UtcNow,
            Expires = DateTimeOffset.UtcNow.AddHours(4),
        },
        InstallerImage.Good,
        DateTimeOffset.UtcNow.AddHours(2),
        order => order with
        {
            Signature = new SshSignatures(new ProcessRunner()).Sign(Key("orders"), OrderDocument.SignatureNamespace,
            Encoding.UTF8.GetBytes(order.Document))
        });

    /// <summary>Signs as someone who may not.</summary>
    public SignedOrder SignedByStranger(SignedOrder order) =>
        order with
        {
            Signature = new SshSignatures(new ProcessRunner()).Sign(Key("stranger"), OrderDocument.SignatureNamespace,
            Encoding.UTF8.GetBytes(order.Document))
        };

    /// <summary>Gives the guest an order, as <c>/lab/NAME.json</c>. It names the manifest that is there, unless it names another.</summary>
    public void Write(TrialOrder order, string name = "order")
    {
        var manifest = Path.Combine(Shared, "artefacts", order.Image);
        var document = order.What.ImageManifest.Length > 0 ? order.What
            : order.What with { ImageManifest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(manifest))) };
        File.WriteAllBytes(Path.Combine(Shared, name + ".json"), JsonSerializer.SerializeToUtf8Bytes(
            new JobOrder
            {
                Order = order.Sign(document.Unsigned()),
                Repository = "repository.bundle",
                Image = order.Image,
                Identity = "identity.tar",
                Deadline = order.Deadline,
            },
            JobsJson.Default.JobOrder));
    }

    /// <summary>The report of the last run.</summary>
    public InstallReport Report => JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(Shared, "report.json")), JobsJson.Default.InstallReport)!;

    /// <summary>A copy of the installed disks for one test; gone with it.</summary>
    public InstallerDisks Copy()
    {
        var place = folder.Folder("copy-" + Guid.NewGuid().ToString("N"));
        return new InstallerDisks([.. Installed.Images.Select((path, index) =>
        {
            var copy = Path.Combine(place, $"bay{index + 1}");
            new ProcessRunner().Run(Command.Of("cp", "--sparse=always", path, copy)).OrThrow();
            return copy;
        })]);
    }

    /// <summary>Boots the installer's system on disks, all read-only by the rule of the initramfs, and runs a script; <c>trial WORDS...</c> installs.</summary>
    /// <param name="disks">The machine's disks.</param>
    /// <param name="script">For bash.</param>
    /// <param name="cut">When the power is cut.</param>
    /// <param name="guarded">Whether udev's rule is there.</param>
    public UmlRun Run(InstallerDisks disks, string script, PowerCut? cut = null, bool guarded = true)
    {
        var rules = GuardRules.UdevFilesToLeaveOut.ToDictionary(name => name, _ => "");
        if (guarded)
        {
            rules[GuardRules.UdevFile] = GuardRules.Udev;
        }

        return UmlStorageGuest.Run(new UmlMachine { Disks = disks.Disks, Memory = 768, Rules = rules }, Shared, Trial + script, cut);
    }

    public void Dispose() => folder.Dispose();

    internal static string Program { get; } = Path.Combine(ProvisionBinary.Repository, "tests/Provision.InstallerTrial/bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "ready/Provision.InstallerTrial.dll");

    private static string Trial { get; } =
        $$"""
        mkdir -p /etc/provision && cp /lab/allowed_signers /etc/provision/
        trial() { local order=${1:-order}; shift; ${TRACE:-} dotnet {{Program}} install /lab/$order.json /lab/artefacts /lab/report.json mac=00:00:5e:00:53:61 "$@" ${BAYS:-ubda=1 ubdb=2 ubdc=3 ubdd=4 ubde=5}; }

        """;

    /// <summary>Data first, with the kernel's own tools, then the system beside it.</summary>
    private static string FillAndInstall =>
        Trial +
        $$"""
        set -e
        printf 'label: gpt\nname=i61t01\n' | sfdisk -q /dev/ubdc
        udevadm settle
        echo key > /tmp/key
        cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /tmp/key /dev/ubdc1
        cryptsetup open --key-file /tmp/key /dev/ubdc1 data
        mkfs.ext4 -q /dev/mapper/data
        mdadm --create /dev/md/ssd61 --quiet --run --level=1 --assume-clean --raid-devices=2 --homehost=any --name=ssd61 --uuid={{Array}} --metadata=1.2 /dev/ubdd /dev/ubde
        udevadm settle
        mkfs.ext4 -q /dev/md/ssd61
        mkdir -p /mnt/a /mnt/b
        mount /dev/mapper/data /mnt/a
        mount /dev/md/ssd61 /mnt/b
        head -c 20M /dev/urandom > /mnt/a/mail
        head -c 20M /dev/urandom > /mnt/b/mail
        umount /mnt/a /mnt/b
        # What udev still looks at does not close.
        udevadm settle
        cryptsetup close data
        mdadm --stop --quiet /dev/md/ssd61
        sync
        udevadm settle
        trial order
        """;

    private (string Commit, string Hash) MakeRepository(string bundle)
    {
        var repository = folder.Folder("repository");
        Run("cp", "-r", Path.Combine(ProvisionBinary.Repository, "tests/fixtures/installer-lab") + "/.", repository);
        var text = DriveRecordText.From(Host, null).WithSet("os", true).WithSet("spool", true).WithSet("ssd", true);
        var loaded = InventoryLoader.Load(InventoryFiles.ReadFrom(repository)).Fleet!;
        var host = loaded.FindHost(Host)!;
        var layout = Layout.Of(host, loaded.FindChassis(host.Chassis!)!);
        text = layout.Chassis.Panels.SelectMany(panel => panel.Bays).Aggregate(text, (known, bay) =>
            known.WithDrive(bay, new DriveIdentity($"LAB{bay.Number}", null, null, null)));
        text = text.WithUnit("ssd61", new UnitIdentity(Array, null, null));
        Directory.CreateDirectory(Path.Combine(repository, "hosts/drives"));
        File.WriteAllText(Path.Combine(repository, DriveRecordText.PathOf(Host)), text.ToString());
        Git("init", "--quiet");
        Git("add", ".");
        Run("cp", "-r", repository, Path.Combine(Shared, "repository"));
        var head = Commit("orders", "the lab's fleet");
        Git("branch", "good");
        StrangersCommit = Commit("stranger", "by a stranger");
        Git("bundle", "create", "--quiet", bundle, "HEAD", "good");
        var record = InventoryLoader.Load(InventoryFiles.ReadFrom(repository)).Fleet!.FindDrives(Host);
        return (head, ReinstallPlanner.Of(layout, record, null, []).Hash);

        void Git(params IReadOnlyList<string> words) => Run("git", ["-C", repository, .. words]);

        string Commit(string key, string message)
        {
            Git("-c", "user.name=lab", "-c", "user.email=lab@lab.example", "-c", "gpg.format=ssh", "-c", "user.signingkey=" + Key(key),
                "commit", "--quiet", "--allow-empty", "-S", "-m", message);
            return new ProcessRunner().Run(Command.Of("git", "-C", repository, "rev-parse", "HEAD")).OrThrow().Text.Trim();
        }
    }

    private string Key(string name) => Path.Combine(folder.Folder("keys"), name);

    private string Public(string name) => string.Join(' ', File.ReadAllText(Key(name) + ".pub").Split(' ').Take(2));

    /// <summary>The host's public ssh key.</summary>
    public string PublicKey { get; }

    private static void Run(string program, params IReadOnlyList<string> arguments) => new ProcessRunner().Run(Command.Of(program, arguments)).OrThrow();
}

/// <summary>An order for the trial's machine.</summary>
/// <param name="What">The order.</param>
/// <param name="Image">Where the image's manifest is.</param>
/// <param name="Deadline">The end of the job, which is not signed.</param>
/// <param name="Sign">Signs it.</param>
public sealed record TrialOrder(OrderDocument What, string Image, DateTimeOffset Deadline, Func<SignedOrder, SignedOrder> Sign)
{
    /// <summary>The same with other contents.</summary>
    public TrialOrder With(Func<OrderDocument, OrderDocument> change) => this with { What = change(What) };
}
