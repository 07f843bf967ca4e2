using System.Text;

namespace Provision.Fleet.Tests.Answers;

public class AnswerTests
{
    private static readonly HostsDescription Description = new(TestFleet.Sample, TestFleet.Hosts);

    [Fact]
    public void Hosts_are_described_by_the_shortest_selector_that_fits()
    {
        var names = TestFleet.Hosts.Select(host => host.Name).ToList();
        var east = TestFleet.Hosts.Where(host => host.Site == "east").Select(host => host.Name).ToList();
        var west = TestFleet.Hosts.Where(host => host.Site == "west").Select(host => host.Name).ToList();
        Assert.Equal("all", Description.Of(names));
        Assert.Equal("all site=east", Description.Of(east));
        Assert.Equal("all site=west", Description.Of(west));
        Assert.Equal($"all but {names[3]}", Description.Of([.. names.Where(name => name != names[3])]));
        Assert.Equal($"all site=east but {east[2]}", Description.Of([.. east.Where(name => name != east[2])]));
        Assert.Equal(names[4], Description.Of([names[4]]));
        Assert.Equal(string.Join(", ", names.Where(name => name == west[0] || name == east[0])), Description.Of([west[0], east[0]]));
    }

    [Fact]
    public void A_description_names_exactly_the_hosts_it_stands_for()
    {
        // Every subset of the first hosts: what is described can be found again from the text.
        var names = TestFleet.Hosts.Select(host => host.Name).ToList();
        for (var mask = 1; mask < 1 << 10; mask++)
        {
            var wanted = names.Where((_, i) => i < 10 && (mask >> i & 1) == 1).ToList();
            var text = Description.Of(wanted);
            var (rule, but) = text.Split(" but ") is [var before, var after] ? (before, after.Split(", ")) : (text, []);
            var described = rule.StartsWith("all", StringComparison.Ordinal) ? Selected(rule[3..]).Except(but) : Unfolded(rule);
            Assert.Equal(wanted, described);
        }

        IEnumerable<string> Selected(string selector)
        {
            var problems = new DiagnosticBag();
            var found = HostSelector.Parse(selector.Length == 0 ? "*" : selector, Location.OfFile("test"), problems)!;
            return TestFleet.Hosts.Where(host => found.Matches(TestFleet.Sample, host)).Select(host => host.Name);
        }

        IEnumerable<string> Unfolded(string text) => text.Split(", ").SelectMany(word =>
        {
            if (word.Split("..") is not [var first, var last])
            {
                return [word];
            }

            var from = names.IndexOf(first);
            return names.Skip(from).TakeWhile((_, i) => i == 0 || !names[from + i - 1].EndsWith(last, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_same_change_on_many_hosts_is_shown_once_and_the_rare_one_first()
    {
        var answers = Enumerable.Range(1, 5).Select(number => Answer($"h{number}", number == 4 ? "-b\n+d" : $"-b\n+h{number}")).ToList();
        var folded = AnswerFolding.Files(answers);
        Assert.Equal(["h4", "h1 h2 h3 h5"], folded.Select(file => string.Join(' ', file.Hosts)));
        Assert.Equal(["@@ -1 +1 @@", "-b", "+d"], folded[0].File.Lines);
    }

    [Fact]
    public void Another_verdict_or_reason_is_another_change()
    {
        var answers = new[] { Answer("h1", "-b\n+c"), Answer("h2", "-b\n+c", verdict: "drift"), Answer("h3", "-b\n+c", reason: "mode 600, should be 644") };
        Assert.Equal(3, AnswerFolding.Files(answers).Count);
    }

    [Fact]
    public void Lines_that_differ_in_the_host_name_only_are_one() => Assert.Equal(
        ["a of h1 failed: h1,h2", "other: h3"],
        AnswerFolding.Lines([("h1", "a of h1 failed"), ("h2", "a of h2 failed"), ("h3", "other")]).Select(line => $"{line.Line}: {string.Join(',', line.Hosts)}"));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"host\":\"h\"}")]
    [InlineData("{\"host\":7,\"commit\":\"\",\"plan_hash\":\"\",\"exit\":0,\"files\":[],\"actions\":[],\"packages\":[],\"problems\":[]}")]
    [InlineData("{\"host\":\"h\",\"commit\":\"\",\"plan_hash\":\"\",\"exit\":\"0\",\"files\":[],\"actions\":[],\"packages\":[],\"problems\":[]}")]
    [InlineData("{\"host\":\"h\",\"commit\":\"\",\"plan_hash\":\"\",\"exit\":0,\"files\":{},\"actions\":[],\"packages\":[],\"problems\":[]}")]
    [InlineData("bash: provision: command not found")]
    public void What_is_no_plan_is_none(string text) => Assert.Null(PlanAnswer.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void What_a_host_answers_cannot_move_the_cursor()
    {
        var answer = PlanAnswer.Read("""
            {"host":"h\u001b[2J","commit":"c","plan_hash":"p","exit":1,"files":[],"actions":[],"packages":[],"problems":["\u001b[31mred"]}
            """u8.ToArray())!;
        Assert.DoesNotContain('\u001b', answer.Host + answer.Problems[0]);
    }

    private static PlanAnswer Answer(string host, string lines, string verdict = "update", string? reason = null) =>
        new(host, "c", "p", 1, [new FileAnswer("/etc/a", verdict, reason is null ? [] : [reason], ["@@ -1 +1 @@", .. lines.Split('\n')])], [], [], []);
}
