using System.CommandLine;
using Provision.Cyrus;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot confirm</c>: run by a slot's unit before it starts Cyrus.</summary>
internal static class SlotConfirmCommand
{
    /// <summary>How long a former master waits for a response: after a boot the network is up before the servers behind it can be reached.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var slot = new Argument<string>("SLOT") { Description = "A slot of this host" };
        var server = new Option<string[]>("--server") { Description = "Status daemons, asked in this order", HelpName = "URL" };
        var identity = GlobalOptions.Identity();
        var command = new Command(
            "confirm",
            "Run by a slot's unit before Cyrus starts. A slot starts as master only if a status daemon confirms it from the database at this moment. In " +
                "every other " +
            "case, even without an answer, it starts as replica; but a former master with changes that a replica did not get does not start without an " +
                "answer (exit code 2). If the configuration on disk is for the other replication role, it is written first, from the installed commit. " +
            "A fenced slot, or one whose directory is not its own, does not start (exit code 2).");
        command.Arguments.Add(slot);
        command.Options.Add(server);
        command.Options.Add(identity);
        command.SetAction(arguments =>
            Confirm(arguments, arguments.GetValue(slot)!, [.. arguments.GetValue(server)!.Select(url => new Uri(url))], arguments.GetValue(identity)!));
        return command;
    }

    private static int Confirm(ParseResult arguments, string slot, IReadOnlyList<Uri> servers, string identity)
    {
        using var files = RootedFiles.Open("/");
        var configuration = SlotConfiguration.Read(files, slot) ?? throw new InstanceException($"there is no configuration of {slot}: provision install");
        if (InstanceMarker.Read(files, configuration.ConfigFolder ?? "/") is not { } marker || marker.Slot != slot)
        {
            throw new InstanceException($"{configuration.ConfigFolder} is not a directory of {slot}: either its disk is not mounted (provision storage " +
                $"unlock), or it was never made (provision slot create HOST {slot})");
        }

        using var question = new MasterQuestion(servers);
        var answer = question.Ask(slot);
        for (var end = DateTimeOffset.UtcNow + Patience; answer is null && configuration.Role == ReplicationRole.Master
            && DateTimeOffset.UtcNow < end; answer = question.Ask(slot))
        {
            Thread.Sleep(BetweenTries);
        }

        IReadOnlyList<string> unsent = configuration.Role == ReplicationRole.Master
            ? [.. new SlotObserver(files, new ProcessRunner()).ChannelsOf(configuration).Where(channel => channel.Age is not null)
            .Select(channel => channel.Name)] : [];
        var permit = RolePermit.Of(slot, answer, [.. question.Failures.Distinct()], unsent);
        Console.Error.WriteLine($"{slot} starts as {permit.Role.ToString().ToLowerInvariant()}: {permit.Why}");
        if (permit.Role != configuration.Role)
        {
            Write(arguments, slot, permit.Role, question.AskAll()?.ToMasters(), identity);
        }

        return ExitCodes.Same;
    }

    /// <summary>Writes the slot's files for its replication role.</summary>
    private static void Write(ParseResult arguments, string name, ReplicationRole role, Masters? live, string identity)
    {
        using var installed = Session.OpenInstalled(arguments, identity);
        var store = installed.Workspace.Fleet.StoreOfSlot(name) ?? throw new InstanceException($"{name} holds no store in the installed commit");
        var install = new RoleInstall(installed.Files, installed.Workspace.Commands, TimeProvider.System);
        var masters = RoleInstall.For(live ?? installed.View.Masters, store, name, role);
        install.Install(installed.Render(masters), installed.Revision, installed.Workspace.Fleet.FindSlot(name)!);
        install.Remember(live, store, name, role);
    }
}
