using Provision.Inventory;
using Provision.Storage;
using Provision.Storage.Create;
using Provision.Storage.Guard;
using Provision.Storage.Keys;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Storage.Unlock;
using Provision.Trial;

// Works on the disks of a user-mode Linux guest with the code of `provision storage`. Such disks have no serials, so identities are laid over
// at the door: disk X of the command line `ubdb=2` sits in bay front/2 and has the serial LAB2.
//
//   trial REPOSITORY HOST STATE accept|create SET|replace BAY SERIAL|unlock|rehearse|diff  DISK=BAY...
//
// STATE is a folder on a disk of its own, which outlives a power cut: record, journal (by a link) and escrow are kept there.
var (repository, host, state, verb) = (args[0], args[1], args[2], args[3]);
var words = args[4..].Where(word => !word.Contains('=', StringComparison.Ordinal)).ToList();
var places = LaidOver.Places(args[4..]);
var recipients = Path.Combine(state, "operators.txt");
var identity = Path.Combine(state, "operator.key");

using var files = RootedFiles.Open("/");
var commands = new ProcessRunner();
var machine = StorageMachine.Of(commands, files, seen => LaidOver.On(seen, places));
var reader = machine.Reader;
var inventory = InventoryFiles.ReadFrom(repository);
var recordFile = Path.Combine(state, "record.yaml");
if (File.Exists(recordFile))
{
    inventory = inventory with { Files = [.. inventory.Files, new InventoryFile(DriveRecordText.PathOf(host), File.ReadAllBytes(recordFile))] };
}

var loaded = InventoryLoader.Load(inventory);
if (loaded.Fleet is not { } fleet)
{
    loaded.Diagnostics.ToList().ForEach(problem => Console.Error.WriteLine(problem));
    return 2;
}

var layout = Layout.Of(fleet.FindHost(host)!, fleet.FindChassis(fleet.FindHost(host)!.Chassis!)!);
var record = fleet.FindDrives(host);
var escrow = new Escrow(machine, Path.Combine(state, "escrow"), host);
var sequences = Attachments.Read(reader);
try
{
    return verb switch
    {
        "accept" => Accept(),
        "create" => Create(words[0]),
        "replace" => Replace(words[0], words[1]),
        "wipe" => Wipe(words[0], words[1]),
        "rehearse" => Rehearse(),
        "unlock" => Unlock(),
        "diff" => Show(StorageComparison.Of(layout, record, machine.Observe())),
        _ => throw new StorageException($"unknown: {verb}"),
    };
}
catch (Exception wrong) when (wrong is GuardException or CommandFailedException or StorageException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

int Accept()
{
    var text = DriveRecordText.From(host, null);
    foreach (var (bay, drive) in BayFinder.Find(layout, null, machine.Observe()))
    {
        text = text.WithDrive(bay, new DriveIdentity(drive.Serial!, null, null, drive.Bytes));
    }

    return Save(layout.Sets.Aggregate(text, (known, set) => known.WithSet(set.Key, set.Os)));
}

int Create(string target)
{
    var observed = machine.Observe();
    var bays = BayFinder.Find(layout, null, observed);
    var serials = layout.Sets.First(set => set.Key == target).Bays.Where(bays.ContainsKey).Select(bay => bays[bay].Serial!).ToList();
    var plan = CreatePlanner.Plan(layout, record, observed, target, serials, CreateJournal.Read(files, target), sequences);
    if (plan.Journal.Finished && !plan.Plan.Refusals.Any())
    {
        return Save(RecordUpdate.AfterCreate(record, plan, plan.Journal, observed));
    }

    if (plan.Allowed is null)
    {
        return Show(plan.Plan) + 2;
    }

    var finished = new SetMaker(machine, plan, new CreateMeans(escrow, recipients, null, new Progress().Tell)).Make();
    return Save(RecordUpdate.AfterCreate(record, plan, finished, machine.Observe()));
}

int Replace(string place, string serial)
{
    var bay = Bay(place);
    var plan = DriveReplacement.Plan(layout, record, machine.Observe(), bay, serial, CreateJournal.Read(files, DriveReplacement.JournalOf(bay)), sequences);
    if (plan.Plan.Refusals.Any())
    {
        return Show(plan.Plan) + 2;
    }

    DriveReplacement.Run(machine, plan, new Progress().Tell);
    return Save(RecordUpdate.AfterReplace(host, record, plan));
}

int Wipe(string place, string serial)
{
    var plan = DriveWipe.Plan(layout, record, machine.Observe(), Bay(place), serial, sequences);
    if (plan.Allowed is null)
    {
        return Show(plan.Plan) + 2;
    }

    DriveWipe.Run(machine, plan, new DiskGuard(commands, reader, plan.Allowed));
    return 0;
}

int Rehearse()
{
    var results = Rehearsal.Run(machine, layout, record!, escrow, identity, new Progress().Tell);
    results.ToList().ForEach(result => Console.WriteLine($"{result.Name}: {result.Problem ?? "opens"}"));
    return results.All(result => result.Problem is null)
        ? Save(RecordUpdate.AfterRehearsal(host, record!, results.Select(result => result.Name), new DateOnly(2026, 11, 22)))
        : 1;
}

int Unlock()
{
    var results = new VolumeUnlock(machine, layout, record!, label => escrow.ReadKey(label, identity), new Progress().Tell).Run();
    results.ToList().ForEach(result => Console.WriteLine($"{result.Volume}: {result.Missing ?? result.Warning ?? "in service"}"));
    return results.All(result => result.Missing is null) ? 0 : 1;
}

int Show(StoragePlan plan)
{
    plan.Actions.Where(action => action.Kind != ActionKind.Keep).ToList()
        .ForEach(action => Console.WriteLine($"{action.Word} {action.Target}: {action.Reason}"));
    return plan.IsSame ? 0 : 1;
}

int Save(DriveRecordText text)
{
    using (var file = new FileStream(recordFile + ".new", FileMode.Create))
    {
        file.Write(System.Text.Encoding.UTF8.GetBytes(text.ToString()));
        file.Flush(flushToDisk: true);
    }

    File.Move(recordFile + ".new", recordFile, overwrite: true);
    files.SyncFolder(state);
    return 0;
}

Bay Bay(string text) => layout.Chassis.Panels.SelectMany(panel => panel.Bays).First(bay => bay.ToString() == text);
