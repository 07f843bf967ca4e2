using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Tests;

/// <summary>The real nginx asks the status daemon: who logs in while a store moves waits, and sees no error.</summary>
public sealed class MailProxyTests : IAsyncLifetime
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private readonly MastersSite site = MastersSite.Make();
    private readonly List<TcpListener> greeters = [];
    private RunningCommand? nginx;
    private int port;

    public async Task InitializeAsync()
    {
        var http = await site.Start();
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        site.Write("nginx/nginx.conf", $$"""
            load_module /usr/lib/nginx/modules/ngx_mail_module.so;
            daemon off;
            worker_processes 1;
            pid {{site.Folder}}/nginx/pid;
            error_log {{site.Folder}}/nginx/error.log info;
            events { worker_connections 64; }
            mail {
                auth_http {{http.BaseAddress!.Authority}}/auth;
                auth_http_timeout 35s;
                server { listen 127.0.0.1:{{port}}; protocol imap; imap_auth plain; }
            }

            """);
        nginx = RunningCommand.Start(Command.Of(
            "nginx", "-p", $"{site.Folder}/nginx", "-c", $"{site.Folder}/nginx/nginx.conf", "-e", $"{site.Folder}/nginx/error.log"));
        Greet("127.77.1.1");
        Greet("127.77.2.1");
        await MastersSite.Until(async () =>
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    public async Task DisposeAsync()
    {
        nginx?.Dispose();
        greeters.ForEach(greeter => greeter.Stop());
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Who_logs_in_while_the_store_moves_waits_and_gets_the_new_master()
    {
        Assert.Equal("a1 OK 127.77.1.1 welcomes ann@lab.example", (await Login()).Line);
        site.Do(new MastershipChange.Begin("s1", MastersSite.B1, 1, "x", At));
        await Task.Delay(1500); // as a failover does: every proxy knows by then
        var logins = Enumerable.Range(0, 5).Select(_ => Login()).ToList();
        await Task.Delay(3000);
        Assert.All(logins, login => Assert.False(login.IsCompleted));
        site.Do(new MastershipChange.Assign("s1", 1, "x", At), new MastershipChange.Up("s1", 2, "x", At));
        foreach (var login in logins)
        {
            var (line, took) = await login;
            Assert.Equal("a1 OK 127.77.2.1 welcomes ann@lab.example", line);
            Assert.InRange(took.TotalSeconds, 3, 30);
        }
    }

    [Fact]
    public async Task Who_is_unknown_is_told_at_once()
    {
        var (line, took) = await Login("mallory@lab.example");
        Assert.Equal("a1 NO unknown user", line);
        Assert.InRange(took.TotalSeconds, 0, 30);
    }

    private async Task<(string? Line, TimeSpan Took)> Login(string user = "ann@lab.example")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        Assert.StartsWith("* OK", await reader.ReadLineAsync(), StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"a1 LOGIN {user} secret\r\n"));
        return (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)), clock.Elapsed);
    }

    /// <summary>As much of an IMAP server as a proxy logs in to.</summary>
    private void Greet(string address)
    {
        var greeter = new TcpListener(IPAddress.Parse(address), site.ImapPort);
        greeter.Start();
        greeters.Add(greeter);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var client = await greeter.AcceptTcpClientAsync(); // until it is stopped
                _ = Task.Run(async () =>
                {
                    using (client)
                    {
                        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                        var user = "";
                        await Say(client, "* OK ready");
                        while (await reader.ReadLineAsync() is { } line)
                        {
                            // tag LOGIN {n}, then the user with {n} of the password, then the password
                            user = line.StartsWith("a1 ", StringComparison.Ordinal) || user.Length > 0 ? user : line.Split(' ')[0];
                            await Say(client, line.EndsWith('}') ? "+ go on" : $"a1 OK {address} welcomes {user}");
                        }
                    }
                });
            }
        });

        static Task Say(TcpClient to, string line) => to.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n")).AsTask();
    }
}
