using System.Text.RegularExpressions;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;

namespace Provision.Configuration.Units;

/// <summary>A unit action that an install would carry out, and why.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Action">The strongest of all requested actions.</param>
/// <param name="Reason">The first file, or the earlier generation, that requires it.</param>
/// <param name="Order">Lower orders come first.</param>
/// <param name="IsLast">Whether it comes after the others of its order.</param>
public sealed record UnitEffect(string Unit, UnitAction Action, string Reason, int Order, bool IsLast);

/// <summary>Determines the unit actions that changed files require.</summary>
internal static class UnitEffects
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>Returns the effects of the differences that an install would remove.</summary>
    /// <param name="differences">All compared files.</param>
    /// <param name="wanted">Units that the desired state still names, in its files or its services.</param>
    public static IReadOnlyList<UnitEffect> Of(IEnumerable<FileDifference> differences, IReadOnlySet<string> wanted)
    {
        var effects = new Dictionary<string, UnitEffect>(StringComparer.Ordinal);
        foreach (var difference in differences.Where(difference => difference.NeedsWriting))
        {
            var action = difference.Desired is null ? UnitAction.Restart : ActionOf(difference);
            foreach (var unit in difference.Units)
            {
                // A unit that is no longer named is stopped: it belonged to a removed slot.
                var done = wanted.Contains(unit) ? action : UnitAction.Stop;
                Add(effects, new UnitEffect(
                    unit, done, difference.Path, difference.Desired?.Order ?? 50, difference.Desired?.IsLast ?? false));
            }
        }

        return InOrder(effects.Values.Where(effect => effect.Action != UnitAction.None));
    }

    /// <summary>Sorts by order, then those that come last in it, then by name.</summary>
    public static IReadOnlyList<UnitEffect> InOrder(IEnumerable<UnitEffect> effects) =>
    [
        .. effects
            .OrderBy(effect => effect.Action == UnitAction.Stop ? 0 : 1)
            .ThenBy(effect => effect.Order)
            .ThenBy(effect => effect.IsLast)
            .ThenBy(effect => effect.Unit, StringComparer.Ordinal),
    ];

    /// <summary>Adds an effect to a table, keeping the stronger action of a unit and its reason.</summary>
    public static void Add(Dictionary<string, UnitEffect> effects, UnitEffect effect)
    {
        if (!effects.TryGetValue(effect.Unit, out var known))
        {
            effects[effect.Unit] = effect;
            return;
        }

        var stronger = effect.Action > known.Action ? effect : known;
        effects[effect.Unit] = stronger with
        {
            Order = Math.Min(effect.Order, known.Order),
            IsLast = effect.IsLast || known.IsLast,
        };
    }

    /// <summary>Returns the action that the change of one file requires: the strongest of the first matching rules of its changed lines.</summary>
    public static UnitAction ActionOf(FileDifference difference)
    {
        var rules = difference.Desired!.OnChange;
        if (rules.Count == 0)
        {
            return UnitAction.Restart;
        }

        var strongest = UnitAction.None;
        var any = false;
        foreach (var line in difference.Hunks.SelectMany(hunk => hunk.Changes))
        {
            any = true;
            strongest = Max(strongest, RuleFor(rules, line));
        }

        // Only the mode, the owner or the last line end differs: the rule for any line applies.
        return any ? strongest : rules.FirstOrDefault(rule => rule.Match is null)?.Action ?? UnitAction.Restart;
    }

    private static UnitAction RuleFor(IReadOnlyList<ChangeRule> rules, DiffLine line)
    {
        foreach (var rule in rules)
        {
            if (rule.Match is null || Regex.IsMatch(line.Text, rule.Match, RegexOptions.CultureInvariant, MatchLimit))
            {
                return rule.Action;
            }
        }

        return UnitAction.None;
    }

    private static UnitAction Max(UnitAction left, UnitAction right) => left > right ? left : right;
}
