using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Provision.Cli.Tests;

/// <summary>Every command of the program, on a machine where nothing answers, and with every file missing, unreadable, empty or a directory: no input and no
/// absent machine reaches the runtime's crash handler. They run in namespaces without network and with a read-only system.</summary>
public sealed partial class CommandTreeTests : IDisposable
{
    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    /// <summary>Values by which the sample fleet knows something; anything else is <c>x</c>.</summary>
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["HOST"] = "imap33",
        ["SLOT"] = "sloti33d1t01",
        ["STORE"] = "store1",
        ["MAC"] = "00:00:5e:00:53:99",
        ["BAY"] = "front/1",
        ["N"] = "1",
        ["TIME"] = "1s",
        ["GENERATION"] = "1",
        ["PATH[:LINE]"] = "/etc/hosts",
    };

    private static readonly string[] Kinds = ["missing", "empty", "noise", "folder", "closed"];

    private static readonly Lazy<IReadOnlyList<Leaf>> Leaves = new(() => [.. Below([])]);
    private readonly string work = Directory.CreateTempSubdirectory("provision-tree-").FullName;

    public void Dispose()
    {
        File.SetUnixFileMode(Path.Combine(work, "closed"), (UnixFileMode)FileModes.Private);
        Directory.Delete(work, recursive: true);
    }

    public CommandTreeTests()
    {
        File.WriteAllText(Path.Combine(work, "empty"), "");
        File.WriteAllText(Path.Combine(work, "closed"), "{}");
        File.WriteAllText(Path.Combine(work, "noise"), "\0\u00ff{[not: json, \"nor yaml\n\t- at all");
        File.SetUnixFileMode(Path.Combine(work, "closed"), UnixFileMode.None);
        Directory.CreateDirectory(Path.Combine(work, "folder"));
        File.SetUnixFileMode(work, (UnixFileMode)FileModes.PublicDirectory);
    }

    [Fact]
    public void Every_command_ends_with_a_sentence_where_nothing_answers()
    {
        Assert.True(Leaves.Value.Count > 50, $"only {Leaves.Value.Count} commands were found");
        Check(Leaves.Value.Select(leaf => (leaf, leaf.Line(null, ""), false)));
    }

    [Fact]
    public void Every_command_ends_with_a_sentence_whatever_its_files_are()
    {
        var runs = Leaves.Value.SelectMany(leaf => leaf.Files.SelectMany(file => Kinds
            .Select(kind => (leaf, leaf.Line(file, Path.Combine(work, kind)), kind == "closed")))).ToList();
        Assert.True(runs.Count > 100, $"only {runs.Count} files were found");
        Check(runs);
    }

    private static void Check(IEnumerable<(Leaf Leaf, IReadOnlyList<string> Line, bool AsNobody)> runs)
    {
        var wrong = new ConcurrentBag<string>();
        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = 4 }, run =>
        {
            var result = Run(run.Line, run.AsNobody);
            var mayGoOn = result.ExitCode == 124 && run.Leaf.Words[^1] is "serve" or "watch";
            if (!mayGoOn && (result.ExitCode is < 0 or > 3
                || result.Error.Contains("Unhandled exception", StringComparison.Ordinal)
                || result.Error.Contains("this is a bug of provision", StringComparison.Ordinal)
                || (result.ExitCode == 2 && result.Error.Trim().Length == 0 && !IsVerdict(run.Leaf, result))))
            {
                wrong.Add($"{string.Join(' ', run.Line)}: exit code {result.ExitCode}: {result.Error.Trim()}");
            }
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Order(StringComparer.Ordinal)));
    }

    /// <summary>Of a health check exit code 2 is an answer, which says on standard output what is critical.</summary>
    private static bool IsVerdict(Leaf leaf, CommandResult result) =>
        leaf.Words is ["check"] or ["doctor"] && result.Text.Contains("CRITICAL", StringComparison.Ordinal);

    private static CommandResult Run(IReadOnlyList<string> line, bool asNobody)
    {
        const string still = "mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777 tmpfs /run && export TMPDIR=/run HOME=/run && exec timeout 30 \"$@\"";
        var command = Command.Of(Program, [.. line, "--repo", TestRepository.Root]).WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(2));
        command = asNobody ? command.Through("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--") : command;
        return new ProcessRunner().Run(command.Through("unshare", "--net", "--mount", "--propagation", "private", "--", "sh", "-c", still, "sh"));
    }

    private static string Help(IEnumerable<string> words) =>
        new ProcessRunner().Run(Command.Of(Program, words.Any() ? [.. words, "--help"] : ["help"]).WithEnvironment("NO_COLOR",
        "1")).OrThrow().Text;

    private static IEnumerable<Leaf> Below(IReadOnlyList<string> words)
    {
        var help = Help(words);
        var commands = help.IndexOf("\nCommands:\n", StringComparison.Ordinal) is >= 0 and var at
            ? help[(at + 11)..].Split('\n').TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Where(line => line.Length > 2 && line[2] != ' ')
                .Select(line => line.Trim().Split(' ')[0]).ToList()
            : [];
        var own = commands.Count == 0 || Usage().Match(help).Groups["rest"].Value.Contains("[command]", StringComparison.Ordinal)
            ? new[] { Leaf.Of(words, help) } : [];
        return own.Where(leaf => leaf.Words.Count > 0).Concat(commands.SelectMany(command => Below([.. words, command])));
    }

    [GeneratedRegex(@"^Usage:\n\s+(?<rest>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Usage();

    [GeneratedRegex(@"<(?<name>[^>]+)>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Argument();

    [GeneratedRegex(@"^  (?:-\w, )?(?<name>--[\w-]+) <(?<value>[^>]+)>(?<required> \(REQUIRED\))?", RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Option();

    /// <summary>A command with what its help says of it.</summary>
    /// <param name="Words">Its words.</param>
    /// <param name="Arguments">Names of its arguments.</param>
    /// <param name="Options">Its options with the name of their value, and whether they are required.</param>
    private sealed record Leaf(IReadOnlyList<string> Words, IReadOnlyList<string> Arguments,
        IReadOnlyList<(string Name, string Value, bool IsRequired)> Options)
    {
        /// <summary>Arguments and options that name a file or directory.</summary>
        public IEnumerable<string> Files =>
            Arguments.Where(IsFile).Concat(Options.Where(option => option.Name != "--repo" && IsFile(option.Value)).Select(option => option.Name));

        public static Leaf Of(IReadOnlyList<string> words, string help) => new(
            words,
            [.. Argument().Matches(Usage().Match(help).Groups["rest"].Value).Select(match => match.Groups["name"].Value)],
            [.. Option().Matches(help).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value, match.Groups["required"].Success))]);

        /// <summary>Returns a command line, with a path for one argument or option.</summary>
        public IReadOnlyList<string> Line(string? file, string path) =>
        [
            .. Words,
            .. Arguments.Select(name => name == file ? path : Values.GetValueOrDefault(name, "x")),
            .. Options.Where(option => option.IsRequired || option.Name == file)
                .SelectMany(option => new[] { option.Name, option.Name == file ? path : Values.GetValueOrDefault(option.Value, "x") }),
        ];

        private static bool IsFile(string value) => value.Split('.')[0] is "FILE" or "DIR" or "PLAN" or "BUNDLE" or "PATH";
    }
}
