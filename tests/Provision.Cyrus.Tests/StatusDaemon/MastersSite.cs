using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Provision.Cyrus.MailProxy;
using Provision.Stores.Mastership;
using Provision.Stores.StatusDaemon;

namespace Provision.Cyrus.Tests;

/// <summary>A fleet of two mail hosts on loopback addresses, with a database of masters and status daemons.</summary>
internal sealed class MastersSite : IAsyncDisposable
{
    public const string A1 = "sloti1t01", A2 = "sloti1t02", B1 = "sloti2t01", B2 = "sloti2t02", Free = "sloti2t03";

    private static readonly string[] AnswerHeaders = ["Auth-Status", "Auth-Server", "Auth-Port", "Auth-Wait"];
    private readonly List<MastersServer> servers = [];
    private readonly List<HttpClient> clients = [];

    private MastersSite()
    {
        Folder = Directory.CreateTempSubdirectory("provision-status-").FullName;
        using (var free = new TcpListener(IPAddress.Parse("127.77.1.1"), 0))
        {
            free.Start();
            ImapPort = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        Write("repository/hosts/fleet.yaml", """
            fleet: { name: lab, domain: lab.example, release: trixie }
            sites: { lab: { networks: [127.77.0.0/24], gateway: 127.77.0.1 } }
            site: lab
            hosts:
              i1: { macs: ["00:00:5E:00:53:A1"], chassis: tiny, roles: [mail], address: 127.77.0.11, slot_network: 127.77.1.0/28 }
              i2: { macs: ["00:00:5E:00:53:A2"], chassis: tiny, roles: [mail], address: 127.77.0.12, slot_network: 127.77.2.0/28 }
              i3: { macs: ["00:00:5E:00:53:A3"], chassis: tiny, roles: [mail], address: 127.77.0.13, slot_network: 127.77.3.0/28 }
            stores:
              s1: { class: mini, slots: [sloti1t01, sloti2t01, sloti3t01] }
              s2: { class: mini, slots: [sloti2t02, sloti1t02, sloti3t02] }

            """);
        Write("repository/hosts/chassis.yaml", """
            chassis:
              tiny:
                controllers: { board: { kind: sata } }
                panels: { front: { controller: board, grid: [[1, 2, 3]] } }
                sets:
                  spool: { level: md-raid1, bays: "front 1-2", drive: { media: hdd, size: 2000G }, data: primary, partitions: [{ repeat: 3, size: 500G, label: "{short}t{nn}", mount: "/mnt/{short}t{nn}" }] }
                  os: { level: single, bays: front 3, drive: { media: ssd, size: 100G }, data: cache, os: true }
                slots: [{ class: mini, repeat: 3, name: "slot{short}t{nn}", tiers: { fast: "/mnt/{short}t{nn}" } }]

            """);
        Write("repository/roles/mail.yaml", $"data: primary\ngate: no-masters\ninstances: {{ unit: \"mail@{{name}}.service\" }}\ndefaults:\n  slot_ports: {{ imap: {ImapPort}, pop3: 2110 }}\n");
        Write("users", "Ann@lab.example s1\nbob@lab.example s2   # moved in May\neve@lab.example s9\n");
        using var store = Store(create: true);
        Do(new MastershipChange.Enroll("s1", A1, "x", DateTimeOffset.UnixEpoch));
    }

    public static MastersSite Make() => new();

    public string Folder { get; }

    public int ImapPort { get; }

    public string Database => Path.Combine(Folder, "db/masters.sqlite");

    public List<string> Said { get; } = [];

    public IMastershipDatabase Store(bool create = false) => MastershipDatabases.Open(Database, create);

    public void Do(params MastershipChange[] changes)
    {
        using var store = Store();
        foreach (var change in changes)
        {
            Assert.Null(store.Change(change).Refusal);
        }
    }

    /// <summary>Starts a daemon; a relay where it is given others.</summary>
    public Task<HttpClient> Start(params HttpClient[] from) => Start(Options(from));

    /// <summary>Starts a daemon.</summary>
    internal async Task<HttpClient> Start(MastersServerOptions options)
    {
        var server = await MastersServer.Start(
            options,
            line =>
            {
                lock (Said)
                {
                    Said.Add(line);
                }
            });
        servers.Add(server);
        clients.Add(new HttpClient { BaseAddress = new Uri(server.Address) });
        return clients[^1];
    }

    /// <summary>What a daemon, or a relay of others, is started with.</summary>
    internal MastersServerOptions Options(params HttpClient[] from) => new()
    {
        Repository = Path.Combine(Folder, "repository"),
        Database = Database,
        From = [.. from.Select(one => one.BaseAddress!)],
        Exports = [Path.Combine(Folder, "exports")],
        Remembered = Path.Combine(Folder, from.Length > 0 ? "relay/last.json" : "state/last.json"),
        Extensions = [parts => new AuthEndpoint(parts, Path.Combine(Folder, "users"))],
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        RefreshIntervals = (TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100)),
    };

    public async Task Stop()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        servers.Clear();
    }

    public void Lose() => Directory.Move(Path.GetDirectoryName(Database)!, Path.Combine(Folder, "lost"));

    public void Find() => Directory.Move(Path.Combine(Folder, "lost"), Path.GetDirectoryName(Database)!);

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    /// <summary>Status, server:port, and seconds to wait, as the mail proxy would read them.</summary>
    public static async Task<string> Auth(HttpClient http, string? user, string protocol = "imap", string? store = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/auth");
        request.Headers.Add("Auth-Protocol", protocol);
        if (user is not null)
        {
            request.Headers.Add("Auth-User", user);
        }

        if (store is not null)
        {
            request.Headers.Add("Auth-Store", store);
        }

        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return string.Join(' ', AnswerHeaders.SelectMany(name => answer.Headers.TryGetValues(name, out var values) ? values : []));
    }

    public static async Task<(HttpStatusCode Status, string Text)> Confirm(HttpClient http, string slot)
    {
        using var answer = await http.GetAsync($"/confirm?slot={slot}");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static async Task<JsonElement> Masters(HttpClient http) => JsonDocument.Parse(await http.GetStringAsync("/masters")).RootElement;

    public static async Task Until(Func<Task<bool>> isSo, double seconds = 120)
    {
        for (var until = DateTime.UtcNow.AddSeconds(seconds); !await isSo();)
        {
            Assert.True(DateTime.UtcNow < until, $"not so within {seconds} s");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        clients.ForEach(client => client.Dispose());
        Directory.Delete(Folder, recursive: true);
    }
}
