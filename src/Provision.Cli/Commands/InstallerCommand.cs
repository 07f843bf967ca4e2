using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Provision.Boot.Installer;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Installer.Discover;
using Provision.Boot.Installer.Local;
using Provision.Boot.Installer.Protect;
using Provision.Boot.Jobs;
using Provision.Storage.Observe;

namespace Provision.Cli.Commands;

/// <summary><c>provision installer</c>: runs in the initramfs.</summary>
internal static class InstallerCommand
{
    private const string DefaultTicket = "/provision/job.json";

    public static Command Create()
    {
        var command = new Command("installer",
            "Installs the machine it runs on. Only the installer's initramfs runs it: on a running system its first step refuses.");
        command.Subcommands.Add(CreateRun());
        command.Subcommands.Add(CreateDiscover());
        command.Subcommands.Add(CreateRules());
        command.Subcommands.Add(CreatePlant());
        return command;
    }

    private static Command CreateRun()
    {
        var ticket = new Option<string>(
            "--ticket")
        { Description = "The ticket that the boot server handed over", HelpName = "FILE", DefaultValueFactory = _ => DefaultTicket };
        var order = new Option<string?>("--order") { Description = "Install without a boot server: the order as a file", HelpName = "FILE" };
        var image = new Option<string?>("--image") { Description = "With --order: the directory of the artefacts that it names", HelpName = "DIR" };
        var noReboot = new Option<bool>("--no-reboot") { Description = "Do not restart the machine after a success" };
        var command = new Command(
            "run",
            "Installs this machine according to its job: makes every disk read-only, inspects them, compares the plan with the armed one, fingerprints " +
                "protected disks, verifies the image, " +
            "and only then makes the operating system's disks writable, partitions and fills them, writes the boot loader last, and proves that nothing else " +
                "was written.\n\n" +
            "After an interruption it is simply run again. Exit code 0 installed; 1 failed after the old boot loader was gone: the next boot tries again; " +
            "2 nothing was written: the old system still starts.");
        command.Options.Add(ticket);
        command.Options.Add(order);
        command.Options.Add(image);
        command.Options.Add(noReboot);
        command.SetAction(arguments =>
        {
            using var files = RootedFiles.Open("/");
            var machine = InstallMachine.Own(files);
            using var channel = Channel(machine, arguments.GetValue(ticket)!, arguments.GetValue(order), arguments.GetValue(image));
            var report = new HostInstaller(machine, channel, Print).Run();
            if (report.Outcome == InstallOutcome.Done && !arguments.GetValue(noReboot))
            {
                machine.Commands.Run(Provision.Core.Command.Of("reboot", "-f"));
            }

            return HostInstaller.ExitCodeOf(report.Outcome);
        });
        return command;
    }

    private static Command CreateDiscover()
    {
        var server = new Option<string>("--server") { Description = "Base address of the boot server", HelpName = "URL", Required = true };
        var noReboot = new Option<bool>("--no-reboot") { Description = "Do not restart the machine once it is adopted" };
        var command = new Command(
            "discover",
            "Reports to the boot server what this machine is (NICs, firmware, controllers, drives with bays and serials), touches nothing, and repeats it " +
                "each minute " +
            "until an engineer has adopted it (\"provision host adopt\"). Then the machine restarts.");
        command.Options.Add(server);
        command.Options.Add(noReboot);
        command.SetAction(arguments =>
        {
            using var files = RootedFiles.Open("/");
            var commands = new ProcessRunner();
            using var discoverer = new Discoverer(
                arguments.GetValue(server)!,
                () =>
                {
                    var reader = new MachineReader(commands, files, DateTimeOffset.UtcNow);
                    var storage = StorageObserver.Observe(reader);
                    return new MachineReport(reader.Record, storage);
                },
                reader => Bundle.Pack(reader.Record, reader.Storage.Machine.HostName, Workspace.Version, commands),
                line => Console.Error.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss} discover    {line}"),
                Thread.Sleep);
            discoverer.Run();
            if (!arguments.GetValue(noReboot))
            {
                commands.Run(Provision.Core.Command.Of("reboot", "-f"));
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static Command CreateRules()
    {
        var command = new Command("rules",
            $"Prints {GuardRules.UdevFile}, the udev rule that makes every disk read-only from the start; the initramfs has it in /etc/udev/rules.d.");
        command.SetAction(_ => Console.Out.Write(GuardRules.Udev));
        return command;
    }

    private static Command CreatePlant()
    {
        var command = new Command("plant",
            "On a running host: writes the key of its reinstall, from standard input, to its system disks. The installer proves by it that it runs on this " +
            "machine; \"reinstall HOST\" and \"netboot arm --plant\" run this by ssh.");
        command.SetAction(_ =>
        {
            var key = ReturnKey.Parse(Console.In.ReadLine() ?? "") ?? throw new UserErrorException("standard input is no key of a reinstall");
            using var files = RootedFiles.Open("/");
            Console.Out.WriteLine($"written to {string.Join(", ", LocalStart.Plant(InstallMachine.Own(files), key))}");
        });
        return command;
    }

    private static IJobChannel Channel(InstallMachine machine, string ticket, string? order, string? image)
    {
        if (order is not null)
        {
            return new LocalJobChannel(order, image ?? throw new UserErrorException("--order needs --image DIR, the directory of the artefacts that it names"));
        }

        if (!File.Exists(ticket))
        {
            throw new UserErrorException($"there is no ticket {ticket}: the boot server gives one to a machine that is armed (provision netboot arm HOST); " +
                $"without a server use --order FILE --image DIR");
        }

        try
        {
            var given = JobTicket.Parse(File.ReadAllBytes(ticket)) ?? throw new UserErrorException($"{ticket} holds no ticket");
            return new HttpJobChannel(given, BootKey.OfThisBoot(machine), machine.Clock, machine.Wait,
                line => Print(new InstallEvent(machine.Clock.GetUtcNow(), "claim", line)));
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{ticket}({e.LineNumber + 1},{e.BytePositionInLine + 1}): no ticket: {e.Message}");
        }
    }

    private static void Print(InstallEvent what) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what.At:HH:mm:ss} {what.Step,-11} {(what.IsError ? "!! " : "")}{what.Text}"));
}
