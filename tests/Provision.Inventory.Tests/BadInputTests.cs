using System.Text;

namespace Provision.Inventory.Tests;

/// <summary>
/// Every row of BadInput.txt: a change to the sample fleet and exactly what the loader says of it.
/// With UPDATE_EXPECTED=1 the file is written anew, to be read over before it is committed.
/// </summary>
public class BadInputTests
{
    private static readonly string TablePath = Path.Combine(TestRepository.Root, "tests/Provision.Inventory.Tests/BadInput.txt");

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var row in Row.ReadAll(TablePath))
        {
            names.Add(row.Name);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_bad_input_is_reported_with_its_place(string name)
    {
        var row = Row.ReadAll(TablePath).Single(r => r.Name == name);
        var result = InventoryLoader.Load(row.Files());
        Assert.Null(result.Fleet);
        Assert.Equal(row.Expected, Said(result));
    }

    [Fact]
    public void The_table_is_updated_on_request()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") != "1")
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var row in Row.ReadAll(TablePath))
        {
            text.Append(row.Text(Said(InventoryLoader.Load(row.Files()))));
        }

        File.WriteAllText(TablePath, text.ToString());
    }

    private static string Said(InventoryResult result) => string.Join("\n", result.Diagnostics);

    /// <summary>One row: <c>== name</c>, then for each file its path, <c>-</c> lines to replace and <c>+</c> lines instead, then <c>&gt;</c> what is
    /// said.</summary>
    private sealed record Row(string Name, List<(string Path, string Old, string New)> Changes, string Expected)
    {
        public static List<Row> ReadAll(string path)
        {
            var rows = new List<Row>();
            foreach (var block in File.ReadAllText(path).Split("== ", StringSplitOptions.RemoveEmptyEntries))
            {
                var lines = block.TrimEnd('\n').Split('\n');
                var changes = new List<(string, string, string)>();
                var expected = new List<string>();
                for (var i = 1; i < lines.Length; i++)
                {
                    if (lines[i].StartsWith("> ", StringComparison.Ordinal))
                    {
                        expected.Add(lines[i][2..]);
                    }
                    else if (lines[i].Length > 0)
                    {
                        var file = lines[i];
                        var (old, fresh) = (new List<string>(), new List<string>());
                        for (; i + 1 < lines.Length && lines[i + 1].StartsWith('-'); i++)
                        {
                            old.Add(lines[i + 1][1..]);
                        }

                        for (; i + 1 < lines.Length && lines[i + 1].StartsWith('+'); i++)
                        {
                            fresh.Add(lines[i + 1][1..]);
                        }

                        changes.Add((file, string.Join("\n", old), string.Join("\n", fresh)));
                    }
                }

                rows.Add(new Row(lines[0], changes, string.Join("\n", expected)));
            }

            return rows;
        }

        public InventoryFiles Files()
        {
            var files = SampleFleet.Files;
            foreach (var (path, old, fresh) in Changes)
            {
                var text = files.Find(path) is { } file ? Encoding.UTF8.GetString(file.Content.Span) : "";
                var at = text.IndexOf(old, StringComparison.Ordinal);
                Assert.True(at >= 0, $"{Name}: {path} has no \"{old}\"");
                text = old.Length == 0 ? text + fresh + "\n" : text[..at] + fresh + text[(at + old.Length)..];
                files = files with
                {
                    Files = [.. files.Files.Where(f => f.Path != path).Append(new InventoryFile(path, Encoding.UTF8.GetBytes(text))).OrderBy(f => f.Path,
                        StringComparer.Ordinal)],
                };
            }

            return files;
        }

        public string Text(string expected)
        {
            var text = new StringBuilder();
            text.Append("== ").Append(Name).Append('\n');
            foreach (var (path, old, fresh) in Changes)
            {
                text.Append(path).Append('\n');
                AppendLines(old, '-');
                AppendLines(fresh, '+');
            }

            foreach (var line in expected.Split('\n'))
            {
                text.Append("> ").Append(line).Append('\n');
            }

            return text.Append('\n').ToString();

            void AppendLines(string lines, char mark)
            {
                foreach (var line in lines.Length == 0 ? [] : lines.Split('\n'))
                {
                    text.Append(mark).Append(line).Append('\n');
                }
            }
        }
    }
}
