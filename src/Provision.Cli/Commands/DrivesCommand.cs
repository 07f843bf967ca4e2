using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage.Locate;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Cli.Commands;

/// <summary><c>provision drives</c>: shows which drive is in which bay, and whether it belongs there.</summary>
internal static class DrivesCommand
{
    private enum MapForm
    {
        Grid,
        Table,
        Lines,
        Json,
    }

    public static Command Create()
    {
        var host = new Argument<string?>("HOST")
        {
            Description = "The host (default: the one whose MACs the machine or bundle has)",
            Arity = ArgumentArity.ZeroOrOne
        };
        var input = new StorageInput();
        var masters = GlobalOptions.Masters();
        var form = new Option<MapForm>("--format")
        {
            Description = "grid, table, lines (one bay a line, for scripts) or json",
            DefaultValueFactory = _ => MapForm.Grid
        };
        var svg = new Option<string?>("--svg") { Description = "Write the map as a picture", HelpName = "FILE" };
        var vdev = new Option<bool>("--vdev-id") { Description = "Print the bays as vdev_id.conf has them" };
        var check = new Option<bool>(
            "--check")
        { Description = "Print findings only. Exit code 0 same, 1 differs, 2 not all could be seen. --from may be a directory of bundles" };
        var locate = new Option<string?>("--locate") { Description = "Switch on the light of a bay, such as rear/4, through ledctl", HelpName = "BAY" };
        var time = new TimeOption("--for", "How long the light stays on", "10m");
        var off = new Option<bool>("--off") { Description = "Switch the light of --locate off" };
        var command = new Command(
            "drives",
            "Shows every bay in the layout of the chassis, the drive in it and the one that belongs there, the states of the sets, and what is at risk.");
        command.Arguments.Add(host);
        input.AddTo(command);
        foreach (var option in (Option[])[masters, form, svg, vdev, check, locate, time.Option, off])
        {
            command.Options.Add(option);
        }

        command.Subcommands.Add(DrivesAcceptCommand.Create());
        command.SetAction(arguments =>
        {
            if (arguments.GetValue(locate) is { } bay)
            {
                return Locate(arguments, input, host, bay, arguments.GetValue(off) ? null : time.In(arguments));
            }

            if (arguments.GetValue(check) && arguments.GetValue(input.From) is { } folder && Directory.Exists(folder))
            {
                return CheckAll(arguments, folder, masters);
            }

            var machine = ObservedMachineOfHost.Open(arguments, input, arguments.GetValue(host), arguments.GetValue(masters));
            machine.PrintProblems();
            var map = machine.Map;
            if (map.IsOtherMachine)
            {
                Console.Error.WriteLine($"not {map.Layout.Host.Name}: {map.Findings.First(finding => finding.Code == FindingCodes.OtherMachine).Sentence}");
            }

            if (arguments.GetValue(svg) is { } picture)
            {
                File.WriteAllText(picture, DriveSvg.Of(map));
                Console.Error.WriteLine($"written to {picture}");
            }
            else if (arguments.GetValue(vdev))
            {
                Console.Out.Write(VdevAliases.Of(map));
            }
            else
            {
                var wanted = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json ? MapForm.Json : arguments.GetValue(form);
                Print(map, wanted, arguments.GetValue(check) && arguments.GetResult(form) is null or { Implicit: true } && wanted == MapForm.Grid);
            }

            return map.IsOtherMachine ? ExitCodes.Differs : arguments.GetValue(check) ? CodeOf(map) : ExitCodes.Same;
        });
        return command;
    }

    /// <summary>2 if something could not be seen, whatever else differs: a partial answer must not pass for a complete one.</summary>
    private static int CodeOf(DriveMap map) => map.IsUnseen ? ExitCodes.Trouble : map.Differs ? ExitCodes.Differs : ExitCodes.Same;

    private static void Print(DriveMap map, MapForm form, bool onlyFindings)
    {
        switch (form)
        {
            case MapForm.Grid when onlyFindings:
                Console.Out.WriteLine($"{map.Layout.Host.Name}: {map.Verdict}");
                if (map.Findings.Count > 0)
                {
                    DriveMapPrinter.Findings(map);
                }

                break;
            case MapForm.Grid:
                DriveMapPrinter.Grid(map);
                break;
            case MapForm.Table:
                DriveMapPrinter.Table(map);
                break;
            case MapForm.Lines:
                Console.Out.Write(DriveLines.Of(map));
                break;
            default:
                Json.Print(writer => DriveMapJson.Write(writer, map));
                break;
        }
    }

    /// <summary>Checks the bundles of many machines, one line each: differences are reported, and an error with one does not end the others.</summary>
    private static int CheckAll(ParseResult arguments, string folder, Option<string?> masters)
    {
        var workspace = Workspace.Load(arguments);
        var known = workspace.ShownMasters(arguments.GetValue(masters));
        var bundles = Directory.EnumerateFiles(folder, "*.tar*").Order(NaturalOrder.Instance).ToList();
        if (bundles.Count == 0)
        {
            throw new UserErrorException($"{folder} holds no bundle (*.tar.zst)");
        }

        var results = new (int Exit, string Text)[bundles.Count];
        Parallel.For(0, bundles.Count, index => results[index] = CheckOne(workspace, known, bundles[index]));
        foreach (var (_, text) in results)
        {
            Console.Out.Write(text);
        }

        return results.Max(result => result.Exit);
    }

    private static (int Exit, string Text) CheckOne(Workspace workspace, Masters masters, string bundle)
    {
        try
        {
            var map = ObservedMachineOfHost.Of(workspace, StorageObserver.Observe(StorageInput.ReadBundle(bundle)), null, masters).Map;
            var told = map.Findings.Where(finding => finding.Severity >= FindingSeverity.Unknown)
                .Select(finding => $"{Printable.Of(finding.Place)} {finding.Code}").ToList();
            return (CodeOf(map), $"{map.Layout.Host.Name}: {map.Verdict}{(told.Count == 0 ? "" : ": " + string.Join(", ", told))}\n");
        }
        catch (UserErrorException e)
        {
            using var text = new StringWriter();
            text.Write($"{bundle}: ");
            e.Print(text);
            Console.Error.Write(text.ToString());
            return (ExitCodes.Trouble, "");
        }
    }

    private static int Locate(ParseResult arguments, StorageInput input, Argument<string?> host, string name, TimeSpan? time)
    {
        if (!input.IsLive(arguments))
        {
            throw new UserErrorException("a bundle has no lights: --locate works on the machine itself");
        }

        var map = ObservedMachineOfHost.Open(arguments, input, arguments.GetValue(host), null).Map;
        var bay = FindBay(map, name);
        var light = new DriveLight(new ProcessRunner());
        if (time is not { } duration)
        {
            return Done(light.Switch(bay, on: false));
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        Console.Error.WriteLine($"{bay.Bay}: {BayMark.DriveWord(bay)} {BayMark.SerialWord(bay)}; its light goes off in {duration}, or at Ctrl-C");
        return Done(light.Blink(bay, duration, stop.Token));

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static int Done(Diagnostic? problem) => problem is null ? ExitCodes.Same : throw new UserErrorException([problem]);

    /// <summary>Finds a bay by <c>panel/label</c>, or by its label if only one panel has it.</summary>
    private static BayState FindBay(DriveMap map, string name)
    {
        var found = map.Bays.Where(bay => bay.Bay.ToString() == name || bay.Bay.Number.ToString(CultureInfo.InvariantCulture) == name).ToList();
        return found.Count == 1
            ? found[0]
            : throw new UserErrorException([Diagnostic.Error(
                Location.OfFile("--locate"),
                found.Count == 0 ? $"{map.Layout.Chassis.Name} has no bay \"{name}\""
                    : $"{found.Count} bays have the label {name}: {string.Join(", ", found.Select(bay => bay.Bay))}",
                found.Count == 0 ? NearestName.Hint(name, map.Bays.Select(bay => bay.Bay.ToString())) : "name the panel too")]);
    }
}
