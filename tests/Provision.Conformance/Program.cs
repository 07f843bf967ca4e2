using System.Globalization;
using Provision.Conformance;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: Provision.Conformance [--show] FILE.jsonl...");
    return 2;
}

var show = args.Contains("--show");
var scores = new SortedDictionary<(int Tier, int Mark), Score>();
var failed = new List<string>();
foreach (var test in args.Where(a => a != "--show").SelectMany(Case.ReadAll))
{
    if (test.NeedsCulture)
    {
        continue;
    }

    var outcome = Runner.Run(test);
    if (!test.ExpectsError)
    {
        Mark(0, outcome.Output == test.Expected, () => outcome.Output ?? outcome.Error?.ToString());
        continue;
    }

    Mark(1, outcome.Phase == test.ErrorPhase, () => outcome.Output ?? outcome.Error?.ToString());
    if (outcome.Phase == test.ErrorPhase && !test.PositionIsPoor && test.Line > 0)
    {
        var where = outcome.Error!.Location;
        Mark(2, where.Line == test.Line && where.Column == test.Column, () => outcome.Error.ToString());
    }

    void Mark(int mark, bool passed, Func<string?> got)
    {
        if (!scores.TryGetValue((test.Tier, mark), out var score))
        {
            scores[(test.Tier, mark)] = score = new Score();
        }

        score.All++;
        if (passed)
        {
            score.Passed++;
            return;
        }

        failed.Add($"{Marks.Names[mark]} {test.Id}");
        if (show)
        {
            failed.Add($"    template: {test.Template}\n    expected: {(test.ExpectsError ? $"{test.ErrorPhase} {test.Line}:{test.Column} {test.Expected}" : test.Expected)}\n    got:      {got()}");
        }
    }
}

foreach (var ((tier, mark), score) in scores)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tier {tier} {Marks.Names[mark]}: {score.Passed}/{score.All}"));
}

foreach (var line in failed)
{
    Console.WriteLine(line);
}

return Marks.Required.All(r => !scores.TryGetValue((r.Tier, r.Mark), out var score) || score.Passed >= r.Share * score.All) ? 0 : 1;
