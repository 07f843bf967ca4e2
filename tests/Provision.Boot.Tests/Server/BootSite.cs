using Provision.Inventory;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>A small site in a folder of its own, with a real boot server on loopback and real files; the clock stands still until it is moved.</summary>
internal sealed class BootSite : IAsyncDisposable
{
    public const string Web1 = "00:00:5e:00:53:a1", Web2 = "00:00:5e:00:53:b1", Old = "00:00:5e:00:53:c1", Unknown = "00:00:5e:00:53:ff";
    public const string Uuid = "4c4c4544-0042-3510-8052-b4c04f4a4e31", OtherUuid = "4c4c4544-0042-3510-8052-b4c04f4a4e32";
    public static readonly string Digest = new('d', 64), BootKey = NewRecipient(), OtherBootKey = NewRecipient();

    private static string Keys => Path.Combine(Path.GetTempPath(), $"provision-boot-keys-{Environment.ProcessId}");

    public const string Fleet = """
        fleet:
          name: lab
          domain: lab.example
          release: trixie
        sites:
          lab:
            networks: [192.0.2.0/24]
            gateway: 192.0.2.1
            resolvers: [192.0.2.2]
            netboot:
              server: 192.0.2.4
              kernel_options: [console=ttyS0]
        site: lab
        hosts:
          web1:
            macs: ["00:00:5E:00:53:A1", "00:00:5E:00:53:A2"]
            roles: [plain]
            address: 192.0.2.11
          web2:
            macs: ["00:00:5E:00:53:B1"]
            roles: [plain]
            address: 192.0.2.12
          old1:
            status: retired
            macs: ["00:00:5E:00:53:C1"]
            roles: [plain]
            address: 192.0.2.13

        """;

    private static long counter;
    private readonly List<string> said = [];
    private BootServer? server;

    private BootSite() => Folder = Directory.CreateTempSubdirectory("provision-netboot-").FullName;

    public string Folder { get; }

    public string Repository => Path.Combine(Folder, "repository");

    public string State => Path.Combine(Folder, "state");

    public string Store => Path.Combine(Folder, "store");

    public string Database => Path.Combine(State, "jobs.sqlite");

    public ManualClock Clock { get; } = new();

    public HttpClient Http { get; private set; } = new();

    public Uri Address => new(server!.Address);

    /// <summary>SHA-256 of the installer's manifest, if the store has one.</summary>
    public string? InstallerManifest { get; set; }

    public string Identity { get; set; } = "/nowhere";

    /// <summary>Starts a site.</summary>
    /// <param name="prepare">Receives the state directory before the server uses it.</param>
    public static async Task<BootSite> Start(Action<string>? prepare = null)
    {
        var site = new BootSite();
        prepare?.Invoke(Directory.CreateDirectory(site.State).FullName);
        site.Write("repository/hosts/fleet.yaml", Fleet);
        site.Write("repository/roles/plain.yaml", "data: cache\ngate: none\n");
        site.Write($"store/installer/{Digest}/vmlinuz", "kernel");
        site.Write($"store/installer/{Digest}/initrd.zst", "initrd");
        site.Write($"store/os-plain/{Digest}/manifest.json", "{}");
        site.Write($"store/os-plain/{Digest}/manifest.json.sig", "signature");
        site.Write("store/current/installer", Digest + "\n");
        site.Write("store/current/os-plain", Digest + "\n");
        await site.Open();
        return site;
    }

    public async Task Open()
    {
        server = await BootServer.Start(
            new BootServerOptions
            {
                Repository = Repository,
                State = State,
                Store = Store,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Site = "lab",
                Identity = Identity,
                RefreshInterval = TimeSpan.FromMilliseconds(20),
                Clock = Clock
            },
            line =>
            {
                lock (said)
                {
                    said.Add(line);
                }
            });
        Http = new HttpClient { BaseAddress = Address };
    }

    public async Task Restart()
    {
        await Stop();
        await Open();
    }

    public async Task Stop()
    {
        Http.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        server = null;
    }

    public bool HasSaid(string words)
    {
        lock (said)
        {
            return said.Exists(line => line.Contains(words, StringComparison.Ordinal));
        }
    }

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public IJobDatabase Jobs() => new StateDirectory(State).OpenJobs();

    public Job Arm(string host = "web1", string mac = Web1, bool code = false, Func<Job, Job>? sign = null)
    {
        var facts = new ArmFacts
        {
            Host = host,
            Location = Location.OfFile("hosts/fleet.yaml"),
            Macs = [MacAddress.Parse(mac)],
            Roles = [new ArmRole("plain", DataClass.Cache, new ReinstallGate("none", GateKind.None))],
            HasLayout = true,
            HasRecord = true,
            PlanHash = new string('a', 64),
            Wipes = 1,
            Commit = new string('c', 40),
            ImageName = "os-plain",
            Image = "os-plain/" + Digest,
            ImageManifest = new string('e', 64),
            Installer = "installer/" + Digest,
            InstallerManifest = InstallerManifest,
            KernelWords = ["console=ttyS0"],
            NeedsCode = code,
            NoCode = "a test",
        };
        var job = (sign ?? (armed => armed))(JobRules.Arm(ArmGates.Ask(facts, out _)!, Guid.NewGuid().ToString("N"), "engineer", Clock.GetUtcNow(),
            JobTimes.Armed));
        using var jobs = Jobs();
        Assert.True(jobs.TryAdd(job));
        return job;
    }

    public Task<string> Script(string mac = Web1, string uuid = Uuid) => Http.GetStringAsync($"/boot/{mac.Replace(':', '-')}?uuid={uuid}&platform=efi");

    /// <summary>What the machine finds in its initrd.</summary>
    public async Task<JobTicket> Ticket(Job job)
    {
        var archive = Encoding.ASCII.GetString(await Http.GetByteArrayAsync($"/jobs/{job.Id}/ticket"));
        return JsonSerializer.Deserialize(
            archive[archive.IndexOf('{', StringComparison.Ordinal)..(archive.IndexOf('}', StringComparison.Ordinal) + 1)], JobsJson.Default.JobTicket)!;
    }

    public Task<HttpResponseMessage> Claim(Job job, string token, string? key = null, string? uuid = Uuid, string mac = Web1) =>
        Http.PostAsync($"/jobs/{job.Id}/claim",
            JsonContent.Create(new ClaimRequest(token, key ?? BootKey, uuid, [MacAddress.Parse(mac)]), JobsJson.Default.ClaimRequest));

    /// <summary>Armed, offered and claimed.</summary>
    public async Task<Job> Claimed()
    {
        var job = Arm();
        await Script();
        using var answer = await Claim(job, (await Ticket(job)).Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return job;
    }

    public async Task<HttpResponseMessage> Held(HttpMethod method, string path, HttpContent? content = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        var body = content is null ? [] : await content.ReadAsByteArrayAsync();
        var proof = RequestProof.Of(new StateDirectory(State).Key().SessionOf(path.Split('/')[2], ClaimsOf(path.Split('/')[2]), key ?? BootKey), method.Method,
            path, body,
            Interlocked.Increment(ref counter));
        request.Headers.TryAddWithoutValidation("Authorization", proof.Header);
        return await Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> Report(Job job, InstallOutcome outcome, string? key = null) =>
        Held(HttpMethod.Post, $"/jobs/{job.Id}/report",
            JsonContent.Create(new InstallReport { Outcome = outcome, FoundHash = new string('f', 64) }, JobsJson.Default.InstallReport), key);

    private int ClaimsOf(string job)
    {
        try
        {
            using var jobs = Jobs();
            return jobs.Find(job)?.Claims ?? 1;
        }
        catch (StateLostException)
        {
            return 1;
        }
    }

    /// <summary>A key pair of age; returns the public key.</summary>
    public static string NewRecipient()
    {
        Directory.CreateDirectory(Keys);
        var file = Path.Combine(Keys, Guid.NewGuid().ToString("N"));
        var runner = new ProcessRunner();
        runner.Run(Command.Of("age-keygen", "-o", file)).OrThrow();
        var recipient = runner.Run(Command.Of("age-keygen", "-y", file)).OrThrow().Text.Trim();
        File.Move(file, Path.Combine(Keys, recipient));
        return recipient;
    }

    /// <summary>Decrypts with the key pair of a recipient.</summary>
    public static byte[] Decrypt(ReadOnlyMemory<byte> encrypted, string? recipient = null) =>
        new ProcessRunner().Run(Command.Of("age", "--decrypt", "--identity", Path.Combine(Keys, recipient ?? BootKey)).WithInput(
            encrypted)).OrThrow().Output.ToArray();

    public static async Task Until(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 1000 && !await holds(); i++)
        {
            await Task.Delay(20);
        }

        Assert.True(await holds());
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(Folder, recursive: true);
    }

    internal sealed class ManualClock : TimeProvider
    {
        private DateTimeOffset now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now;

        public void Move(TimeSpan by) => now += by;
    }
}
