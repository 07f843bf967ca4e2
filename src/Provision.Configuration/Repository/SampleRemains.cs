using System.Text;
using System.Text.RegularExpressions;
using Provision.Inventory;

namespace Provision.Configuration.Repository;

/// <summary>What a fleet that began as a copy of the sample must not keep: keys that everyone has, and addresses that lead nowhere.</summary>
public static partial class SampleRemains
{
    /// <summary>The test key of the sample fleet: whoever has this program has it.</summary>
    private const string Recipient = "age1whk7p94uvsh3c6qtrg5wur6fwwe2ej0kv23dd8rv7un4krmxxuvq4ruvpy";

    private const string Identity = "AGE-SECRET-KEY-1Q3ME5P3YLJTCPJJ3CLM8YJ63WLLRLQPUU0FXGHC4EYEZNS534L9QK95F2J";

    private const int LongestText = 1 << 20;

    /// <summary>The domains that belong to nobody (RFC 2606, RFC 6761): the sample's, the examples' and those of tests.</summary>
    private static readonly string[] Reserved = ["example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"];

    /// <summary>Finds the sample's keys (errors) and documentation addresses (a warning for each file) in a fleet with a domain of its own.</summary>
    /// <param name="repository">Directory of the repository.</param>
    /// <param name="domain">The fleet's domain.</param>
    /// <param name="commands">Runs age.</param>
    /// <param name="problems">Receives the findings.</param>
    public static void Find(string repository, string domain, ICommandRunner commands, DiagnosticBag problems)
    {
        if (Reserved.Any(reserved => domain == reserved || domain.EndsWith("." + reserved, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        FindKeys(repository, commands, problems);
        foreach (var path in ((string[])["hosts", "roles", "templates"]).Select(folder => Path.Combine(repository, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(path) is { LinkTarget: null, Length: <= LongestText } && !path.EndsWith(".age", StringComparison.Ordinal))
            {
                FindAddresses(Path.GetRelativePath(repository, path), File.ReadAllText(path), problems);
            }
        }
    }

    private static void FindKeys(string repository, ICommandRunner commands, DiagnosticBag problems)
    {
        var folder = Path.Combine(repository, "hosts", "secrets");
        var operators = Path.Combine(folder, "operators.txt");
        var lines = File.Exists(operators) ? File.ReadAllLines(operators) : [];
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() == Recipient)
            {
                problems.Error(
                    new Location("hosts/secrets/operators.txt", i + 1, 1),
                    "this is the test key of the sample fleet, which everyone has: recovery keys must not be encrypted to it",
                    "write the age recipients of your operators here");
            }
        }

        var secrets = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.age") : [];
        foreach (var secret in secrets.Order(StringComparer.Ordinal))
        {
            var place = Location.OfFile("hosts/secrets/" + Path.GetFileName(secret));
            var opened = commands.Run(Command.Of("age", "--decrypt", "--identity", "-", secret)
                .WithInput(Encoding.ASCII.GetBytes(Identity + "\n")).WithTimeout(TimeSpan.FromSeconds(20)));
            if (opened.Succeeded)
            {
                problems.Error(
                    place,
                    "the test key of the sample fleet, which everyone has, opens this secret",
                    "encrypt a new value to your operators and hosts: age -R hosts/secrets/operators.txt -r HOST");
            }
            else if (opened.ExitCode == 127)
            {
                problems.Add(Diagnostic.Warning(place, "whether the sample's test key opens the secrets is not known: age is not installed"));
                return;
            }
        }
    }

    private static void FindAddresses(string path, string text, DiagnosticBag problems)
    {
        var lines = text.Split('\n');
        var found = lines.SelectMany((line, index) => Address().Matches(WithoutComment(line)).Select(match => (
            Line: index + 1, Column: match.Index + 1, match.Value)))
            .ToList();
        if (found is [var first, ..])
        {
            var others = found.Count > 1 ? $", as are {found.Count - 1} more in this file" : "";
            problems.Add(Diagnostic.Warning(
                new Location(path, first.Line, first.Column),
                $"{first.Value} is reserved for documentation (RFC 5737, RFC 3849){others}: packets from there never arrive, nor do those of whoever "
                + "is admitted by it",
                "write your own addresses"));
        }
    }

    private static string WithoutComment(string line)
    {
        for (var at = line.IndexOf('#', StringComparison.Ordinal); at >= 0; at = line.IndexOf('#', at + 1))
        {
            if (at == 0 || char.IsWhiteSpace(line[at - 1]))
            {
                return line[..at];
            }
        }

        return line;
    }

    [GeneratedRegex(
        @"(?<![\w.:])(?:(?:192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]{1,3}(?:/[0-9]{1,2})?|2001:0?db8:[0-9a-f:]*(?:/[0-9]{1,3})?)(?![\w.])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        10_000)]
    private static partial Regex Address();
}
