using System.Globalization;
using System.Text;
using System.Text.Json;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>
/// The parsers as a table: <c>Captures/PARSER/CASE.txt</c> holds what a program said and, below a line <c>--- rows</c>, what is understood of
/// it. A new spelling is a new file. WRITE_FIXTURES=1 writes the rows anew; read the difference before you commit it.
/// </summary>
public class CaptureTables
{
    private const string Mark = "--- rows\n";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "../../../Observe/Captures");

    /// <summary>Each parser: a text to rows.</summary>
    internal static readonly IReadOnlyDictionary<string, Func<string, IEnumerable<string>>> Parsers = new Dictionary<string, Func<string, IEnumerable<string>>>
    {
        ["areca-disks"] = text => [.. ArecaTables.Drives(text, out var strange).Select(row => row.ToString()), .. strange.Select(line => "strange: " + line)],
        ["areca-volumes"] = text =>
        {
            var sets = text.StartsWith("sets: ", StringComparison.Ordinal) ? text.Split('\n')[0]["sets: ".Length..].TrimEnd('\r').Split(", ") : [];
            return [.. ArecaTables.Volumes(text, 1, sets, out var strange).Select(volume => volume.ToString()), .. strange.Select(line => "strange: " + line)];
        },
        ["areca-drive"] = text => [ArecaTables.Details(text).ToString()],
        ["mdadm"] = text => MdArrays.ParseExamine(text).Select(found => $"{found.Device} {found.Member}"),
        ["sfdisk"] = text => Json(text, json => PartitionTables.Parse(json["partitiontable"], "/dev/sda", 512) is { } table
            ? [$"{table.Type} {table.Uuid} {table.LastUsableSector}", .. table.Partitions.Select(partition => partition.ToString())]
            : ["none"]),
        ["luks"] = Luks,
        ["zdb"] = text => [Zfs.ParseLabel(text)?.ToString() ?? "none"],
        ["smartctl"] = text => Json(text, json => SmartHealth.Of(json) is var health
            ? [$"{health.Verdict} {health.Celsius} {health.PowerOnHours}", .. health.Reasons,
                .. health.Hot is { } hot ? ["hot: " + hot] : Array.Empty<string>(), .. health.Unseen is { } why ? ["unseen: " + why] : Array.Empty<string>()]
            : []),
        ["zpool"] = text => PoolStatuses.OfText(text, null, Leaves).SelectMany(pool => Rows(pool.Key, pool.Value)),
        ["zpool-json"] = text => Json(text, json => [.. PoolStatuses.OfJson(json, Leaves).SelectMany(pool => Rows(pool.Key, pool.Value))]),
        ["mountinfo"] = text => text.Split('\n').Where(line => line.Length > 0).Select(line => Mounts.Parse(line)?.ToString() ?? "left out"),
        ["udev"] = text =>
            [.. DiskIdentities.Udev(text, out var path).Select(pair => $"{pair.Key}={pair.Value}"), $"path {path}",
            $"model {DiskIdentities.Decode(DiskIdentities.Udev(text, out _).GetValueOrDefault("ID_MODEL_ENC"))}"],
    };

    private static LeafDevices Leaves => new([], new Questions(new BundleReader(new MachineRecord { Taken = DateTimeOffset.UnixEpoch })));

    private static IEnumerable<string> Rows(string name, PoolStatus status) =>
    [
        $"{name} {status.State} data errors: {status.DataErrors.Value?.ToString(CultureInfo.InvariantCulture) ?? status.DataErrors.Why}"
            + (status.Resilvering ? $" resilvering {status.Percent}%" : ""),
        .. status.Vdevs.SelectMany(vdev => Row(vdev, 1)),
        .. status.Spares.SelectMany(spare => Row(spare, 1)).Select(row => "spare" + row),
    ];

    private static IEnumerable<string> Row(Vdev vdev, int depth) =>
        vdev.Children.SelectMany(child => Row(child, depth + 1)).Prepend(
            $"{new string(' ', 2 * depth)}{vdev.Name} {vdev.State}{(vdev.Errors.Any ? " " + vdev.Errors : "")}{(vdev.Note is null ? "" : $" ({vdev.Note})")}");

    /// <summary>Every case.</summary>
    public static TheoryData<string> Cases => [.. Names];

    /// <summary>Their names: <c>PARSER/CASE.txt</c>.</summary>
    internal static string[] Names =>
        [.. Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal)];

    /// <summary>What the program said in a case.</summary>
    internal static string Said(string name) => File.ReadAllText(Path.Combine(Folder, name)).Split(Mark)[0];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_understood_as_the_rows_say(string name)
    {
        var path = Path.Combine(Folder, name);
        var said = Said(name);
        var rows = string.Concat(Parsers[name.Split('/')[0]](said).Select(row => row + "\n"));
        if (Environment.GetEnvironmentVariable("WRITE_FIXTURES") == "1")
        {
            File.WriteAllText(path, said + Mark + rows);
        }

        Assert.Equal(said + Mark + rows, File.ReadAllText(path));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_understood_the_same_with_the_line_ends_of_other_systems(string name)
    {
        if (name.StartsWith("areca", StringComparison.Ordinal))
        {
            var parser = Parsers[name.Split('/')[0]];
            Assert.Equal(parser(Said(name)), parser(Said(name).Replace("\n", "\r\n", StringComparison.Ordinal)));
        }
    }

    private static IEnumerable<string> Luks(string text)
    {
        var clean = LuksMetadata.WithoutSecrets("cryptsetup", new Answer(0, text, "")).Output;
        Assert.DoesNotContain("SECRET", clean, StringComparison.Ordinal);
        var header = text.TrimStart().StartsWith('{')
            ? Json(clean, json => [Row(LuksMetadata.OfJson(json, new Signature("crypto_LUKS", "uuid", "label", 0)))])
            : [Row(LuksMetadata.OfText(clean))];
        return [.. header, .. clean.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => "kept: " + line)];

        static string Row(LuksHeader? header) => header is null ? "none"
            : $"{header with { Kdfs = new Dictionary<int, string>(), Tokens = [] }} {string.Join(' ', header.Kdfs)} {string.Join(' ', header.Tokens)}";
    }

    /// <summary>Rows of a JSON text; a text that is none is a row that says so.</summary>
    private static IEnumerable<string> Json(string text, Func<Json, IEnumerable<string>> rows)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. rows(new Json(document.RootElement))];
        }
        catch (JsonException)
        {
            return ["no JSON"];
        }
    }
}
