using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Stores.Failover;
using Provision.Stores.Instances;

namespace Provision.Cli.Sessions;

/// <summary>A session of the commands that operate on slots of a host, on this machine or another.</summary>
internal sealed class SlotSession : Session
{
    private const string Here = "--here";
    private static readonly TimeSpan RemoteLimit = TimeSpan.FromMinutes(10);

    private SlotSession(ParseResult arguments, string host, string[] names)
        : base(Workspace.Load(arguments), host)
    {
        var problems = new DiagnosticBag();
        var known = Workspace.Fleet.SlotsOf(Host);
        var slots = new List<Slot>();
        foreach (var wanted in names)
        {
            if (known.FirstOrDefault(slot => slot.Name == wanted) is { } slot)
            {
                slots.Add(slot);
            }
            else
            {
                problems.Error(Location.OfFile("SLOT"), $"{Host.Name} has no slot \"{wanted}\"", NearestName.Hint(wanted, known.Select(slot => slot.Name)));
            }
        }

        Slots = problems.HasErrors ? throw new UserErrorException(problems)
            : names.Length > 0 ? slots : [.. known.Where(slot => Workspace.Fleet.StoreOfSlot(slot.Name) is not null)];
        IsHere = ReferenceEquals(Workspace.FindThisHost(), Host);
    }

    /// <summary>The named slots; without names, all slots of the host that hold a store.</summary>
    public IReadOnlyList<Slot> Slots { get; }

    public bool IsHere { get; }

    /// <summary>Creates a command with the arguments HOST and SLOT; if HOST is another machine, the command is run there by ssh with the same
    /// arguments.</summary>
    /// <param name="verb">Its name below <c>provision slot</c>.</param>
    /// <param name="text">Its description.</param>
    /// <param name="run">Runs it on the host itself.</param>
    /// <param name="list">An option with a list of values to pass along; null for none.</param>
    public static Command Create(string verb, string text, Func<ParseResult, SlotSession, int> run, Option<string[]>? list = null)
    {
        var host = new Argument<string>("HOST") { Description = "The host; if it is another machine, the command is run there by ssh" };
        var slots = new Argument<string[]>("SLOT") { Description = "Slots of it (default: all that hold a store)", Arity = ArgumentArity.ZeroOrMore };
        var here = new Option<bool>(Here) { Description = "This machine is HOST, whatever its MACs" };
        var command = new Command(verb, text);
        command.Options.Add(here);
        command.Arguments.Add(host);
        command.Arguments.Add(slots);
        if (list is not null)
        {
            command.Options.Add(list);
        }

        command.SetAction(arguments =>
        {
            using var session = new SlotSession(arguments, arguments.GetValue(host)!, arguments.GetValue(slots)!);
            return arguments.GetValue(here) || session.IsHere ? run(arguments, session)
                : session.RunThere(verb, arguments, list is null ? [] : [.. arguments.GetValue(list)!.SelectMany(word => new[] { list.Name, word })]);
        });
        return command;
    }

    /// <summary>Returns the shell that reaches the fleet's hosts from this machine.</summary>
    public static HostShell Shell(Workspace workspace) => new(workspace.Commands, workspace.FindThisHost());

    /// <summary>Prints slots as text or JSON; returns 0 if all are healthy.</summary>
    public static int Print(ParseResult arguments, IReadOnlyList<InstanceHealth> slots)
    {
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(InstanceHealthJson.ToJson(slots));
        }
        else
        {
            SlotPrinter.Print(slots);
        }

        return slots.All(slot => slot.IsWell) ? ExitCodes.Same : ExitCodes.Differs;
    }

    private int RunThere(string verb, ParseResult arguments, string[] more)
    {
        var form = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json ? "json" : "text";
        var result = Shell(Workspace).Run(
            Host, RemoteLimit, ["provision", "slot", verb, Host.Name, .. Slots.Select(slot => slot.Name), .. more, Here, "--output", form]);
        Console.Out.Write(result.Text);
        Console.Error.Write(result.Error);
        return result.ExitCode;
    }
}
