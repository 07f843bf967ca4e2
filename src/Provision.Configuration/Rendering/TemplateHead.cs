using System.Globalization;
using Provision.Configuration.Desired;
using Provision.Inventory;

namespace Provision.Configuration.Rendering;

/// <summary>A text of a head that may contain code, with its location.</summary>
/// <param name="Text">The text as written.</param>
/// <param name="Location">The location.</param>
public sealed record HeadText(string Text, Location Location);

/// <summary>The settings in a template's head (docs/templates.md).</summary>
public sealed record TemplateHead
{
    /// <summary>Expression that returns the elements to render one file each for; null for one file of the host.</summary>
    public HeadText? Each { get; init; }

    /// <summary>Name that the element is bound to.</summary>
    public string As { get; init; } = "";

    /// <summary>Expression; the file is omitted if it is false. Null means always.</summary>
    public HeadText? When { get; init; }

    /// <summary>Path of the file; null for the template's own path below its config.</summary>
    public HeadText? Path { get; init; }

    /// <summary>Owner and group.</summary>
    public OwnerNames Owner { get; init; } = new("root", "root");

    /// <summary>Permission bits; 0644 by default.</summary>
    public int Mode { get; init; } = FileModes.Public;

    /// <summary>Where the mode is written; null for the default.</summary>
    public Location? ModeLocation { get; init; }

    /// <summary>Names of the rules of <see cref="TargetRules"/> that the file may break.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Checkers, each as a list of arguments.</summary>
    public IReadOnlyList<IReadOnlyList<HeadText>> Checks { get; init; } = [];

    /// <summary>Whether every user of the host may read the secrets in it.</summary>
    public bool PublicSecret { get; init; }

    /// <summary>Whether any output of the checkers counts as failure.</summary>
    public bool Silent { get; init; }

    /// <summary>Units that use the file.</summary>
    public IReadOnlyList<HeadText> Units { get; init; } = [];

    /// <summary>Actions on the units when the file changes.</summary>
    public IReadOnlyList<ChangeRule> OnChange { get; init; } = [];

    /// <summary>Units of lower order are acted on first.</summary>
    public int Order { get; init; } = 50;

    /// <summary>The line that opens and closes a head.</summary>
    public const string Marker = "---";

    /// <summary>Reads the head of a template file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">The whole file.</param>
    /// <param name="problems">Receives the errors in the head.</param>
    /// <returns>The head, an empty one if the file has none, and the offset at which the template itself begins.</returns>
    public static (TemplateHead Head, int BodyStart) Read(string path, string text, DiagnosticBag problems)
    {
        var start = EndOfLine(text, 0);
        if (!IsMarker(text.AsSpan(0, start)))
        {
            // Such a head would become part of the file, and its mode and owner would be lost.
            var first = text.Length - text.AsSpan().TrimStart().Length;
            if (first > 0 && IsMarker(text.AsSpan(first, EndOfLine(text, first) - first)))
            {
                problems.Error(
                    new Location(path, text.AsSpan(0, first).Count('\n') + 1, 1),
                    "a head begins in the first line of its file",
                    "remove the lines above it");
            }

            return (new TemplateHead(), 0);
        }

        var end = start;
        while (end < text.Length && !IsMarker(text.AsSpan(end, EndOfLine(text, end) - end)))
        {
            end = EndOfLine(text, end);
        }

        if (end >= text.Length)
        {
            problems.Error(
                new Location(path, 1, 1),
                "the head that begins here has no closing ---",
                "put a line with three dashes between the head and the template");
            return (new TemplateHead(), text.Length);
        }

        // The opening line is kept as an empty one, so that line numbers of the YAML are those of the file.
        var yaml = "\n" + text[start..end];
        var node = YamlReader.Read(new InventoryFile(path, System.Text.Encoding.UTF8.GetBytes(yaml)), problems);
        var head = node switch
        {
            null => new TemplateHead(),
            YamlMapping mapping => new HeadReader(problems).Read(mapping),
            YamlScalar { IsNull: true } => new TemplateHead(),
            _ => Wrong(node, problems),
        };
        return (head, EndOfLine(text, end));
    }

    /// <summary>True for a line of three dashes, whatever blanks, line ends or byte order mark an editor left around them.</summary>
    private static bool IsMarker(ReadOnlySpan<char> line) => line.Trim().Trim('\uFEFF').SequenceEqual(Marker);

    private static int EndOfLine(string text, int from) => text.IndexOf('\n', from) is >= 0 and var end ? end + 1 : text.Length;

    private static TemplateHead Wrong(YamlNode node, DiagnosticBag problems)
    {
        problems.Error(node.Location, $"a template's head is a mapping, this is {node.Kind}");
        return new TemplateHead();
    }

    /// <summary>Reads the keys of one head, one row of <see cref="Keys"/> per key.</summary>
    private sealed class HeadReader(DiagnosticBag problems)
    {
        private static readonly Dictionary<string, Func<HeadReader, TemplateHead, YamlNode, TemplateHead>> Keys = new(StringComparer.Ordinal)
        {
            ["each"] = static (reader, head, node) => head with { Each = reader.Text(node) },
            ["as"] = static (reader, head, node) => head with { As = reader.Name(node) },
            ["when"] = static (reader, head, node) => head with { When = reader.Text(node) },
            ["path"] = static (reader, head, node) => head with { Path = reader.Text(node) },
            ["owner"] = static (reader, head, node) => head with { Owner = reader.Owner(node) },
            ["mode"] = static (reader, head, node) => head with { Mode = reader.Mode(node), ModeLocation = node.Location },
            ["allow"] = static (reader, head, node) => head with { Allow = reader.Allowed(node) },
            ["public_secret"] = static (reader, head, node) => head with { PublicSecret = reader.Truth(node) },
            ["check"] = static (reader, head, node) => head with { Checks = reader.Checks(node) },
            ["silent"] = static (reader, head, node) => head with { Silent = reader.Truth(node) },
            ["unit"] = static (reader, head, node) => head with { Units = reader.Texts(node) },
            ["on_change"] = static (reader, head, node) => head with { OnChange = reader.Rules(node) },
            ["order"] = static (reader, head, node) => head with { Order = reader.Number(node) },
        };

        public TemplateHead Read(YamlMapping mapping)
        {
            var head = new TemplateHead();
            foreach (var entry in mapping.Entries)
            {
                if (Keys.TryGetValue(entry.Key, out var read))
                {
                    head = read(this, head, entry.Value);
                }
                else
                {
                    problems.Error(
                        entry.KeyLocation,
                        $"unknown key \"{entry.Key}\" in a template's head",
                        NearestName.Hint(entry.Key, Keys.Keys) ?? "known are " + string.Join(", ", Keys.Keys));
                }
            }

            if (head.Each is { } each && head.As.Length == 0)
            {
                // `slots` binds `slot`: the last word of the expression without its plural.
                var last = each.Text.Trim().Split('.', ' ')[^1];
                head = head with { As = last.EndsWith('s') ? last[..^1] : "item" };
            }

            return head;
        }

        private HeadText? Text(YamlNode node)
        {
            if (node is YamlScalar { IsNull: false } scalar)
            {
                return new HeadText(scalar.Text, scalar.Location);
            }

            problems.Error(node.Location, $"a text is expected here, not {node.Kind}");
            return null;
        }

        private List<HeadText> Texts(YamlNode node) => node is YamlSequence list
            ? [.. list.Items.Select(Text).OfType<HeadText>()]
            : Text(node) is { } one ? [one] : [];

        private string Name(YamlNode node)
        {
            var name = Text(node)?.Text ?? "";
            if (name.Length > 0 && !(char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')))
            {
                problems.Error(node.Location, $"\"{name}\" is no name that a template can use", "letters, digits and underscores");
            }

            return name;
        }

        private OwnerNames Owner(YamlNode node)
        {
            var parts = (Text(node)?.Text ?? "root").Split(':');
            if (parts.Length > 2 || parts.Any(part => part.Length == 0))
            {
                problems.Error(node.Location, "an owner is written user:group");
                return new OwnerNames("root", "root");
            }

            return new OwnerNames(parts[0], parts[^1]);
        }

        private int Mode(YamlNode node)
        {
            var text = Text(node)?.Text ?? "";
            if (text.Length is 3 or 4 && text.All(c => c is >= '0' and <= '7'))
            {
                return Convert.ToInt32(text, 8);
            }

            problems.Error(node.Location, $"\"{text}\" is no file mode", "three or four octal digits, such as \"0640\"");
            return FileModes.Public;
        }

        private List<string> Allowed(YamlNode node)
        {
            var names = Texts(node);
            foreach (var name in names.Where(name => !TargetRules.Names.Contains(name.Text, StringComparer.Ordinal)))
            {
                problems.Error(
                    name.Location,
                    $"\"{name.Text}\" is nothing that can be allowed",
                    NearestName.Hint(name.Text, TargetRules.Names) ?? "known are " + string.Join(", ", TargetRules.Names));
            }

            return [.. names.Select(name => name.Text)];
        }

        private int Number(YamlNode node)
        {
            if (int.TryParse(Text(node)?.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            problems.Error(node.Location, "a whole number is expected here");
            return 50;
        }

        private bool Truth(YamlNode node)
        {
            if (node is YamlScalar { Value: bool truth })
            {
                return truth;
            }

            problems.Error(node.Location, $"true or false is expected here, not {node.Kind}");
            return false;
        }

        /// <summary>A text is split at blanks; a list of texts is one command; a list of lists is several.</summary>
        private List<IReadOnlyList<HeadText>> Checks(YamlNode node)
        {
            if (node is YamlScalar { IsNull: false } scalar)
            {
                var words = scalar.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return words.Length == 0 ? [] : [[.. words.Select(word => new HeadText(word, scalar.Location))]];
            }

            if (node is YamlSequence { Items.Count: > 0 } list)
            {
                return list.Items[0] is YamlSequence ? [.. list.Items.Select(Texts)] : [Texts(list)];
            }

            problems.Error(node.Location, $"a check is a command, as a text or a list of arguments, not {node.Kind}");
            return [];
        }

        private List<ChangeRule> Rules(YamlNode node)
        {
            var rules = new List<ChangeRule>();
            foreach (var item in node is YamlSequence list ? list.Items : [node])
            {
                if (item is not YamlMapping mapping || mapping.Entry("do") is not { } action)
                {
                    problems.Error(item.Location, "a rule is { match: PATTERN, do: ACTION } or { do: ACTION }");
                    continue;
                }

                foreach (var entry in mapping.Entries.Where(entry => entry.Key is not ("do" or "match")))
                {
                    problems.Error(entry.KeyLocation, $"unknown key \"{entry.Key}\" in a rule", NearestName.Hint(entry.Key, ["match", "do"]));
                }

                rules.Add(new ChangeRule(mapping.Entry("match") is { } match ? Pattern(match.Value) : null, Action(action.Value)));
            }

            return rules;
        }

        private string? Pattern(YamlNode node)
        {
            var pattern = Text(node)?.Text;
            try
            {
                _ = pattern is null
                    ? null
                    : new System.Text.RegularExpressions.Regex(pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            }
            catch (ArgumentException e)
            {
                problems.Error(node.Location, $"\"{pattern}\" is no regular expression: {e.Message}");
                return null;
            }

            return pattern;
        }

        private UnitAction Action(YamlNode node)
        {
            var text = Text(node)?.Text ?? "";
            switch (text)
            {
                case "restart":
                    return UnitAction.Restart;
                case "reload":
                    return UnitAction.Reload;
                case "none":
                    return UnitAction.None;
                default:
                    problems.Error(
                        node.Location,
                        $"\"{text}\" is nothing that can be done to a unit",
                        NearestName.Hint(text, ["restart", "reload", "none"]) ?? "restart, reload or none");
                    return UnitAction.Restart;
            }
        }
    }
}
