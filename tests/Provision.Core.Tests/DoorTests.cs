using System.Text.RegularExpressions;

namespace Provision.Core.Tests;

/// <summary>
/// Effects go through few doors: processes, system calls, files that are written, connections. Every source file that opens one is listed with its reason, by
/// its name alone; one that opens none any more leaves the list.
/// </summary>
public class DoorTests
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly Dictionary<string, Regex> Doors = new(StringComparer.Ordinal)
    {
        ["process"] = new(@"\bProcess\.(Start|GetProcess\w*)\b|\bnew Process(StartInfo)?\b|\bCli\.Wrap\b|\busing CliWrap\b", Options, Limit),
        ["system call"] = new(@"\b(LibraryImport|DllImport|NativeLibrary)\b", Options, Limit),
        ["connection"] = new(@"\b(HttpClient|TcpClient|TcpListener|UdpClient)\b|\bnew Socket\(", Options, Limit),
        ["written file"] = new(
            @"(?<!\w)File\.(WriteAll\w*|Append\w*|Create\w*|Delete|Move|Copy|Replace|OpenWrite|Set\w+)\("
            + @"|(?<!\w)File\.Open(Handle)?\((?![^;]*FileAccess\.Read\b)"
            + @"|(?<!\w)Directory\.(Create\w*|Delete|Move|Set\w+)\("
            + @"|\bnew FileStream\((?![^;]*FileAccess\.Read\b)"
            + @"|\bnew StreamWriter\((?!Console)"
            + @"|\.Delete\((recursive|true)|\.(MoveTo|CreateSubdirectory)\(|\bExtractToDirectory\(",
            Options,
            Limit),
    };

    private static readonly Dictionary<string, Dictionary<string, string>> Allowed = new(StringComparer.Ordinal)
    {
        ["process"] = new(StringComparer.Ordinal)
        {
            ["StartedProcess.cs"] = "the door",
            ["RunningCommand.cs"] = "ends a daemon that a killed run left, by its pid",
        },
        ["system call"] = new(StringComparer.Ordinal)
        {
            ["LinuxCalls.cs"] = "the door",
            ["SqliteLibrary.cs"] = "loads the SQLite that the program carries",
            ["Zstandard.cs"] = "calls libzstd",
        },
        ["connection"] = new(StringComparer.Ordinal)
        {
            ["HttpJobChannel.cs"] = "the installer asks the boot server",
            ["RouterSolicitations.cs"] = "iPXE waits for an answer to its router solicitation",
            ["Discoverer.cs"] = "an unknown machine reports itself to the boot server",
            ["LocalStart.cs"] = "a host fetches the installer from the boot server",
            ["IdentitySocket.cs"] = "the boot server asks the identity helper",
            ["MasterQuestion.cs"] = "a slot asks the status daemons for its master",
            ["Banner.cs"] = "a health check reads the greeting of a service",
            ["MastersOrigin.cs"] = "a relay asks the status daemon that it relays",
        },
        ["written file"] = new(StringComparer.Ordinal)
        {
            ["StartedProcess.cs"] = "the pipes of a process",
            ["AtomicFile.cs"] = "the door for files of this machine outside a root",
            ["StateDirectory.cs"] = "the boot server's own folder: a scratch repository, old bundles, the reserve",
            ["DiscoveredMachines.cs"] = "the directory of discovered machines",
            ["ImagePublisher.cs"] = "the image repository: folders take their places whole",
            ["AptWorld.cs"] = "scratch of an image build: apt's folders",
            ["ImageBuilder.cs"] = "scratch of an image build",
            ["ImagePacker.cs"] = "the manifest of an image that has no name yet",
            ["PackageFolder.cs"] = "the index of a folder of packages that has no name yet",
            ["ImageSigner.cs"] = "scratch of gpg; the old signature of a file that is signed again",
            ["EditedFile.cs"] = "the directory of a new file of the inventory",
            ["RenderCommand.cs"] = "a folder that the user names",
            ["DrivesCommand.cs"] = "a picture for a file that the user names",
            ["HostIdentityCommand.cs"] = "scratch for new keys, in memory",
            ["IdentityHelper.cs"] = "its own directory: notes of orders that have expired",
            ["HostAdoptCommand.cs"] = "scratch for the bundle of a discovered machine",
            ["Workspace.cs"] = "scratch for a commit",
            ["NewRepository.cs"] = "a new repository takes its place whole",
            ["GitRevision.cs"] = "scratch for a commit",
            ["SqliteFile.cs"] = "SQLite makes files with the umask's mode: it is made before",
            ["SqliteLibrary.cs"] = "the library that the program carries, in memory",
            ["LocalJobChannel.cs"] = "the report for a file that the user names",
            ["RepositoryCommand.cs"] = "the bundle that a control host sends, until git has read it",
            ["OpenSshConnector.cs"] = "the directory of its connections' sockets",
            ["SshSignatures.cs"] = "scratch of ssh-keygen: a signature, those who may sign",
            ["Probe.cs"] = "the installer's scratch, in memory",
        },
    };

    public static TheoryData<string> Kinds => [.. Doors.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Only_the_listed_files_open_a_door(string kind)
    {
        var open = Directory.EnumerateFiles(ReferenceDirectionTests.Source(), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
                && Opens(kind, File.ReadAllText(path)))
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
        Assert.Equal(Allowed[kind].Keys.Order(StringComparer.Ordinal), open);
    }

    [Theory]
    [InlineData("process", "using var it = Process.Start(start);")]
    [InlineData("process", "var it = new Process { StartInfo = start };")]
    [InlineData("process", "using CliWrap;")]
    [InlineData("process", "await CliWrap.Cli.Wrap(\"git\").ExecuteAsync();")]
    [InlineData("system call", "[DllImport(\"libc\")]")]
    [InlineData("connection", "private readonly HttpClient http = new();")]
    [InlineData("written file", "File.WriteAllText(path, text);")]
    [InlineData("written file", "System.IO.File.Move(path + \".new\", path, overwrite: true);")]
    [InlineData("written file", "Directory.CreateDirectory(path);")]
    [InlineData("written file", "new DirectoryInfo(path).Delete(recursive: true);")]
    [InlineData("written file", "using var file = new FileStream(path, FileMode.Create);")]
    [InlineData("written file", "using var file = File.Open(path, FileMode.Append);")]
    [InlineData("written file", "using var text = new StreamWriter(path);")]
    public void An_open_door_is_seen(string kind, string line) => Assert.True(Opens(kind, $"// before\n    {line}\n"));

    [Theory]
    [InlineData("process", "/// <summary>What CliWrap does, and Process.Start does not.</summary>")]
    [InlineData("written file", "AtomicFile.Create(path, write);")]
    [InlineData("written file", "using var file = new FileStream(path, FileMode.Open, FileAccess.Read);")]
    [InlineData("written file", "var all = File.ReadAllBytes(path); // not File.WriteAllBytes(path)")]
    public void What_opens_none_is_not(string kind, string line) => Assert.False(Opens(kind, line));

    private static bool Opens(string kind, string text) =>
        Doors[kind].IsMatch(string.Join('\n', text.Split('\n').Select(line => line.IndexOf("//", StringComparison.Ordinal) is >= 0 and var comment
            && !line[..comment].EndsWith(':') ? line[..comment] : line)));
}
