using System.CommandLine;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Cli.Sessions;

/// <summary>A host of the inventory with the observation of its machine.</summary>
/// <param name="Workspace">The repository.</param>
/// <param name="View">The host.</param>
/// <param name="Observed">The observation.</param>
internal sealed record ObservedMachineOfHost(Workspace Workspace, HostView View, ObservedStorage Observed)
{
    private DriveMap? map;

    /// <summary>The host's drive record, or null.</summary>
    public DriveRecord? Record => Workspace.Fleet.FindDrives(View.Host.Name);

    public Layout Layout => View.Layout!;

    /// <summary>The drive map; computed once.</summary>
    public DriveMap Map => map ??= DriveMap.Of(Layout, View, Record, Observed);

    /// <summary>Loads the repository and observes this machine, or reads the bundle.</summary>
    public static ObservedMachineOfHost Open(ParseResult arguments, StorageInput input, string? name, string? masters)
    {
        var workspace = Workspace.Load(arguments);
        return Of(workspace, input.Observe(arguments), name, workspace.ShownMasters(masters));
    }

    /// <summary>Finds the host of a machine: the named one, otherwise by its NICs, otherwise by its host name.</summary>
    public static ObservedMachineOfHost Of(Workspace workspace, ObservedStorage observed, string? name, Masters masters)
    {
        if (name is null)
        {
            var found = ThisHost.Find(workspace.Fleet, observed.Machine.Macs);
            name = found.Host?.Name ?? (workspace.Fleet.FindHost(observed.Machine.HostName.Split('.')[0])?.Name)
                ?? throw new UserErrorException($"{Printable.Of(found.Error ?? "the machine is not in the inventory", 300)}; name the host");
        }

        using var nowhere = Provision.Core.RootedFiles.Open("/");
        var view = workspace.View(workspace.FindHost(name, nowhere), masters);
        return view.Layout is null
            ? throw new UserErrorException(
                [Diagnostic.Error(view.Host.Location, $"{name} has no chassis, so nothing is known of its bays", "give it one: chassis: NAME")])
            : new ObservedMachineOfHost(workspace, view, observed);
    }

    /// <summary>Prints to standard error what could not be observed.</summary>
    public void PrintProblems()
    {
        foreach (var problem in Observed.Problems)
        {
            Console.Error.WriteLine(string.Join('\n', problem.ToString().Split('\n').Select(line => Printable.Of(line, 300))));
        }
    }
}
