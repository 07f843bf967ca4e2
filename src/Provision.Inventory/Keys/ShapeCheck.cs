namespace Provision.Inventory;

/// <summary>Validates a tree against the key table: unknown and missing keys, wrong types, malformed values.</summary>
internal static class ShapeCheck
{
    /// <summary>Records every deviation of <paramref name="node"/> from <paramref name="shape"/>.</summary>
    public static void Check(YamlNode node, Shape shape, string what, DiagnosticBag found)
    {
        switch (shape, node)
        {
            case (ScalarShape { Format: var format }, YamlScalar scalar):
                CheckScalar(scalar, format, what, found);
                break;
            case (ListShape list, YamlSequence sequence):
                CheckList(sequence, list, what, found);
                break;
            case (SectionShape { Section: var section }, YamlMapping mapping):
                CheckSection(mapping, section, mapping.Location, what, found);
                break;
            case (NamedShape named, YamlMapping mapping):
                CheckNames(mapping, named, found);
                break;
            case (FreeShape, YamlMapping):
                break;
            case (MapShape map, YamlMapping mapping):
                foreach (var entry in mapping.Entries)
                {
                    CheckName(entry, map.NameFormat, what, found);
                    Check(entry.Value, map.Value, entry.Key, found);
                }

                break;
            case (WordOrSectionShape either, YamlMapping mapping):
                CheckSection(mapping, either.Section, mapping.Location, what, found);
                break;
            case (WordOrSectionShape { Format: var word }, YamlScalar { IsNull: false } text) when word.Check(text) is not null:
                found.Error(
                    text.Location,
                    $"{what} \"{text.Text}\": expected {shape.Expected}",
                    NearestName.Hint(text.Text, word.Choices.Select(static choice => choice.Text))
                        ?? $"a command is written {what}: {{ name: {text.Text}, run: [PROGRAM, ARGUMENT] }}");
                break;
            case (WordOrSectionShape { Format: var word }, YamlScalar text):
                CheckScalar(text, word, what, found);
                break;
            case (OneOrListShape { Format: var single }, _):
                Check(node, node is YamlSequence ? new ListShape(new ScalarShape(single)) { MayBeEmpty = false } : new ScalarShape(single), what, found);
                break;
            case (ListShape or NamedShape or SectionShape or FreeShape or MapShape, YamlScalar { IsNull: true }):
                found.Error(node.Location, $"{what} is empty; expected {shape.Expected}", "leave the key out, or write {} or []");
                break;
            default:
                found.Error(
                    node.Location,
                    $"{what} is {node.Kind}; expected {shape.Expected}",
                    shape is ListShape && node is YamlScalar one ? $"write [{one.Text}]" : null);
                break;
        }
    }

    /// <summary>Validates the keys of one mapping and their values.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="section">Its rows.</param>
    /// <param name="name">The location of its name, used to report missing keys.</param>
    /// <param name="what">Its description in messages.</param>
    /// <param name="found">Receives the findings.</param>
    /// <param name="whose">Its own name, if it has one.</param>
    public static void CheckSection(YamlMapping mapping, Section section, Location name, string what, DiagnosticBag found, string? whose = null)
    {
        foreach (var entry in mapping.Entries)
        {
            if (section.Find(entry.Key) is { } row)
            {
                Check(entry.Value, row.Shape, row.Name, found);
            }
            else
            {
                found.Error(
                    entry.KeyLocation,
                    $"unknown key \"{entry.Key}\"",
                    NearestName.Hint(entry.Key, section.KeyNames()) ?? "known are " + string.Join(", ", section.KeyNames()));
            }
        }

        foreach (var row in section.Keys)
        {
            if (row.IsRequired && mapping.Entry(row.Name) is null)
            {
                found.Error(name, $"{what}{(whose is null ? "" : " ")}{whose} has no \"{row.Name}\": {row.Doc}");
            }
        }
    }

    /// <summary>Validates the name of an entry.</summary>
    public static void CheckName(YamlEntry entry, ScalarFormat format, string what, DiagnosticBag found)
    {
        var name = new YamlScalar(entry.KeyLocation, entry.Key, quoted: true);
        if (format.Check(name) is { } wrong)
        {
            Complain(name, format, what + " name", wrong, found);
        }
    }

    private static void CheckNames(YamlMapping mapping, NamedShape named, DiagnosticBag found)
    {
        foreach (var entry in mapping.Entries)
        {
            CheckName(entry, named.NameFormat, named.Section.Name.Replace('_', ' '), found);
            if (entry.Value is YamlMapping inner)
            {
                CheckSection(inner, named.Section, entry.KeyLocation, entry.Key, found);
            }
            else
            {
                Check(entry.Value, new SectionShape(named.Section), entry.Key, found);
            }
        }
    }

    private static void CheckList(YamlSequence sequence, ListShape list, string what, DiagnosticBag found)
    {
        if (sequence.Items.Count == 0 && !list.MayBeEmpty)
        {
            found.Error(sequence.Location, $"{what} is an empty list; at least one is needed");
        }

        var element = list.Item is SectionShape { Section: var section } ? section.Name : $"an element of {what}";
        foreach (var item in sequence.Items)
        {
            if (item is YamlScalar scalar && list.Item is ScalarShape { Format: var format })
            {
                CheckScalar(scalar, format, what, found);
            }
            else
            {
                Check(item, list.Item, element, found);
            }
        }
    }

    private static void CheckScalar(YamlScalar scalar, ScalarFormat format, string what, DiagnosticBag found)
    {
        if (scalar.IsNull)
        {
            found.Error(scalar.Location, $"{what} is empty; expected {format.Expected}");
        }
        else if (format.Check(scalar) is { } wrong)
        {
            Complain(scalar, format, what, wrong, found);
        }
    }

    private static void Complain(YamlScalar scalar, ScalarFormat format, string what, string wrong, DiagnosticBag found)
    {
        string? hint = null;
        if (format.Choices.Length > 0)
        {
            var words = new List<string>();
            foreach (var (word, _) in format.Choices)
            {
                words.Add(word);
            }

            hint = NearestName.Hint(scalar.Text, words);
        }

        found.Error(
            scalar.Location,
            wrong.Length > 0 ? $"{what} \"{scalar.Text}\" {wrong}" : $"{what} \"{scalar.Text}\": expected {format.Expected}",
            hint);
    }
}
