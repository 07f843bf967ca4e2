using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Cli;

/// <summary>What the commands that work on disks share: the host, its layout and record, the machine, the confirmation.</summary>
internal sealed class StorageWork : IDisposable
{
    private readonly Lazy<ObservedStorage> observed;

    private StorageWork(Workspace workspace, HostView view, Layout layout, RootedFiles files, StorageInput? input, ParseResult arguments)
    {
        Workspace = workspace;
        View = view;
        Layout = layout;
        Files = files;
        Record = workspace.Fleet.FindDrives(view.Host.Name);
        IsLive = input?.IsLive(arguments) == true;
        Machine = StorageMachine.Of(workspace.Commands, files);

        // Before the look, so that a disk that is swapped during it is seen.
        Sequences = IsLive ? Attachments.Read(Machine.Look) : new Dictionary<string, long>();
        observed = new Lazy<ObservedStorage>(() => IsLive
            ? Machine.Observe()
            : (input ?? throw new InvalidOperationException("this command looks at no machine")).Observe(arguments));
    }

    public Workspace Workspace { get; }

    public HostView View { get; }

    public Layout Layout { get; }

    public DriveRecord? Record { get; }

    public RootedFiles Files { get; }

    public StorageMachine Machine { get; }

    public IReadOnlyDictionary<string, long> Sequences { get; }

    /// <summary>What the machine or the bundle shows; looked at when it is first asked for.</summary>
    public ObservedStorage Observed => observed.Value;

    /// <summary>False where a bundle is looked at: then there is nothing that could be written.</summary>
    public bool IsLive { get; }

    public string HostName => View.Host.Name;

    /// <summary>Finds host, layout and machine; every problem ends the command. Without an input nothing is looked at.</summary>
    public static StorageWork Open(ParseResult arguments, string? host, StorageInput? input)
    {
        var workspace = Workspace.Load(arguments);
        var files = RootedFiles.Open("/");
        var view = workspace.View(workspace.FindHost(host, files), Workspace.ReadMasters(null, files));
        return view.Layout is { } layout
            ? new StorageWork(workspace, view, layout, files, input, arguments)
            : throw new UserErrorException([Diagnostic.Error(view.Host.Location, $"{view.Host.Name} has no chassis, so nothing is known of its disks")]);
    }

    /// <summary>Ends the command unless this machine is the host: a plan for one machine must never run on another.</summary>
    public void RequireThisMachine()
    {
        if (!IsLive)
        {
            throw new UserErrorException("a bundle can be looked at, but nothing can be written to it: leave out --from on the machine itself");
        }

        if (ThisHost.WhyNot(View.Host, MachineIdentity.Macs(Files)) is { } why)
        {
            throw new UserErrorException([Diagnostic.Error(View.Host.Location, why)]);
        }
    }

    /// <summary>The drive record of this machine; without one, or on another machine, the command ends.</summary>
    public DriveRecord RequireRecordOfThisMachine()
    {
        RequireThisMachine();
        return Record ?? throw new UserErrorException([Diagnostic.Error(View.Host.Location, $"{HostName} has no drive record, so nothing says which disks are its own", "provision drives accept")]);
    }

    /// <summary>Shows a plan; the exit code where the command ends with that: it is refused, or only shown. Else this machine is the host.</summary>
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

    /// <summary>Asks for the host's name before something is destroyed; <c>--yes</c> answers.</summary>
    public static void Confirm(StoragePlan plan, bool yes, string word) => Confirmation.Ask(yes, word, $"plan {plan.Hash[..12]}");

    /// <summary>Writes the drive record; the whole inventory is checked with it first.</summary>
    public void Write(DriveRecordText record)
    {
        var edit = record.Edit(InventoryFiles.ReadFrom(Workspace.Folder));
        if (!edit.IsGood)
        {
            throw new UserErrorException(edit.Result.Diagnostics);
        }

        EditedFile.Write(Workspace.Folder, edit);
    }

    public void Dispose() => Files.Dispose();
}
