using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Provision.Inventory;
using Provision.Stores.Mastership;
using Provision.Stores.StatusDaemon;

namespace Provision.Cyrus.MailProxy;

/// <summary>
/// Returns the destination of a user's connection, in the protocol of nginx's mail proxy (<c>ngx_mail_auth_http_module</c>): always 200, with headers. While
/// the store is moving it answers WAIT with a number of seconds, after which nginx asks again, unnoticed by the client. It does not verify passwords: the login
/// service in front of it, or the slot, does.
/// </summary>
/// <param name="parts">The daemon's masters and inventory.</param>
/// <param name="usersFile">File with a line <c>user@domain store</c> for each user; null for none.</param>
public sealed class AuthEndpoint(StatusDaemonParts parts, string? usersFile) : IStatusExtension
{
    private readonly Func<MastershipSnapshot?> masters = parts.Masters;
    private readonly FleetWatch fleet = parts.Fleet;
    private readonly UsersFile? users = usersFile is null ? null : new UsersFile(usersFile, parts.Log);
    private (Fleet? Of, ConcurrentDictionary<string, YamlMapping?> ByHost) ports = (null, []);

    /// <inheritdoc/>
    public string Path => "/auth";

    /// <inheritdoc/>
    public void Refresh() => users?.Refresh();

    /// <inheritdoc/>
    public Task Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        var (status, to, wait) = Decide(
            First(context.Request.Headers["Auth-Store"]) ?? First(context.Request.Query["store"]),
            Uri.UnescapeDataString(First(context.Request.Headers["Auth-User"]) ?? ""),
            First(context.Request.Headers["Auth-Protocol"]) ?? "imap");
        headers["Auth-Status"] = status;
        if (to is { } door)
        {
            headers["Auth-Server"] = door.Address.ToString();
            headers["Auth-Port"] = door.Port.ToString(CultureInfo.InvariantCulture);
        }
        else if (wait)
        {
            headers["Auth-Wait"] = "1";
        }
        else
        {
            headers["Auth-Error-Code"] = "451 4.3.0"; // for SMTP: try again later
        }

        return Task.CompletedTask;
    }

    private (string Status, (Ipv4Address Address, int Port)? To, bool Wait) Decide(string? store, string user, string protocol)
    {
        store ??= users?.StoreOf(user);
        if (store is null)
        {
            return Error("unknown user");
        }

        if (masters()?.Stores.GetValueOrDefault(store) is not { } row)
        {
            return Error("no master is known of this mailbox's store");
        }

        if (row.Mode == StoreMode.Moving)
        {
            return ("WAIT", null, true);
        }

        if (fleet.Current is not { } inventory || inventory.FindSlot(row.Master) is not { Address: { } address } slot)
        {
            return Error("the address of this mailbox's server is not known");
        }

        return PortOf(inventory, slot.Host, protocol) is { } port ? ("OK", (address, port), false) : Error("this protocol is not served here");

        static (string, (Ipv4Address, int)?, bool) Error(string sentence) => (sentence, null, false);
    }

    private int? PortOf(Fleet inventory, Host host, string protocol)
    {
        var known = ports;
        if (!ReferenceEquals(known.Of, inventory))
        {
            ports = known = (inventory, new ConcurrentDictionary<string, YamlMapping?>(StringComparer.Ordinal));
        }

        var mapping = known.ByHost.GetOrAdd(
            host.Name, static (_, of) => HostView.Of(of.inventory, of.host, Masters.Default).Settings.Find("slot_ports") as YamlMapping, (inventory, host));
        return (mapping?.Find(protocol) as YamlScalar)?.Value is long port ? (int)port : null;
    }

    private static string? First(Microsoft.Extensions.Primitives.StringValues values) => values is [{ Length: > 0 } value, ..] ? value : null;
}
