using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Cli.Commands;

/// <summary><c>provision capture</c>: saves all obtainable information about this machine's storage in one file.</summary>
internal static class CaptureCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The bundle to write", HelpName = "FILE.tar.zst", Required = true };
        var root = new Option<string>("--root")
        {
            Description = "Read files below this root; with any other than / no program is run",
            HelpName = "DIR",
            DefaultValueFactory = _ => "/",
        };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there" };
        var command = new Command(
            "capture",
            "Looks at this machine's storage and saves every answer in one bundle, for \"--from BUNDLE\" of the storage and drive commands.\n\n" +
            "It only reads: nothing is written to any disk, no array is assembled, no sleeping drive woken. Serial numbers are in the bundle; " +
            "salts, digests and wrapped keys of LUKS are not. Run it as root, or much cannot be seen.");
        command.Options.Add(output);
        command.Options.Add(root);
        command.Options.Add(force);
        command.SetAction(arguments => Run(arguments, arguments.GetValue(output)!, arguments.GetValue(root)!, arguments.GetValue(force)));
        return command;
    }

    private static int Run(ParseResult arguments, string path, string root, bool force)
    {
        if (File.Exists(path) && !force)
        {
            throw new UserErrorException($"{path} is there already (--force replaces it)");
        }

        var commands = new ProcessRunner();
        using var files = Session.OpenRoot(root);
        if (!files.MayChangeOwner)
        {
            Console.Error.WriteLine("provision: not root: devices cannot be opened, and most of what is on them stays unknown");
        }

        var progress = new Progress();
        var reader = new MachineReader(commands, files, DateTimeOffset.UtcNow, progress.Tell);
        var observed = StorageObserver.Observe(reader);
        progress.Clear();
        var bundle = Bundle.Pack(reader.Record, observed.Machine.HostName, Workspace.Version, commands);

        // The file contains serial numbers.
        AtomicFile.Write(path, bundle, FileModes.Private);

        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            PrintJson(path, bundle.Length, reader.Record, observed);
        }
        else
        {
            Print(path, bundle.Length, reader.Record, observed);
        }

        return ExitCodes.Same;
    }

    private static void Print(string path, int bytes, MachineRecord record, ObservedStorage observed)
    {
        foreach (var problem in observed.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        var counts = string.Join(", ", Counts(observed).Where(count => count.Number > 0).Select(count => $"{count.Number} {count.What}"));
        Console.Out.WriteLine($"{observed.Machine.HostName}: {counts}");
        Console.Out.WriteLine($"{path}: {bytes / 1024 + 1} KiB, {record.Runs.Count} commands, {record.Files.Count(file => file.Value is not null)} files");
        if (observed.Problems.Count > 0)
        {
            Console.Out.WriteLine(Ink.Yellow($"{observed.Problems.Count} things could not be read or understood; they are named above and stay unknown"));
        }
    }

    private static IEnumerable<(int Number, string What)> Counts(ObservedStorage observed) =>
    [
        (observed.Drives.Count, "drives"),
        (observed.Devices.Count(device => device.Kind == BlockKind.Disk), "disks"),
        (observed.Devices.Count(device => device.Kind == BlockKind.Partition), "partitions"),
        (observed.ArecaVolumes.Count, "Areca volumes"),
        (observed.Arrays.Count, "md arrays"),
        (observed.Devices.Count(device => device.Luks is not null), "LUKS containers"),
        (observed.Pools.Count, "ZFS pools"),
        (observed.Mounts.Count, "mounts"),
    ];

    private static void PrintJson(string path, int bytes, MachineRecord record, ObservedStorage observed) => Json.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("bundle", path);
        writer.WriteNumber("bytes", bytes);
        writer.WriteString("host", observed.Machine.HostName);
        writer.WriteNumber("commands", record.Runs.Count);
        foreach (var (number, what) in Counts(observed))
        {
            writer.WriteNumber(what.Replace(' ', '_').ToLowerInvariant(), number);
        }

        Json.Strings(writer, "problems", observed.Problems.Select(problem => problem.ToString()));
        writer.WriteEndObject();
    });

    /// <summary>Shows the current query on one line of a terminal; prints nothing elsewhere.</summary>
    private sealed class Progress
    {
        private readonly bool on = !Console.IsErrorRedirected;
        private int count;

        public void Tell(string command)
        {
            if (on)
            {
                var text = $"{++count}: {command}";
                Console.Error.Write($"\r\u001b[K{text[..Math.Min(text.Length, 78)]}");
            }
        }

        public void Clear()
        {
            if (on)
            {
                Console.Error.Write("\r\u001b[K");
            }
        }
    }
}
