using System.Text;
using Provision.Configuration.Model;
using Provision.Configuration.Templates;

namespace Provision.Configuration.Tests.Templates.Golden;

/// <summary>Runs the golden files. With GOLDEN_ACCEPT=1 in the environment it writes what the engine gives into them instead.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Files() =>
        new(Directory.EnumerateFiles(GoldenCase.Folder, "*.golden").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void Gives_what_the_file_says(string file)
    {
        var path = Path.Combine(GoldenCase.Folder, file);
        var accepted = new StringBuilder();
        var wrong = new StringBuilder();
        foreach (var test in GoldenCase.ReadAll(path))
        {
            var (section, text) = test.Run();
            test.Write(accepted, section, text);
            if (test[section] != text)
            {
                wrong.Append('\n').Append(test.Id).Append(" gives ").Append(section).Append(":\n").Append(text).Append('\n');
            }
        }

        if (Environment.GetEnvironmentVariable("GOLDEN_ACCEPT") == "1")
        {
            File.WriteAllText(path, accepted.ToString());
            return;
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_source_map_changes_nothing_and_covers_everything(string file)
    {
        foreach (var test in GoldenCase.ReadAll(Path.Combine(GoldenCase.Folder, file)))
        {
            var map = new SourceMap();
            var (section, text) = test.Run(map);
            Assert.Equal((test.Id, test.Run()), (test.Id, (section, text)));
            // The markup of tablerow is written by the package itself and belongs to no expression.
            if (section != "output" || test["template"]!.Contains("tablerow", StringComparison.Ordinal))
            {
                continue;
            }

            var at = 0;
            foreach (var span in map.Spans)
            {
                Assert.True(span.Start >= at && string.IsNullOrWhiteSpace(text[at..span.Start]), test.Id);
                at = span.Start + span.Length;
            }

            Assert.True(at == text.Length, test.Id);
        }
    }

    [Fact]
    public void There_are_enough_cases_and_no_id_is_used_twice()
    {
        var ids = Directory.EnumerateFiles(GoldenCase.Folder, "*.golden").SelectMany(GoldenCase.ReadAll).Select(c => c.Id).ToArray();
        Assert.True(ids.Length >= 300, $"{ids.Length} cases");
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
    }
}
