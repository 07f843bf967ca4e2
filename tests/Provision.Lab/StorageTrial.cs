using System.Security.Cryptography;

namespace Provision.Lab;

/// <summary>
/// The machine imap60 of tests/fixtures/storage-lab in user-mode Linux: a disk of the system, one with three slots, a mirror, search over three drives,
/// and a disk that is nobody's. Its second bay is <c>ubdb</c>, its third <c>ubdc</c>, and so on.
/// </summary>
internal sealed class StorageTrial : IDisposable
{
    private const int Bays = 7;
    private static readonly int[] Megabytes = [64, 200, 64, 64, 64, 64, 64];
    private readonly LabFolder folder = new();
    private readonly string[] images;

    public StorageTrial()
    {
        // Sizes of the chassis are decimal; a little more, as of a real drive.
        images = [.. Enumerable.Range(1, Bays).Select(bay => folder.Disk($"bay{bay}", Megabytes[bay - 1]))];
        Stranger = folder.Disk("stranger", 64);
        var runner = new ProcessRunner();
        runner.Run(Command.Of("mkfs.ext4", "-q", "-L", "precious", Stranger)).OrThrow();
        var state = folder.Folder("state");
        runner.Run(Command.Of("age-keygen", "-o", Path.Combine(state, "operator.key"))).OrThrow();
        File.WriteAllText(Path.Combine(state, "operators.txt"), runner.Run(Command.Of("age-keygen", "-y", Path.Combine(state, "operator.key"))).OrThrow().Text);
        State = folder.Disk("state.img", 128);
        runner.Run(Command.Of("mkfs.ext4", "-q", "-d", state, State)).OrThrow();
    }

    /// <summary>The disk of somebody else.</summary>
    public string Stranger { get; }

    /// <summary>What outlives a power cut: journal, record, escrow.</summary>
    public string State { get; }

    /// <summary>Serials by bay; a drive that was replaced has another.</summary>
    public int[] Serials { get; } = [.. Enumerable.Range(1, Bays)];

    /// <summary>A new, blank drive in a bay: serial LAB1NN instead of LABNN.</summary>
    public void Replace(int bay, string? image = null)
    {
        Serials[bay - 1] = 100 + bay;
        images[bay - 1] = image ?? folder.Disk($"new{bay}", Megabytes[bay - 1]);
    }

    /// <summary>The image of a bay's drive.</summary>
    public string Image(int bay) => images[bay - 1];

    /// <summary>Another blank image.</summary>
    public string Blank(string name, int megabytes) => folder.Disk(name, megabytes);

    /// <summary>Runs trial commands, one a line, until one fails.</summary>
    public UmlRun Run(string lines, PowerCut? cut = null, TimeSpan? limit = null)
    {
        var disks = images.Select((image, index) => new UmlDisk(image, $"LAB{Serials[index]}")).Append(new UmlDisk(Stranger, "STRANGER"));
        var stop = Path.Combine(Shared, "cut");
        File.WriteAllText(stop, cut?.Line);
        var script = $$"""
            trial() { LAB_CUT=/lab/cut ${TRACE:-} dotnet {{Program}} {{Repository}} imap60 /var/lib/provision "$@" {{string.Join(' ', Serials.Select((serial, index) => $"ubd{(char)('a' + index)}={serial}"))}}; }
            set -e
            {{lines}}
            """;
        return UmlStorageGuest.Run(new UmlMachine { Disks = [.. disks], State = State, Memory = 768 }, Shared, script, cut, limit ?? TimeSpan.FromMinutes(12));
    }

    /// <summary>The folder that is <c>/lab</c> in the guest.</summary>
    public string Shared => folder.Folder("shared");

    public static string Hash(string image)
    {
        using var stream = File.OpenRead(image);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    public void Dispose() => folder.Dispose();

    private static string Program { get; } = Path.Combine(ProvisionBinary.Repository, "tests/Provision.StorageTrial/bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "ready/Provision.StorageTrial.dll");

    private static string Repository { get; } = Path.Combine(ProvisionBinary.Repository, "tests/fixtures/storage-lab");
}
