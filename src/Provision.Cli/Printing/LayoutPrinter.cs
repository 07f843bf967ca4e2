using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;

namespace Provision.Cli.Printing;

/// <summary>Prints the layout of a host's disks as text; a run of equal entries is one line.</summary>
internal static class LayoutPrinter
{
    private static readonly char[] Digits = [.. "0123456789"];

    public static void Print(TextWriter output, Layout layout)
    {
        output.WriteLine($"{Ink.Bold(layout.Host.Name)}  {layout.Chassis.Name}: {layout.Chassis.Description}\n");
        Columns.Write(output, ["SET", "NAME", "LEVEL", "BAYS", "DRIVES", "GIVES", "DATA", "UNITS"], layout.Sets.Select(set => (IReadOnlyList<string>)
        [
            set.Key, set.Name, set.Level.Word(), BayText.Of(set.Bays),
            string.Create(CultureInfo.InvariantCulture, $"{set.Bays.Count} x {NominalSize.Of(set.Definition.DriveBytes)} {set.Definition.Media.Word()}"),
            Size(set.UsableBytes), set.Data.Word(), Units(layout, set),
        ]));
        output.WriteLine();
        if (layout.Pools.Count > 0)
        {
            Columns.Write(output, ["POOL", "SETS", "GIVES", "ENCRYPTION", "DATA"], layout.Pools.Select(pool => (IReadOnlyList<string>)
                [pool.Name, string.Join(" ", pool.Definition.Sets), Size(pool.Bytes), pool.Definition.Encryption ?? "none", pool.Definition.Data.Word()]));
            output.WriteLine();
        }

        if (layout.Volumes.Count > 0)
        {
            var runs = Runs(layout.Volumes, volume => (volume.Definition, volume.Bytes));
            Columns.Write(output, ["VOLUME", "ON", "SIZE", "DF SAYS", "ENCRYPTION", "FILESYSTEM", "DATA", "MOUNT"], runs.Select(run => (IReadOnlyList<string>)
            [
                Fold(run, volume => volume.Label), run[0].Lun, Size(run[0].Bytes), ByteSize.FormatLikeDf(run[0].UsableBytes), run[0].Encryption.Word(),
                    run[0].Filesystem ?? "none",
                run[0].Data.Word() + (run[0].Os ? ", operating system" : ""), Fold(run, volume => volume.MountPath ?? "-"),
            ]));
            output.WriteLine();
        }

        if (layout.Mounts.Count > 0)
        {
            var mounts = Runs(layout.Mounts, mount => (mount.Filesystem, mount.Options, mount.Path.TrimEnd(Digits)));
            Columns.Write(output, ["MOUNT", "SOURCE", "FILESYSTEM", "OPTIONS"], mounts.Select(run => (IReadOnlyList<string>)
                [Fold(run, mount => mount.Path), Fold(run, mount => mount.Source), run[0].Filesystem, run[0].Options]));
            output.WriteLine();
        }

        if (layout.Slots.Count > 0)
        {
            var tiers = layout.Slots.SelectMany(slot => slot.Tiers.Named.Select(tier => tier.Key)).Distinct().ToList();
            Columns.Write(output, ["SLOT", "CLASS", "ADDRESS", .. tiers.Select(tier => tier.ToUpperInvariant())],
                Runs(layout.Slots, slot => slot.Template).Select(run => (IReadOnlyList<string>)
            [
                Fold(run, slot => slot.Name), run[0].Class, Fold(run, slot => slot.Address?.ToString() ?? "-"),
                .. tiers.Select(tier => Fold(run, slot => slot.Tiers.Named.FirstOrDefault(one => one.Key == tier).Value ?? "-")),
            ]));
            output.WriteLine();
        }

        output.WriteLine($"operating system: {Target(layout)}; a reinstall writes there and nowhere else");
    }

    private static string Target(Layout layout)
    {
        var set = layout.Sets.First(set => set.Key == layout.Os.Set);
        return layout.Os.Label is { } label ? $"the partition {label} on {layout.Os.Lun} ({BayText.Of(set.Bays)})"
            : $"all of {layout.Os.Lun} ({set.Level.Word()}, {BayText.Of(set.Bays)})";
    }

    private static string Units(Layout layout, SetLayout set) => set.Luns.Count == 0
        ? layout.Pools.FirstOrDefault(pool => pool.Definition.Sets.Contains(set.Key)) is { } pool ? "in " + pool.Name : "-"
        : string.Join(", ", set.Luns.Select(lun => $"{lun.Name} {Size(lun.Bytes)}{(lun.Os ? " operating system" : lun.HasPartitionTable ? " gpt" : "")}"));

    private static string Size(long bytes) => bytes == 0 ? "-" : NominalSize.Of(bytes);

    private static string Fold<T>(IReadOnlyList<T> run, Func<T, string> name) => string.Join(" ", NameRuns.Fold([.. run.Select(name).Distinct()]));

    private static List<List<T>> Runs<T>(IEnumerable<T> things, Func<T, object> kind)
    {
        var runs = new List<List<T>>();
        foreach (var thing in things)
        {
            if (runs.Count == 0 || !kind(runs[^1][0]).Equals(kind(thing)))
            {
                runs.Add([]);
            }

            runs[^1].Add(thing);
        }

        return runs;
    }
}
