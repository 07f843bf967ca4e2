using FsCheck;
using FsCheck.Fluent;

namespace Provision.Inventory.Tests;

/// <summary>Laws of laying settings over each other, for any trees.</summary>
public class SettingsMergeTests
{
    private static readonly Gen<string> Key = Gen.Elements("a", "b", "c", "d", "e");

    private static readonly Arbitrary<YamlMapping> Trees = Arb.From(MappingOf(3));

    [Fact]
    public void Nothing_changes_nothing() => Holds(Trees, tree =>
        SettingsMerge.AreEqual(tree, SettingsMerge.Over(tree, YamlMapping.Empty))
        && SettingsMerge.AreEqual(tree, SettingsMerge.Over(YamlMapping.Empty, tree)));

    [Fact]
    public void The_same_again_changes_nothing() => Holds(Trees, tree => SettingsMerge.AreEqual(tree, SettingsMerge.Over(tree, tree)));

    /// <summary>
    /// Grouping does not matter where all three agree on what is a mapping. (A single value in the middle layer hides the
    /// mapping below it from the top one, as it should.)
    /// </summary>
    [Fact]
    public void Grouping_does_not_matter() => Holds(Triples(), layers =>
    {
        var (a, b, c) = layers;
        return !SameShapes(a, b) || !SameShapes(b, c) || !SameShapes(a, c)
            || SettingsMerge.AreEqual(SettingsMerge.Over(SettingsMerge.Over(a, b), c), SettingsMerge.Over(a, SettingsMerge.Over(b, c)));
    });

    [Fact]
    public void What_is_above_wins() => Holds(Triples(), layers =>
    {
        var merged = SettingsMerge.Over(layers.A, layers.B);
        return Leaves(layers.B, "").All(leaf => ReferenceEquals(merged.Find(leaf.Path), leaf.Node))
            && Leaves(merged, "").All(leaf => ReferenceEquals(leaf.Node, layers.B.Find(leaf.Path)) || ReferenceEquals(leaf.Node, layers.A.Find(leaf.Path)));
    });

    [Fact]
    public void Keys_keep_their_order_and_are_not_repeated() => Holds(Triples(), layers =>
    {
        var keys = SettingsMerge.Over(layers.A, layers.B).Entries.Select(e => e.Key).ToList();
        return keys.SequenceEqual(layers.A.Entries.Concat(layers.B.Entries).Select(e => e.Key).Distinct());
    });

    [Fact]
    public void Only_declared_keeps_nothing_else() => Holds(Triples(), layers =>
    {
        var kept = SettingsMerge.OnlyDeclared(layers.A, layers.B);
        var undeclared = 0;
        SettingsMerge.FindUndeclared(kept, layers.B, "", (_, _, _) => undeclared++, (_, _, _) => { });
        return undeclared == 0
            && Leaves(kept, "").All(leaf => ReferenceEquals(leaf.Node, layers.A.Find(leaf.Path)))
            && SettingsMerge.AreEqual(kept, SettingsMerge.OnlyDeclared(kept, layers.B));
    });

    private static void Holds<T>(Arbitrary<T> things, Func<T, bool> law) => Prop.ForAll(things, law).QuickCheckThrowOnFailure();

    private static Arbitrary<(YamlMapping A, YamlMapping B, YamlMapping C)> Triples() => Arb.From(
        from a in MappingOf(3)
        from b in MappingOf(3)
        from c in MappingOf(3)
        select (a, b, c));

    private static Gen<YamlNode> NodeOf(int depth) => depth == 0
        ? Scalar()
        : Gen.Frequency((3, Scalar()), (1, List(depth)), (3, MappingOf(depth - 1).Select(m => (YamlNode)m)));

    private static Gen<YamlNode> Scalar() => Gen.Elements("1", "2", "x", "true", "~").Select(t => (YamlNode)new YamlScalar(default, t, false));

    private static Gen<YamlNode> List(int depth) =>
        NodeOf(depth - 1).ListOf(2).Select(items => (YamlNode)new YamlSequence(default, items.ToArray()));

    private static Gen<YamlMapping> MappingOf(int depth) =>
        from size in Gen.Choose(0, 4)
        from keys in Key.ListOf(size)
        from values in NodeOf(depth).ListOf(size)
        select new YamlMapping(default, keys.Zip(values).DistinctBy(p => p.First).Select(p => new YamlEntry(p.First, new Location("t", 1, 1),
            p.Second)).ToArray());

    private static bool SameShapes(YamlMapping left, YamlMapping right) => left.Entries.All(entry =>
        right.Entry(entry.Key) is not { } other
        || (entry.Value, other.Value) switch
        {
            (YamlMapping a, YamlMapping b) => SameShapes(a, b),
            (YamlMapping, _) or (_, YamlMapping) => false,
            _ => true,
        });

    private static IEnumerable<(string Path, YamlNode Node)> Leaves(YamlMapping mapping, string path) => mapping.Entries.SelectMany(entry =>
        entry.Value is YamlMapping inner
            ? Leaves(inner, path + entry.Key + ".")
            : [(path + entry.Key, entry.Value)]);
}
