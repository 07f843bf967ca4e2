using System.Globalization;
using System.Text.Json;
using Provision.Cyrus.MailProxy;

namespace Provision.Lab;

/// <summary>The mail hosts with everything installed: store1 and store2 in service, mailboxes for users u1 to u4 on store1, and nginx in front as
/// the frontends have it.</summary>
public sealed class InstalledMailLab : IDisposable
{
    private readonly RunningCommand proxy;
    private readonly LabFolder folder = new();

    public InstalledMailLab()
        : this(null)
    {
    }

    /// <summary>The same on another release of Debian.</summary>
    internal InstalledMailLab(string? release)
    {
        Lab = new MailLab(release: release);
        try
        {
            UsersFile = Write("users", string.Concat(Users.Select(user => $"{user} store1\n")));
            MailLab.Good(Lab.Masters("masters", "enroll", "--new", "--yes"));
            Lab.StartDaemon("--users", UsersFile);
            Lab.InstallAll();
            using (var admin = Imap(MasterOf("store1")).LogIn("cyrus"))
            {
                foreach (var user in Users)
                {
                    admin.Command($"CREATE user.{user}");
                }
            }

            proxy = RunningCommand.Start(Command.Of("ip", "netns", "exec", Lab.Space, "nginx", "-c", Write("nginx.conf", $$"""
                load_module /usr/lib/nginx/modules/ngx_mail_module.so;
                daemon off;
                pid {{folder.Path}}/nginx.pid;
                error_log {{folder.Path}}/nginx.log info;
                events { worker_connections 1024; }
                mail {
                    server_name lab.example;
                    auth_http {{MailLab.Server}}:8490/auth;
                    auth_http_timeout 35s;
                    proxy_pass_error_message on;
                    imap_auth plain login;
                    server { listen {{MailLab.Server}}:1143; protocol imap; timeout 60s; }
                }

                """)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Users with a mailbox on store1.</summary>
    public static IReadOnlyList<string> Users { get; } = ["u1", "u2", "u3", "u4"];

    /// <summary>The hosts.</summary>
    internal MailLab Lab { get; }

    /// <summary>Says which store each user is on.</summary>
    internal string UsersFile { get; }

    /// <summary>What nginx complained of.</summary>
    internal string ProxyLog => File.Exists(Path.Combine(folder.Path, "nginx.log")) ? File.ReadAllText(Path.Combine(folder.Path, "nginx.log")) : "";

    /// <summary>The slot that the database names.</summary>
    internal string MasterOf(string store)
    {
        using var shown = JsonDocument.Parse(MailLab.Good(Lab.Masters("masters", "-o", "json")));
        return shown.RootElement.GetProperty("stores").EnumerateArray().First(one => one.GetProperty("store").GetString() == store).GetProperty(
            "master").GetString()!;
    }

    /// <summary>The slots of a store that are not its master.</summary>
    internal IReadOnlyList<string> ReplicasOf(string store)
    {
        var master = MasterOf(store);
        return [.. Lab.Fleet.FindStore(store)!.Slots.Where(slot => slot != master)];
    }

    /// <summary>A connection to a slot's own IMAP service.</summary>
    internal MailClient Imap(string slot) => MailClient.Connect(Lab.Space, Lab.Slot(slot).Address.ToString()!, 2143);

    /// <summary>A login as a user has it: at the frontend.</summary>
    internal MailClient LogIn(string user) => MailClient.Connect(Lab.Space, MailLab.Server, 1143).LogIn(user);

    /// <summary>Delivers a message to a slot.</summary>
    internal void Deliver(string slot, string user, string text) => MailClient.Deliver(Lab.Space, Lab.Slot(slot).Address.ToString()!, user, text);

    /// <summary>Subjects in a user's inbox as a slot has them.</summary>
    internal IReadOnlyList<string> InboxAt(string slot, string user)
    {
        using var client = Imap(slot).LogIn(user);
        return client.Subjects("INBOX");
    }

    /// <summary>Waits until all slots of a store have what its master has in every user's inbox.</summary>
    internal void WaitUntilInSync(string store)
    {
        foreach (var user in Users)
        {
            var wanted = InboxAt(MasterOf(store), user).Order(StringComparer.Ordinal).ToList();
            foreach (var slot in ReplicasOf(store))
            {
                Patience.Until(() => InboxAt(slot, user).Order(StringComparer.Ordinal).SequenceEqual(wanted), TimeSpan.FromMinutes(5), () =>
                    string.Create(CultureInfo.InvariantCulture, $"{slot} has {InboxAt(slot, user).Count} of {wanted.Count} messages of {user}"));
            }
        }
    }

    public void Dispose()
    {
        proxy?.Dispose();
        Lab.Dispose();
        folder.Dispose();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
