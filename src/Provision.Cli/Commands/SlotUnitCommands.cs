using System.CommandLine;
using Provision.Configuration.Desired;
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
    /// <summary>The unit allows a slot's commands ten seconds, and kills it after that.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static Command Status() => SlotWork.Create(
        "status",
        "Shows how slots are: what each service says on its port, the daemons, and what each replica lacks. Exit code 0 all are well, 1 one is not, 2 trouble.",
        (arguments, work) => SlotWork.Print(arguments, Observe(work)));

    public static Command Folders() => SlotWork.Create(
        "create",
        "Makes the folders of slots on their mounted disks, once. A slot starts only where this has been done, so that a disk that is not mounted is not taken for an empty slot.",
        (arguments, work) =>
        {
            using var files = RootedFiles.Open("/");
            var owner = OwnerDatabase.Read(files).Resolve(new OwnerNames("cyrus", "mail")) ?? throw new UserErrorException("this machine has no user cyrus or no group mail: install the packages of its role first (provision install)");
            var view = work.Workspace.View(work.Host, Masters.Default);
            foreach (var slot in work.Slots)
            {
                var made = new SlotFolders(files, owner).Create(view.Slots.First(one => ReferenceEquals(one.Slot, slot)));
                Console.Error.WriteLine(made.Count == 0 ? $"{slot.Name} is there already" : $"{slot.Name}: {made.Count} folders");
            }

            return ExitCodes.Same;
        });

    public static Command Start() => SlotWork.Create(
        "start",
        "Starts slots, each as what the database of masters says it is, and waits until they are well. Exit code 0 all are well, 1 one is not, 2 trouble.",
        (arguments, work) => Do(arguments, work, "start"));

    public static Command Stop() => SlotWork.Create(
        "stop",
        "Stops slots; what somebody is doing in them has ten seconds to end. A master that is stopped serves nobody and is not replaced: for that see \"provision failover\".",
        (arguments, work) => Do(arguments, work, "stop"));

    /// <summary>Creates the option for addresses of peers, which replace the configured channels.</summary>
    public static Option<string[]> To() => new("--to") { Description = "Address of another slot of the store, which gets all that any channel has still to send; the logs go once all named have it", HelpName = "ADDRESS" };

    public static Command Drain()
    {
        var to = To();
        return SlotWork.Create(
            "drain",
            "Sends to its replicas what a stopped master still has for them (step 5 of a failover). Exit code 0 they have everything, 1 something is left, 2 trouble.",
            (arguments, work) =>
            {
                using var files = RootedFiles.Open("/");
                var drain = new SlotDrain(files, work.Workspace.Commands);
                if (arguments.GetValue(to) is { Length: > 0 } peers)
                {
                    work.Slots.ToList().ForEach(slot => Console.Error.WriteLine($"{slot.Name}: {drain.Merge(slot.Name, peers)} mailboxes and users sent"));
                    return ExitCodes.Same;
                }

                var drained = work.Slots.Select(slot => drain.Drain(slot.Name)).ToList();
                SlotWork.Print(arguments, drained);
                return drained.All(slot => slot.Channels.All(channel => channel.Age is null)) ? ExitCodes.Same : ExitCodes.Differs;
            },
            to);
    }

    public static Command Fill()
    {
        var to = new Option<string[]>("--to") { Description = "A replica of the store that is new", HelpName = "SLOT" };
        return SlotWork.Create(
            "fill",
            "Sends everything that a running master holds to a replica that is new; by itself it sends only what changes. For a full store that takes hours. Exit code 0 all was taken, 2 trouble.",
            (arguments, work) =>
            {
                if (arguments.GetValue(to) is not { Length: > 0 } replicas || work.Slots.Count != 1)
                {
                    throw new UserErrorException("say which: HOST SLOT --to SLOT");
                }

                using var files = RootedFiles.Open("/");
                replicas.ToList().ForEach(replica => new SlotDrain(files, work.Workspace.Commands).Fill(work.Slots[0].Name, replica));
                return ExitCodes.Same;
            },
            to);
    }

    private static string UnitOf(Slot slot) => slot.Unit
        ?? throw new UserErrorException([Diagnostic.Error(slot.Host.At("roles"), $"no role of {slot.Host.Name} says how an instance runs", InstanceKind.MissingHint)]);

    private static int Do(ParseResult arguments, SlotWork work, string verb)
    {
        var systemd = new Systemd(work.Workspace.Commands);
        var done = systemd.Do(verb, Limit, [.. work.Slots.Select(UnitOf)]);
        if (!done.Succeeded)
        {
            var lines = work.Slots.Select(slot => (slot.Name, Lines: systemd.LastLines(UnitOf(slot)))).Where(slot => slot.Lines.Length > 0);
            throw new SlotException($"systemctl {verb}: {done.Error.Trim().Split('\n')[0]}\n{string.Join('\n', lines.Select(slot => $"{slot.Name}: {slot.Lines.ReplaceLineEndings("; ")}"))}".TrimEnd());
        }

        // A stopped slot is the requested result.
        var health = Observe(work);
        var shown = SlotWork.Print(arguments, health);
        return verb == "stop" ? ExitCodes.Same : shown;
    }

    private static List<SlotHealth> Observe(SlotWork work)
    {
        using var files = RootedFiles.Open("/");
        var observer = new SlotObserver(files, work.Workspace.Commands);
        return [.. work.Slots.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(slot => observer.Observe(slot.Name))];
    }
}
