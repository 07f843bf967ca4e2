using System.CommandLine;
using System.Globalization;
using Provision.Cli.Printing;
using Provision.Configuration.State;

namespace Provision.Cli.Commands;

/// <summary><c>provision history</c>: lists what was installed on this machine, and when.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        var root = GlobalOptions.Root();
        var files = new Option<bool>("--files") { Description = "Also name the files that each generation changed" };
        var command = new Command("history", "Lists the generations of a host, the newest last; each can be restored with \"provision rollback\".");
        command.Options.Add(root);
        command.Options.Add(files);
        command.SetAction(arguments =>
        {
            using var machine = Session.OpenRoot(arguments.GetValue(root)!);
            var store = new StateStore(machine);
            var generations = store.Generations().Select(store.ReadGeneration).OfType<Generation>().ToList();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(generations);
            }
            else if (generations.Count == 0)
            {
                Console.Out.WriteLine($"nothing was installed below {machine.Root} yet");
            }
            else
            {
                Print(generations, arguments.GetValue(files));
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static void Print(List<Generation> generations, bool files)
    {
        string[] heading = ["GENERATION", "TIME (UTC)", "HOW", "COMMIT", "FILES CHANGED", "MANAGED", "UNITS", "BY", "WHY"];
        Columns.Write(Console.Out, heading, generations.Select(one => (IReadOnlyList<string>)
        [
            $"{one.Number}", one.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), one.Kind.ToString().ToLowerInvariant(), one.Commit,
            $"{one.Before.Count}", $"{one.Files.Count}", $"{one.Actions.Count}", Printable.Of(one.By ?? "-"), Printable.Of(one.Reason ?? "-", 200),
        ]));
        foreach (var one in files ? generations : [])
        {
            Console.Out.WriteLine($"\ngeneration {one.Number}:");
            foreach (var (path, before) in one.Before)
            {
                Console.Out.WriteLine($"  {(before is null ? "new" : one.Files.ContainsKey(path) ? "changed" : "removed"),-8} {path}");
            }
        }
    }

    private static void PrintJson(List<Generation> generations) => Json.Print(writer =>
    {
        writer.WriteStartArray();
        Json.Items(writer, generations, one =>
        {
            writer.WriteNumber("generation", one.Number);
            writer.WriteString("time", one.Time);
            writer.WriteString("kind", one.Kind.ToString().ToLowerInvariant());
            writer.WriteString("commit", one.Commit);
            writer.WriteString("by", one.By);
            writer.WriteString("reason", one.Reason);
            writer.WriteNumber("masters_serial", one.MastersSerial);
            writer.WriteNumber("managed", one.Files.Count);
            Json.Strings(writer, "changed", one.Before.Keys);
            Json.Strings(writer, "actions", one.Actions);
        });
        writer.WriteEndArray();
    });
}
