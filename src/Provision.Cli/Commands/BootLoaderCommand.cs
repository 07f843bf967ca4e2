using System.CommandLine;
using Provision.Boot.Installer;
using Provision.Boot.Installer.Loader;
using Provision.Cli.Printing;

namespace Provision.Cli.Commands;

/// <summary><c>provision boot-loader</c>: can every disk of the operating system start this machine?</summary>
internal static class BootLoaderCommand
{
    public static Command Create()
    {
        var renew = new Option<bool>("--renew") { Description = "Write what differs, one disk after the other, and read it back" };
        var changed = new Option<bool>("--if-changed") { Description = "With --renew: do nothing if the packages are those of the last renewal" };
        var root = GlobalOptions.Root();
        root.Description = "Where the system is mounted; another than / for a rescue system";
        var command = new Command(
            "boot-loader",
            "Compares the boot loader on every disk of the operating system with the installed packages: both EFI system partitions and both BIOS boot " +
            "sectors. After an upgrade of GRUB or the shim, apt renews them (templates/kernel); --renew does it by hand, also after a disk of the mirror was " +
            "replaced. Each disk keeps its old boot loader until its new one is complete. Exit code 0 up to date, 1 differs, 2 error.\n\n" +
            "Example:\n  provision boot-loader --renew");
        command.Options.Add(renew);
        command.Options.Add(changed);
        command.Options.Add(root);
        command.SetAction(arguments =>
        {
            using var system = Session.OpenRoot(arguments.GetValue(root)!);
            using var own = RootedFiles.Open("/");
            var renewal = new LoaderRenewal(InstallMachine.Own(own), system, arguments.GetValue(root)!);
            if (arguments.GetValue(renew) && arguments.GetValue(changed) && renewal.IsRecorded())
            {
                return ExitCodes.Same;
            }

            var states = arguments.GetValue(renew) ? renewal.Renew(Console.Error.WriteLine) : renewal.Observe();
            Print(arguments, states);
            return states.All(state => state.Differences.Count == 0) ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    private static void Print(ParseResult arguments, IReadOnlyList<LoaderState> states)
    {
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                Json.Array(writer, "disks", states, state =>
                {
                    writer.WriteString("node", state.Node);
                    writer.WriteString("disk", state.Identity);
                    Json.Strings(writer, "differences", state.Differences);
                });
                writer.WriteEndObject();
            });
            return;
        }

        foreach (var state in states)
        {
            Console.Out.WriteLine($"{state.Identity}: {(state.Differences.Count == 0 ? "up to date" : "differs")}");
            state.Differences.ToList().ForEach(difference => Console.Out.WriteLine($"  {difference}"));
        }
    }
}
