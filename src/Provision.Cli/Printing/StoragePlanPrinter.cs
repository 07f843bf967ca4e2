using System.CommandLine;
using System.Text.Json;
using Provision.Storage.Plans;

namespace Provision.Cli.Printing;

/// <summary>Prints a storage plan: what is to be done first, what is in order last and only on request.</summary>
internal static class StoragePlanPrinter
{
    /// <summary>Prints the plan in the format requested on the command line.</summary>
    public static void Print(ParseResult arguments, StoragePlan plan, bool all)
    {
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            Json.Print(json => WriteJson(json, plan));
        }
        else
        {
            Print(Console.Out, plan, all);
        }
    }

    private static void Print(TextWriter to, StoragePlan plan, bool all)
    {
        foreach (var problem in plan.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        foreach (var action in plan.Actions.Where(action => all || action.Kind != ActionKind.Keep))
        {
            to.WriteLine($"{action.Word,-8} {action.Target}: {action.Reason}");
            foreach (var identity in action.Kind == ActionKind.Keep ? [] : action.Identities)
            {
                to.WriteLine($"           {identity}");
            }
        }

        var kept = plan.Actions.Count(action => action.Kind == ActionKind.Keep);
        var unseen = plan.Actions.Count(action => action.Kind == ActionKind.Unseen);
        var refused = plan.Refusals.Count() - unseen;
        to.WriteLine(
            $"{plan.Host}: {kept} as they should be, {plan.Actions.Count - kept - refused - unseen} to do, {refused} "
            + $"refused{(unseen == 0 ? "" : $", {unseen} could not be seen")}; plan {plan.Hash[..12]}");
    }

    private static void WriteJson(Utf8JsonWriter json, StoragePlan plan)
    {
        json.WriteStartObject();
        json.WriteString("host", plan.Host);
        json.WriteString("purpose", plan.Purpose);
        json.WriteString("hash", plan.Hash);
        json.WriteStartArray("actions");
        foreach (var action in plan.Actions)
        {
            json.WriteStartObject();
            json.WriteString("action", action.Word);
            json.WriteString("target", action.Target.ToString());
            json.WriteString("reason", action.Reason);
            json.WriteStartArray("identities");
            foreach (var identity in action.Identities)
            {
                json.WriteStringValue(identity);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (var problem in plan.Problems)
        {
            json.WriteStringValue(problem.ToString());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
