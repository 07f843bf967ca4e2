using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Provision.Lab;

/// <summary>What came of a machine's run.</summary>
/// <param name="ExitCode">The script's; null where the power was cut before its end.</param>
/// <param name="Output">What the script, and the kernel meanwhile, wrote to the console, up to the power cut.</param>
/// <param name="Time">From power-on to power cut.</param>
public sealed record UmlRun(int? ExitCode, string Output, TimeSpan Time);

/// <summary>
/// A user-mode Linux machine with disks, for storage code: md, dm-crypt, LUKS and ext4 in seconds. Its programs are this
/// machine's, under a layer of memory; udev runs; a folder of the test is <c>/lab</c>, which a power cut does not touch.
/// Every run ends with a power cut, at the latest when the script has ended: what it did not sync to a disk is lost.
/// </summary>
public static class UmlStorageGuest
{
    private const string Start = "LAB-START";
    private const string End = "LAB-END ";

    /// <summary>After this the machine is killed, whatever has become of the test.</summary>
    private const string LifeLimit = "20m";

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(12);

    /// <summary>Far longer than any command of a trial takes on a busy machine.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(5);
    private const string Identity = "guest";

    /// <summary>Boots, runs a script as root, and cuts the power.</summary>
    /// <param name="machine">What it is made of.</param>
    /// <param name="shared">A folder of this machine.</param>
    /// <param name="script">For bash.</param>
    /// <param name="cut">When the power is cut, if not at the end.</param>
    /// <param name="limit">How long the script may take.</param>
    /// <param name="reports">Where the state of a guest that hung is kept; null is <c>out/hung-guests</c>.</param>
    /// <exception cref="TimeoutException">It did not end in time, or said nothing for long; with the console and the state of its kernel.</exception>
    /// <remarks>
    /// About one guest in some hundreds stops doing anything on a busy machine. It is started again from its disks as they were, once, and the
    /// state of its kernel is kept.
    /// </remarks>
    public static UmlRun Run(UmlMachine machine, string shared, string script, PowerCut? cut = null, TimeSpan? limit = null, string? reports = null)
    {
        string[] images = [.. machine.Disks.Select(disk => disk.Image), .. machine.State is { } state ? [state] : (string[])[]];
        var before = Directory.CreateDirectory(Path.Combine(shared, ".before")).FullName;
        try
        {
            Copy(images.Select((image, index) => (image, Path.Combine(before, $"{index}"))));
            return RunOnce(machine, shared, script, cut, limit);
        }
        catch (HungGuestException e)
        {
            var kept = Directory.CreateDirectory(reports ?? Path.Combine(ProvisionBinary.Repository, "out/hung-guests")).FullName;
            File.WriteAllText(Path.Combine(kept, $"{DateTime.UtcNow:yyyyMMdd-HHmmss-fff}.txt"), e.Message);
            Copy(images.Select((image, index) => (Path.Combine(before, $"{index}"), image)));
            return RunOnce(machine, shared, script, cut, limit);
        }
        finally
        {
            Directory.Delete(before, recursive: true);
        }
    }

    private static void Copy(IEnumerable<(string From, string To)> images)
    {
        var runner = new ProcessRunner();
        foreach (var (from, to) in images)
        {
            runner.Run(Command.Of("cp", "--sparse=always", from, to)).OrThrow();
        }
    }

    private static UmlRun RunOnce(UmlMachine machine, string shared, string script, PowerCut? cut, TimeSpan? limit)
    {
        var folder = Directory.CreateDirectory(Path.Combine(shared, ".uml")).FullName;
        File.WriteAllText(Path.Combine(folder, "script.sh"), script);
        var rules = Path.Combine(folder, "rules");
        // Where the socket of an earlier guest is left, the kernel takes another name.
        foreach (var old in (string[])[rules, Path.Combine(folder, Identity)])
        {
            if (Directory.Exists(old))
            {
                Directory.Delete(old, recursive: true);
            }
        }

        Directory.CreateDirectory(rules);
        foreach (var (name, text) in machine.Rules.Append(KeyValuePair.Create("59-lab.rules", Identities(machine))))
        {
            File.WriteAllText(Path.Combine(rules, name), text);
        }

        var time = Stopwatch.StartNew();
        // In a process namespace, which ends as a whole: the kernel's processes are many, and one by one some would stay.
        var start = new ProcessStartInfo("timeout", ["--signal=KILL", LifeLimit, "unshare", "--pid", "--fork", "--kill-child=KILL", "linux.uml",
            .. Arguments(machine, shared)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        using var guest = Process.Start(start)!;
        var lines = Channel.CreateUnbounded<string>();
        guest.OutputDataReceived += Received;
        guest.ErrorDataReceived += Received;
        guest.BeginOutputReadLine();
        guest.BeginErrorReadLine();
        var console = new Console(lines.Reader);
        UmlRun run;
        try
        {
            run = Follow(console, cut, limit ?? RunLimit) with { Time = time.Elapsed };
        }
        catch (TimeoutException e)
        {
            var processes = new FileInfo(Path.Combine(folder, "processes"));
            throw new HungGuestException(
                $"{e.Message}\n{(processes.Exists ? $"processes {DateTime.UtcNow - processes.LastWriteTimeUtc} ago:\n{File.ReadAllText(processes.FullName)}" : "")}" +
                UmlManagement.State(Path.Combine(folder, Identity, "mconsole")),
                e);
        }
        finally
        {
            guest.Kill(entireProcessTree: true);
            guest.WaitForExit();
        }

        // What it said between the line at which it was cut and the cut.
        return run.ExitCode is null ? run with { Output = console.ReadToEnd() } : run;

        void Received(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
            {
                lines.Writer.TryWrite(text.TrimEnd('\r'));
            }
        }
    }

    private static UmlRun Follow(Console console, PowerCut? cut, TimeSpan limit)
    {
        while (console.Next(BootLimit) != Start)
        {
            // The kernel and udev start.
        }

        console.Forget();
        for (var time = Stopwatch.StartNew(); ;)
        {
            var left = (cut?.Time ?? limit) - time.Elapsed;
            left = left > SilenceLimit && cut?.Time is null ? SilenceLimit : left;
            if (console.Next(left, orNull: cut?.Time is not null) is not { } line || cut?.At?.Invoke(line) == true)
            {
                return new UmlRun(null, console.Text, default);
            }

            if (line.StartsWith(End, StringComparison.Ordinal) && int.TryParse(line[End.Length..], out var code))
            {
                return new UmlRun(code, console.Text[..^(line.Length + 1)], default);
            }
        }
    }

    private static IEnumerable<string> Arguments(UmlMachine machine, string shared)
    {
        string[] images = [.. machine.Disks.Select(disk => disk.Image), .. machine.State is { } state ? [state] : (string[])[]];
        return
        [
            "rootfstype=hostfs", "rootflags=/", "ro", $"mem={machine.Memory}M", "con=null", "con0=null,fd:1", "loglevel=1",
            $"uml_dir={shared}/.uml/", "umid=" + Identity,
            "init=" + Path.Combine(ProvisionBinary.Repository, "tests/Provision.Lab/uml-storage-init.sh"),
            "LAB_SHARED=" + shared, .. machine.State is null ? (string[])[] : ["LAB_STATE=" + Name(machine.Disks.Count)],
            .. images.Select((image, index) => $"ubd{index}={image}"),
        ];
    }

    private static string Identities(UmlMachine machine) => string.Concat(machine.Disks.Select((disk, index) =>
    {
        var wwn = disk.Wwn is { } number ? $", ENV{{ID_WWN}}=\"0x{number:x16}\", ENV{{ID_WWN_WITH_EXTENSION}}=\"0x{number:x16}\"" : "";
        var identity = $"ENV{{ID_BUS}}=\"ata\", ENV{{ID_MODEL}}=\"{disk.Model}\", ENV{{ID_SERIAL}}=\"{disk.Model}_{disk.Serial}\", ENV{{ID_SERIAL_SHORT}}=\"{disk.Serial}\"{wwn}, SYMLINK+=\"disk/by-id/ata-{disk.Model}_{disk.Serial}";
        return $"KERNEL==\"{Name(index)}\", {identity}\"\nKERNEL==\"{Name(index)}[0-9]*\", {identity}-part%n\"\n";
    }));

    private static string Name(int index) => "ubd" + (char)('a' + index);

    /// <summary>A guest that did not come to its end, with the state of its kernel.</summary>
    private sealed class HungGuestException(string message, Exception inner) : TimeoutException(message, inner);

    /// <summary>The lines of a console, and what has been read of them.</summary>
    private sealed class Console(ChannelReader<string> lines)
    {
        private readonly StringBuilder read = new();

        public string Text => read.ToString();

        public void Forget() => read.Clear();

        public string ReadToEnd()
        {
            while (lines.TryRead(out var line))
            {
                read.Append(line).Append('\n');
            }

            return Text;
        }

        public string? Next(TimeSpan limit, bool orNull = false)
        {
            using var timer = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero);
            try
            {
                var line = lines.ReadAsync(timer.Token).AsTask().GetAwaiter().GetResult();
                read.Append(line).Append('\n');
                return line;
            }
            catch (OperationCanceledException e)
            {
                return orNull ? null : throw new TimeoutException("the machine did not come to its end:\n" + Text, e);
            }
        }
    }
}
