using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage show</c>: shows the layout of a host's disks, derived from its chassis.</summary>
internal static class StorageShowCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("HOST") { Description = "The host's name" };
        var command =
            new Command("show",
            "Shows what a host's disks are meant to look like: sets, units, sizes (as sold, usable, and what df will say), encryption, classes of data, "
            + "mounts, slots, and where the operating system goes.");
        command.Arguments.Add(name);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var system = Provision.Core.RootedFiles.Open("/");
            var host = workspace.FindHost(arguments.GetValue(name), system);
            var view = workspace.View(host, Masters.Default);
            var layout = view.Layout
                ?? throw new UserErrorException(
                [Provision.Core.Diagnostic.Error(host.Location, $"{host.Name} has no chassis, so its disks are not described")]);
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(writer => LayoutJson.Write(writer, layout));
            }
            else
            {
                LayoutPrinter.Print(Console.Out, layout);
            }

            return ExitCodes.Same;
        });
        return command;
    }
}
