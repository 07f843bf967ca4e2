using System.Text;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.State;

namespace Provision.Configuration.Plans;

/// <summary>Masks secrets in hunks before they are shown, so that a change stays visible and its value does not. New lines are masked by the spans that the
/// renderer marked. Old lines come from the machine and have no spans of their own, so four rules apply: a known secret value (current, or in the files
/// provision wrote last) is masked wherever it occurs; a line that provision wrote is masked at its span; a line that begins like a secret line is masked from
/// where the secret begins; and a line replaced by one that is secret from its start is masked completely.</summary>
public sealed class Redaction
{
    /// <summary>The text shown in place of a secret.</summary>
    public const string Mask = "********";

    private readonly IReadOnlyList<string> values;
    private readonly SecretForms forms;

    /// <summary>Collects the values that must never be shown.</summary>
    /// <param name="desiredValues">Values read for the desired state.</param>
    /// <param name="state">The host record, whose files may contain older values.</param>
    /// <param name="contents">Reads those files.</param>
    public Redaction(IEnumerable<string> desiredValues, HostState state, StateStore contents)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in desiredValues)
        {
            AddLines(all, value);
        }

        foreach (var managed in state.Files.Values.Where(file => file.Secrets.Count > 0))
        {
            try
            {
                var text = Encoding.UTF8.GetString(contents.ReadContent(managed.Image.Content));
                foreach (var span in managed.Secrets.Where(span => span.Start + span.Length <= text.Length))
                {
                    AddLines(all, text.Substring(span.Start, span.Length));
                }
            }
            catch (InvalidDataException)
            {
                // A lost pack takes the old values with it; the rules by position still apply.
            }
        }

        forms = new SecretForms(all);
        values = [.. all.OrderByDescending(value => value.Length).ThenBy(value => value, StringComparer.Ordinal)];
    }

    /// <summary>Returns a rendered file's text with its secrets masked by their spans.</summary>
    public static string Masked(DesiredFile file)
    {
        var text = new StringBuilder(file.Text);
        foreach (var span in file.Secrets.OrderByDescending(span => span.Start))
        {
            text.Remove(span.Start, span.Length).Insert(span.Start, Mask);
        }

        return text.ToString();
    }

    /// <summary>Returns the output of a program that has read secrets: withheld if any of them is in it in whatever form.</summary>
    public string Printed(string output) =>
        forms.AreIn(output) ? "(the output is withheld: it contains a secret, or something made of one)" : Plain(output);

    /// <summary>Returns a text with every known secret value masked, for the output of daemons.</summary>
    public string Plain(string text)
    {
        foreach (var value in values)
        {
            text = text.Replace(value, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Returns the hunks of a difference with secrets masked.</summary>
    public IReadOnlyList<Hunk> Shown(FileDifference difference)
    {
        var spans = difference.Desired?.Secrets ?? [];
        if (spans.Count == 0 && (difference.Base?.Secrets.Count ?? 0) == 0 && values.Count == 0)
        {
            return difference.Hunks;
        }

        var starts = StartsOfSecrets(difference.Desired);
        var prefixes = Prefixes(difference.Desired, starts);
        return [.. difference.Hunks.Select(hunk => Shown(hunk, starts, prefixes))];
    }

    private Hunk Shown(Hunk hunk, Dictionary<int, List<(int Start, int End)>> secretParts, List<string> prefixes)
    {
        var lines = new List<DiffLine>(hunk.Lines.Count);
        var replaced = ReplacedBySecretLines(hunk, secretParts);
        foreach (var line in hunk.Lines)
        {
            var text = line.Text;
            if (line.Change != LineChange.Removed && secretParts.TryGetValue(line.NewLine, out var parts))
            {
                text = MaskParts(text, parts);
            }
            else if (line.Change == LineChange.Removed)
            {
                text = MaskOld(text, prefixes, replaced[lines.Count]);
            }

            lines.Add(line with { Text = Plain(text) });
        }

        return new Hunk(lines);
    }

    private static string MaskParts(string text, List<(int Start, int End)> parts)
    {
        var shown = new StringBuilder();
        var at = 0;
        foreach (var (start, end) in parts)
        {
            shown.Append(text.AsSpan(at, Math.Max(0, Math.Min(start, text.Length) - at))).Append(Mask);
            at = Math.Min(end, text.Length);
        }

        return shown.Append(text.AsSpan(at)).ToString();
    }

    private static string MaskOld(string text, List<string> prefixes, bool whole)
    {
        if (whole)
        {
            return Mask;
        }

        // A commented-out secret is still a secret.
        var bare = text.TrimStart('#', ';', ' ', '\t');
        foreach (var prefix in prefixes.Where(prefix => bare.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return text[..(text.Length - bare.Length + prefix.Length)] + Mask;
        }

        return text;
    }

    /// <summary>Returns for each line whether it is in a run of changes that adds a line that is secret from its first column.</summary>
    private static bool[] ReplacedBySecretLines(Hunk hunk, Dictionary<int, List<(int Start, int End)>> secretParts)
    {
        var replaced = new bool[hunk.Lines.Count];
        for (int first = 0, last; first < replaced.Length; first = last + 1)
        {
            var secret = false;
            for (last = first; last < replaced.Length && hunk.Lines[last].Change != LineChange.Same; last++)
            {
                var line = hunk.Lines[last];
                secret |= line.Change == LineChange.Added && secretParts.TryGetValue(line.NewLine, out var parts) && parts[0].Start == 0;
            }

            replaced.AsSpan(first, last - first).Fill(secret);
        }

        return replaced;
    }

    /// <summary>Returns the secret columns of each line of the new text.</summary>
    private static Dictionary<int, List<(int Start, int End)>> StartsOfSecrets(DesiredFile? desired)
    {
        var parts = new Dictionary<int, List<(int Start, int End)>>();
        if (desired is null || desired.Secrets.Count == 0)
        {
            return parts;
        }

        var source = new SourceText(desired.Path, desired.Text);
        foreach (var span in desired.Secrets)
        {
            var line = source.LocationOf(span.Start).Line;
            var end = span.Start + span.Length;
            for (var start = span.Start; start < end; line++)
            {
                var lineStart = source.StartOfLine(line);
                var lineEnd = line < source.LineCount ? source.StartOfLine(line + 1) : desired.Text.Length;
                if (!parts.TryGetValue(line, out var list))
                {
                    parts[line] = list = [];
                }

                list.Add((start - lineStart, Math.Min(end, lineEnd) - lineStart));
                start = lineEnd;
            }
        }

        return parts;
    }

    private static List<string> Prefixes(DesiredFile? desired, Dictionary<int, List<(int Start, int End)>> parts)
    {
        if (desired is null)
        {
            return [];
        }

        var source = new SourceText(desired.Path, desired.Text);
        return [.. parts.Select(part => source.LineAt(part.Key)[..part.Value[0].Start].TrimStart())
            .Where(prefix => prefix.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    private static void AddLines(HashSet<string> all, string value)
    {
        // Shorter lines, such as a brace in JSON, would mask half the file.
        const int shortest = 6;
        foreach (var line in value.Split('\n').Select(line => line.Trim()).Where(line => line.Length >= shortest))
        {
            all.Add(line);
        }
    }
}
