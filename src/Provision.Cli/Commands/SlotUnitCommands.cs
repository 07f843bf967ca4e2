using System.CommandLine;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.Units;
using Provision.Cyrus;
using Provision.Cyrus.Observe;
using Provision.Cyrus.Replication;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot create</c>, <c>start</c>, <c>stop</c> and <c>drain</c>: operate on the slots of one host.</summary>
internal static class SlotUnitCommands
{
    /// <summary>systemd's own limit for the start of a unit; a stop ends sooner, by the unit's TimeoutStopSec.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static Command Status() => SlotSession.Create(
        "status",
        "Shows the health of slots: each service's banner, the daemons, and what each replica lacks. Exit code 0 all are healthy, 1 one is not, 2 error.",
        (arguments, session) => SlotSession.Print(arguments, Observe(session)));

    public static Command Folders() => SlotSession.Create(
        "create",
        "Creates the directories of slots on their mounted disks, once. A slot starts only after that, so that an unmounted disk is not taken for an empty " +
            "slot.",
        (arguments, session) =>
        {
            using var files = RootedFiles.Open("/");
            var owner = OwnerDatabase.Read(files).Resolve(new OwnerNames("cyrus", "mail"))
                ?? throw new UserErrorException("this machine has no user cyrus or no group mail: install the packages of its role first (provision install)");
            var view = session.Workspace.View(session.Host, Masters.Default);
            foreach (var slot in session.Slots)
            {
                var made = new SlotFolders(files, owner).Create(view.Slots.First(one => ReferenceEquals(one.Slot, slot)));
                Console.Error.WriteLine(made.Count == 0 ? $"{slot.Name} already exists" : $"{slot.Name}: {made.Count} directories");
            }

            return ExitCodes.Same;
        });

    public static Command Start() => SlotSession.Create(
        "start",
        "Starts slots, each in the replication role that the database of masters confirms, and waits until they are healthy. Exit code 0 all are healthy, 1 " +
            "one is not, 2 error.",
        (arguments, session) => Do(arguments, session, "start"));

    public static Command Stop() => SlotSession.Create(
        "stop",
        "Stops slots; open sessions have ten seconds to end. A stopped master serves no session and is not replaced: for that see \"provision failover\".",
        (arguments, session) => Do(arguments, session, "stop"));

    /// <summary>Creates the option for addresses of peers, which replace the configured channels.</summary>
    public static Option<string[]> To() =>
        new("--to")
        {
            Description = "Address of another slot of the store, which gets everything that any channel has still to send; the logs are removed " +
        "once all of the named ones have it",
            HelpName = "ADDRESS"
        };

    public static Command Drain()
    {
        var to = To();
        return SlotSession.Create(
            "drain",
            "Sends to its replicas what a stopped master still has for them (step 5 of a failover). Exit code 0 they have everything, 1 something is left, 2 " +
                "error.",
            (arguments, session) =>
            {
                using var files = RootedFiles.Open("/");
                var drain = new SlotDrain(files, session.Workspace.Commands);
                if (arguments.GetValue(to) is { Length: > 0 } peers)
                {
                    session.Slots.ToList().ForEach(slot => Console.Error.WriteLine($"{slot.Name}: {drain.Merge(slot.Name, peers)} mailboxes and users sent"));
                    return ExitCodes.Same;
                }

                var drained = session.Slots.Select(slot => drain.Drain(slot.Name)).ToList();
                SlotSession.Print(arguments, drained);
                return drained.All(slot => slot.Channels.All(channel => channel.Age is null)) ? ExitCodes.Same : ExitCodes.Differs;
            },
            to);
    }

    public static Command Fill()
    {
        var to = new Option<string[]>("--to") { Description = "A new replica of the store", HelpName = "SLOT" };
        return SlotSession.Create(
            "fill",
            "Sends everything that a running master holds to a new replica; replication itself sends only changes. For a full store that takes hours. Exit " +
                "code 0 all was sent, 2 error.",
            (arguments, session) =>
            {
                if (arguments.GetValue(to) is not { Length: > 0 } replicas || session.Slots.Count != 1)
                {
                    throw new UserErrorException("name one slot and its replicas: HOST SLOT --to SLOT");
                }

                using var files = RootedFiles.Open("/");
                replicas.ToList().ForEach(replica => new SlotDrain(files, session.Workspace.Commands).Fill(session.Slots[0].Name, replica));
                return ExitCodes.Same;
            },
            to);
    }

    private static string UnitOf(Slot slot) => slot.Unit
        ?? throw new UserErrorException(
            [Diagnostic.Error(slot.Host.At("roles"), $"no role of {slot.Host.Name} says how an instance runs", InstanceKind.MissingHint)]);

    private static int Do(ParseResult arguments, SlotSession session, string verb)
    {
        var systemd = new Systemd(session.Workspace.Commands);
        var done = systemd.Do(verb, Limit, [.. session.Slots.Select(UnitOf)]);
        if (!done.Succeeded)
        {
            var lines = session.Slots.Select(slot => (slot.Name, Lines: systemd.LastLines(UnitOf(slot)))).Where(slot => slot.Lines.Length > 0);
            var journal = string.Join('\n', lines.Select(slot => $"{slot.Name}: {slot.Lines.ReplaceLineEndings("; ")}"));
            throw new InstanceException($"systemctl {verb}: {done.Error.Trim().Split('\n')[0]}\n{journal}".TrimEnd());
        }

        // A stopped slot is the requested result.
        var health = Observe(session);
        var shown = SlotSession.Print(arguments, health);
        return verb == "stop" ? ExitCodes.Same : shown;
    }

    private static List<InstanceHealth> Observe(SlotSession session)
    {
        using var files = RootedFiles.Open("/");
        var observer = new SlotObserver(files, session.Workspace.Commands);
        return session.Slots.ConcurrentlyEach(8, slot => observer.Observe(slot.Name));
    }
}
