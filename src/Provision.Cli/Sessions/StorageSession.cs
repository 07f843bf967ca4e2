using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Cli.Sessions;

/// <summary>A session of the commands that operate on disks: adds layout, record and observation.</summary>
internal sealed class StorageSession : Session
{
    private readonly Lazy<ObservedStorage> observed;

    private StorageSession(ParseResult arguments, string? host, StorageInput? input)
        : base(Workspace.Load(arguments), host)
    {
        Layout = View.Layout
            ?? throw new UserErrorException([Diagnostic.Error(Host.Location, $"{Host.Name} has no chassis, so nothing is known of its disks")]);
        Record = Workspace.Fleet.FindDrives(Host.Name);
        IsLive = input?.IsLive(arguments) == true;
        Machine = StorageMachine.Of(Workspace.Commands, Files);

        // Read before the observation, so that a disk swapped during it is detected.
        Sequences = IsLive ? Attachments.Read(Machine.Reader) : new Dictionary<string, long>();
        observed = new Lazy<ObservedStorage>(() => IsLive
            ? Machine.Observe()
            : (input ?? throw new InvalidOperationException("this command observes no machine")).Observe(arguments));
    }

    public Layout Layout { get; }

    public DriveRecord? Record { get; }

    public StorageMachine Machine { get; }

    public IReadOnlyDictionary<string, long> Sequences { get; }

    /// <summary>The observation of the machine or the bundle, made on first use.</summary>
    public ObservedStorage Observed => observed.Value;

    /// <summary>False if the source is a bundle, so that nothing can be written.</summary>
    public bool IsLive { get; }

    public string HostName => Host.Name;

    /// <summary>Finds host, layout and machine; any error ends the command. Without an input nothing is observed.</summary>
    public static StorageSession Open(ParseResult arguments, string? host, StorageInput? input) => new(arguments, host, input);

    /// <summary>Ends the command unless this machine is the host: a plan for one machine must never run on another.</summary>
    public void RequireThisMachine()
    {
        if (!IsLive)
        {
            throw new UserErrorException("a bundle cannot be changed: run this on the machine itself, without --from");
        }

        if (ThisHost.WhyNot(Host, MachineIdentity.Macs(Files)) is { } why)
        {
            throw new UserErrorException([Diagnostic.Error(Host.Location, why)]);
        }
    }

    /// <summary>Returns the drive record of this machine; ends the command if there is none, or on another machine.</summary>
    public DriveRecord RequireRecordOfThisMachine()
    {
        RequireThisMachine();
        return Record
            ?? throw new UserErrorException(
            [Diagnostic.Error(Host.Location, $"{HostName} has no drive record, so it is not known which disks are its own", "provision drives accept")]);
    }

    /// <summary>Prints a plan and returns the exit code if the command ends there, because the plan is refused or only shown. Otherwise ensures that this
    /// machine is the host and returns null.</summary>
    public int? Ends(ParseResult arguments, StoragePlan plan, bool onlyShown)
    {
        StoragePlanPrinter.Print(arguments, plan, all: true);
        if (plan.Refusals.Any())
        {
            Console.Error.WriteLine("refused; nothing was written");
            return ExitCodes.Trouble;
        }

        if (onlyShown)
        {
            return ExitCodes.Differs;
        }

        RequireThisMachine();
        return null;
    }

    /// <summary>Writes the drive record, after validating the whole inventory with it.</summary>
    public void Write(DriveRecordText record)
    {
        var edit = record.Edit(InventoryFiles.ReadFrom(Workspace.Folder));
        if (!edit.IsGood)
        {
            throw new UserErrorException(edit.Result.Diagnostics);
        }

        EditedFile.Write(Workspace.Folder, edit);
    }
}
