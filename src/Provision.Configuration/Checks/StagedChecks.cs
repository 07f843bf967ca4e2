using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;

namespace Provision.Configuration.Checks;

/// <summary>The outcome of a check.</summary>
public enum CheckOutcome
{
    /// <summary>The checker accepted the files.</summary>
    Passed,

    /// <summary>The checker rejected the files.</summary>
    Failed,

    /// <summary>The checker could not be run here; the check is owed.</summary>
    Unchecked,
}

/// <summary>One run of a checker.</summary>
/// <param name="Check">The command.</param>
/// <param name="Paths">The changed files that require it.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Output">The checker's output, or why it could not be run. May contain secrets.</param>
public sealed record CheckResult(FileCheck Check, IReadOnlyList<string> Paths, CheckOutcome Outcome, string Output);

/// <summary>Runs the checkers of changed files against the whole tree as it would be: the changed files are overlaid on the real paths in a private mount
/// namespace, so that a checker follows includes as the daemon will. Nothing is written to disk: a checker sees the system read-only, and what it writes to
/// the directories of logs, locks and temporary files goes to memory. It has no network, its children end with it, and its output is limited.</summary>
/// <param name="files">The root to check.</param>
/// <param name="commands">Runs the checkers.</param>
public sealed class StagedChecks(IMachineFiles files, ICommandRunner commands)
{
    // Mount point of a private tmpfs that no other process sees; the directory exists on every Linux.
    private const string Memory = "/dev/shm";

    private static readonly string[] ProgramFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Where daemons' checkers write: a lock, a log, an empty cache.</summary>
    private static readonly string[] Scratch = ["/run", "/tmp", "/var/tmp", "/var/log", "/var/cache", "/var/lib", "/var/spool"];

    private const int MostOutput = 1024 * 1024;

    /// <summary>Time that a checker may take.</summary>
    internal TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs every check of the given files; equal commands run once.</summary>
    /// <param name="differences">The files that an install would write or remove, and those whose check is owed.</param>
    public IReadOnlyList<CheckResult> Run(IReadOnlyCollection<FileDifference> differences)
    {
        var changed = differences.Where(difference => difference.NeedsWriting).ToList();
        var wanted = new Dictionary<string, (FileCheck Check, List<string> Paths)>(StringComparer.Ordinal);
        foreach (var difference in differences.Where(difference => difference.Desired is not null && !difference.Kept))
        {
            foreach (var check in difference.Desired!.Checks)
            {
                var key = string.Join('\0', check.Arguments);
                if (!wanted.TryGetValue(key, out var known))
                {
                    wanted[key] = known = (check, []);
                }

                known.Paths.Add(difference.Path);
            }
        }

        if (wanted.Count == 0)
        {
            return [];
        }

        var results = new List<CheckResult>();
        var runnable = new List<(FileCheck Check, List<string> Paths)>();
        foreach (var (check, paths) in wanted.Values)
        {
            var reason = !files.MayChangeOwner ? "checks need root" : HasProgram(check.Program) ? null : $"{check.Program} is not installed below {files.Root}";
            if (reason is null)
            {
                runnable.Add((check, paths));
            }
            else
            {
                results.Add(new CheckResult(check, paths, CheckOutcome.Unchecked, reason));
            }
        }

        if (runnable.Count > 0)
        {
            results.AddRange(RunAll(changed, runnable));
        }

        return results;
    }

    private CheckResult[] RunAll(List<FileDifference> changed, List<(FileCheck Check, List<string> Paths)> runnable)
    {
        using var mounts = PrivateMounts.Create(commands);
        mounts.MountMemory(Memory);
        LayOver(mounts, changed);
        var root = files.IsRunningSystem ? null : files.Root;
        var results = new CheckResult[runnable.Count];
        Parallel.For(0, runnable.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var (check, paths) = runnable[i];
            var command = Command.Of(check.Program, [.. check.Arguments.Skip(1)]).WithTimeout(Limit).WithOutputLimit(MostOutput);
            var result = mounts.RunAlone(command, root);
            var printed = (result.Text + result.Error).Trim();
            var passed = result.Succeeded && (!check.Silent || printed.Length == 0);
            results[i] = new CheckResult(check, paths, passed ? CheckOutcome.Passed : CheckOutcome.Failed, result.ExitCode switch
            {
                153 => $"the checker printed more than {MostOutput:N0} bytes and was ended",
                124 => $"the checker did not end within {Limit.TotalSeconds:0} s",
                _ => printed.Length > 0 || passed ? printed : $"exit code {result.ExitCode}",
            });
        });
        return results;
    }

    /// <summary>Overlays the changed files on the root, with one overlay per directory that contains them.</summary>
    private void LayOver(PrivateMounts mounts, List<FileDifference> changed)
    {
        using var memory = mounts.FilesOf(Memory);
        var points = new Dictionary<string, int>(StringComparer.Ordinal);
        var mounted = mounts.Points();

        // Those with mounts below them stay as they are, or the mounts would be hidden; below /run nothing is that a checker reads.
        var scratch = Scratch.Where(folder => files.Stat(folder)?.Kind == FileKind.Folder
            && (folder is "/run" or "/tmp" || !mounted.Any(point => point.StartsWith(InRoot(folder) + "/", StringComparison.Ordinal)))).ToList();
        scratch.ForEach(folder => NumberOf(folder));
        foreach (var difference in changed)
        {
            var point = scratch.Find(folder => difference.Path.StartsWith(folder + "/", StringComparison.Ordinal)) ?? PointOf(difference.Path);
            var number = NumberOf(point);

            if (difference.Desired is { } desired)
            {
                var relative = difference.Path[point.Length..];
                var folder = relative[..relative.LastIndexOf('/')];
                MakeParents(memory, number, point, folder);
                memory.WriteNew($"/{number}/upper{relative}", desired.Content, desired.Mode, difference.DesiredOwner);
            }
        }

        foreach (var (point, number) in points)
        {
            mounts.Overlay(InRoot(point), $"{Memory}/{number}/upper", $"{Memory}/{number}/work");
        }

        var gone = changed.Where(difference => difference.Desired is null).Select(difference => InRoot(difference.Path)).ToList();
        if (gone.Count > 0)
        {
            mounts.Run(Command.Of("rm", ["-f", "--", .. gone])).OrThrow();
        }

        mounts.MakeReadOnly(scratch.Select(InRoot));

        int NumberOf(string point)
        {
            if (!points.TryGetValue(point, out var number))
            {
                points[point] = number = points.Count;
                memory.MakeFolder($"/{number}/work");
                MakeLike(memory, $"/{number}/upper", point);
            }

            return number;
        }
    }

    private void MakeParents(RootedFiles memory, int number, string point, string folder)
    {
        for (var slash = folder.IndexOf('/', StringComparison.Ordinal); slash >= 0;)
        {
            var next = folder.IndexOf('/', slash + 1);
            var part = next < 0 ? folder : folder[..next];
            if (part.Length > 0)
            {
                MakeLike(memory, $"/{number}/upper{part}", point + part);
            }

            slash = next;
        }
    }

    /// <summary>Copies the mode and owner of the lower directory: an overlay shows those of the upper one.</summary>
    private void MakeLike(RootedFiles memory, string path, string like)
    {
        var facts = files.Stat(like);
        memory.MakeFolder(path, facts?.Mode ?? FileModes.PublicDirectory, facts?.Owner);
    }

    /// <summary>Returns <c>/etc</c> for paths below it, otherwise the deepest existing directory: overlays do not show mounts below them.</summary>
    private string PointOf(string path)
    {
        var folder = path[..path.LastIndexOf('/')];
        if (folder.StartsWith("/etc/", StringComparison.Ordinal))
        {
            return "/etc";
        }

        while (folder.Length > 0 && files.Stat(folder)?.Kind != FileKind.Folder)
        {
            folder = folder[..folder.LastIndexOf('/')];
        }

        return folder;
    }

    private string InRoot(string path) => files.IsRunningSystem ? path : files.Root + path;

    private bool HasProgram(string program) =>
        program.StartsWith('/')
            ? files.Stat(program, follow: true) is not null
            : ProgramFolders.Any(folder => files.Stat($"{folder}/{program}", follow: true) is not null);
}
