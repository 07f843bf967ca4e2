using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage.Create;
using Provision.Storage.Keys;
using Provision.Storage.Unlock;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage unlock</c> and <c>rehearse</c>: put storage into service, and prove that this would work without the Tang servers.</summary>
internal static class StorageUnlockCommand
{
    /// <summary>Pause between two attempts with <c>--wait</c>.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public static Command Unlock()
    {
        var host = StorageOptions.Host();
        var escrow = new Option<string?>("--recovery")
        {
            Description = "Open with the recovery keys of this escrow folder instead of the Tang servers",
            HelpName = "DIR"
        };
        var identity = GlobalOptions.Identity();
        var wait = new TimeOption("--wait", "How long to keep asking if no Tang server returned the key, as when a whole site is switched on at once");
        var input = new StorageInput();
        var command = new Command(
            "unlock",
            "Assembles, opens and mounts every data volume by label, each layer compared with the drive record; repairs nothing. Reports exactly what is "
                + "missing. With --wait it waits for the Tang servers. Exit code 0 all in service, 1 something is missing, 2 error.");
        command.Arguments.Add(host);
        command.Options.Add(escrow);
        command.Options.Add(identity);
        command.Options.Add(wait.Option);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), input);
            var record = session.RequireRecordOfThisMachine();
            var end = DateTimeOffset.UtcNow + wait.In(arguments);
            var keys = arguments.GetValue(escrow) is { } folder ? new Escrow(session.Machine, Path.GetFullPath(folder), session.HostName) : null;
            var results = Run();
            while (results.Any(result => result.IsLocked) && DateTimeOffset.UtcNow + Pause < end)
            {
                Console.Error.WriteLine(
                    $"{results.Count(result => result.IsLocked)} volumes are locked, as no key was given; asking again until {end:HH:mm:ss} UTC");
                Thread.Sleep(Pause);
                results = Run();
            }

            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(json =>
                {
                    json.WriteStartArray();
                    foreach (var result in results)
                    {
                        json.WriteStartObject();
                        json.WriteString("volume", result.Volume);
                        json.WriteString("mount", result.Mount);
                        json.WriteString("missing", result.Missing);
                        json.WriteString("warning", result.Warning);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                });
            }
            else
            {
                foreach (var result in results.Where(result => result.Missing is not null || result.Warning is not null))
                {
                    Console.Out.WriteLine(result.Missing is not null ? $"missing  {result.Volume}: {result.Missing}"
                        : $"warning  {result.Volume}: {result.Warning}");
                }

                Console.Out.WriteLine($"{session.HostName}: {results.Count(result => result.Missing is null)} of {results.Count} volumes in service");
            }

            return results.All(result => result.Missing is null) ? ExitCodes.Same : ExitCodes.Differs;

            IReadOnlyList<UnlockResult> Run() =>
                new VolumeUnlock(session.Machine, session.Layout, record, keys is null ? null : label =>
                    keys.ReadKey(label, arguments.GetValue(identity)!), Console.Error.WriteLine).Run();
        });
        return command;
    }

    public static Command Rehearse()
    {
        var host = StorageOptions.Host();
        var escrow = StorageOptions.EscrowFolder();
        var identity = GlobalOptions.Identity();
        var input = new StorageInput();
        var command = new Command(
            "rehearse",
            "Opens each volume with the recovery key and the header backup of the escrow, as on the day when nothing else is left, and notes the day in the "
                + "drive record. Nothing is mounted or stays open.");
        command.Arguments.Add(host);
        command.Options.Add(escrow);
        command.Options.Add(identity);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), input);
            var record = session.RequireRecordOfThisMachine();
            var keys = new Escrow(session.Machine, Path.GetFullPath(arguments.GetValue(escrow)!), session.HostName);
            var results = Rehearsal.Run(session.Machine, session.Layout, record, keys, arguments.GetValue(identity)!, Console.Error.WriteLine);
            foreach (var result in results.Where(result => result.Problem is not null))
            {
                Console.Out.WriteLine($"{result.Name}: {result.Problem}");
            }

            var opened = results.Where(result => result.Problem is null).Select(result => result.Name).ToHashSet(StringComparer.Ordinal);
            Console.Out.WriteLine($"{session.HostName}: {opened.Count} of {results.Count} opened with what the escrow holds");
            if (opened.Count > 0)
            {
                var volumes = session.Layout.Volumes.Where(volume =>
                    opened.Contains(volume.Label) || (volume.Encryption == VolumeEncryption.Zfs && opened.Contains(volume.Lun))).Select(volume => volume.Label);
                session.Write(RecordUpdate.AfterRehearsal(session.HostName, record, volumes, DateOnly.FromDateTime(DateTime.UtcNow)));
            }

            return results.All(result => result.Problem is null) ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }
}
