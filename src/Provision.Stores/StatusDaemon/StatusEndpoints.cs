using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.StatusDaemon;

/// <summary>Answers which slot is master of each store, and whether a slot may start as one.</summary>
internal sealed class StatusEndpoints(MastersCache masters, IMastersOrigin origin, FleetWatch fleet)
{
    public Task Masters(HttpContext context)
    {
        var known = masters.Known ?? throw new StateLostException("no masters were ever read");
        return Answers.Bytes(context, MastershipExport.ToAnswer(known.Snapshot, known.Age < MastersCache.Live, known.Age), "application/json");
    }

    /// <summary>Returns the links of the chain of changes after a serial: with them a relay proves that masters followed from those that it knows.</summary>
    public async Task Chain(HttpContext context)
    {
        if (!long.TryParse(context.Request.Query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            await Answers.Refuse(context, 400, "since which serial? /chain?after=NUMBER");
            return;
        }

        var links = await origin.Links(null, after, context.RequestAborted);
        await Answers.Bytes(context, JsonSerializer.SerializeToUtf8Bytes(links, StoredJson.Default.IReadOnlyListMastershipLink), "application/json");
    }

    /// <summary>Queries the database now, never memory: a slot that starts as master continues as master until it is stopped.</summary>
    public async Task Confirm(HttpContext context)
    {
        if (context.Request.Query["slot"] is not [{ Length: > 0 and < 100 } slot])
        {
            await Answers.Refuse(context, 400, "which slot? /confirm?slot=NAME");
            return;
        }

        if (await origin.Forward(slot, context.RequestAborted) is { } forwarded)
        {
            context.Response.StatusCode = (int)forwarded.Status;
            await Answers.Bytes(context, forwarded.Body, forwarded.Status == System.Net.HttpStatusCode.OK ? "application/json" : "text/plain; charset=utf-8");
            return;
        }

        var read = (await origin.Read(context.RequestAborted))[0];
        await masters.Take(read, context.RequestAborted);
        var now = read.Snapshot;
        var inventory = fleet.Current;
        var fence = now.Fenced.GetValueOrDefault(slot);
        var store = now.Stores.Values.FirstOrDefault(row => row.Master == slot || row.Target == slot)?.Store ?? fence?.Store
            ?? inventory?.StoreOfSlot(slot)?.Name;
        if (store is null && inventory?.FindSlot(slot) is null)
        {
            await Answers.Refuse(context, 404,
                $"there is no slot {Printable.Of(slot)}{(inventory is null ? " among the masters, and the inventory cannot be read" : "")}");
            return;
        }

        var epoch = now.ConfirmedEpoch(slot);
        var answer = new MasterAnswer(slot, store, epoch is not null, epoch, fence is not null, now.Serial);
        await Answers.Bytes(context, answer.ToJson(), "application/json");
    }
}
