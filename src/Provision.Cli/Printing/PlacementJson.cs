using System.Text.Json;
using Provision.Inventory;
using Provision.Stores.Placement;

namespace Provision.Cli.Printing;

internal static class PlacementJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<StoreBreach> breaches, PlacementFigures figures)
    {
        json.WriteStartObject();
        Json.Array(json, "breaches", breaches, breach =>
        {
            json.WriteString("rule", breach.Rule);
            json.WriteString("message", breach.Message);
        });
        WriteFigures(json, "figures", figures);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, StorePlan plan)
    {
        json.WriteStartObject();
        json.WriteString("hash", plan.Hash);
        json.WriteNumber("moves", plan.Moves);
        json.WriteNumber("least_moves", plan.LeastMoves);
        Json.Array(json, "refusals", plan.Refusals, refusal =>
        {
            json.WriteString("rule", refusal.Rule);
            json.WriteString("message", refusal.Message);
            json.WriteString("hint", refusal.Hint);
        });
        Json.Strings(json, "warnings", plan.Warnings);
        Json.Array(json, "steps", plan.Steps, step =>
        {
            json.WriteString("step", step.Word);
            json.WriteString("store", step.Store);
            Json.Strings(json, "slots", step.Slots);
        });
        Json.Array(json, "placement", plan.Changed, store =>
        {
            json.WriteString("store", store.Name);
            json.WriteString("class", store.Class);
            Json.Strings(json, "slots", store.Slots);
        });
        WriteFigures(json, "before", plan.FiguresBefore);
        WriteFigures(json, "after", plan.FiguresAfter);
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, string name, PlacementFigures figures)
    {
        json.WriteStartObject(name);
        Json.Array(json, "classes", figures.Groups, group =>
        {
            Json.Strings(json, "classes", group.Classes);
            json.WriteNumber("stores", group.Stores);
            Json.Array(json, "pairs", group.Pairs, pair =>
            {
                json.WriteString("between", pair.Between);
                json.WriteNumber("most", pair.Most);
                json.WriteNumber("bound", pair.Bound);
                Json.Strings(json, "hosts", new[] { pair.HostA, pair.HostB }.OfType<string>());
            });
            json.WriteNumber("taken_over", group.Failover.Most);
            json.WriteNumber("taken_over_bound", group.Failover.Bound);
            json.WriteNumber("skew", Math.Round(group.Failover.Skew, 3));
        });
        Json.Array(json, "not_absorbed", figures.Lost, lost =>
        {
            json.WriteString("host", lost.Host);
            json.WriteString("class", lost.Class);
            Json.Strings(json, "stores", lost.Stores);
            Json.Strings(json, "hosts", lost.Hosts.Select(host => host.Host));
            json.WriteNumber("free", lost.Hosts.Sum(host => host.Free));
        });
        json.WriteEndObject();
    }
}
