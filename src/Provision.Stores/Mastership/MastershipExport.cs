using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Stores.Mastership;

/// <summary>The stored form of a snapshot: used for exports and for a status daemon's answers and cache.</summary>
/// <param name="Format">Version of this form.</param>
/// <param name="Serial">The snapshot's serial.</param>
/// <param name="Stores">Ordered by name.</param>
/// <param name="Fenced">Ordered by name.</param>
internal sealed record StoredMasterships(
    [property: JsonRequired] int Format, [property: JsonRequired] long Serial, [property: JsonRequired] IReadOnlyList<StoreMastership> Stores,
        [property: JsonRequired] IReadOnlyList<FencedInstance> Fenced)
{
    /// <summary>Hash of the last change in the chain of changes.</summary>
    public string? Head { get; init; }

    /// <summary>What <c>ssh-keygen -Y sign</c> made of the same export without this member; only in exports.</summary>
    public string? Signature { get; init; }

    /// <summary>True if it has just been read from the database; only in answers.</summary>
    public bool? Live { get; init; }

    /// <summary>Seconds since it was read from the database; only in answers.</summary>
    public double? Age { get; init; }
}

/// <summary>The form of exported snapshots: JSON, equal bytes for equal snapshots.</summary>
public static class MastershipExport
{
    /// <summary>Namespace of the signature (<c>ssh-keygen -Y sign -n</c>).</summary>
    public const string SignatureNamespace = "provision-masters";

    /// <summary>Private key that exports are signed with, if it exists; for root alone.</summary>
    public const string DefaultKey = "/etc/provision/masters-key";

    private const int Format = 1;

    private static readonly StoredJson Lines = new(new JsonSerializerOptions(StoredJson.Default.Options) { WriteIndented = true, NewLine = "\n" });

    /// <summary>Returns the file name for a serial; names sort like serials.</summary>
    public static string FileName(long serial) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"masters-{serial:D19}.json");

    /// <summary>Serialises a snapshot as JSON.</summary>
    public static byte[] ToBytes(MastershipSnapshot snapshot) => Write(Stored(snapshot));

    /// <summary>Serialises a snapshot as JSON, with a signature.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="key">File of the private key, or of the public key if the private one is in an agent.</param>
    /// <param name="signatures">Signs.</param>
    /// <exception cref="CommandFailedException">The key cannot be used.</exception>
    public static byte[] ToSignedBytes(MastershipSnapshot snapshot, string key, SshSignatures signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return Write(Stored(snapshot) with { Signature = signatures.Sign(key, SignatureNamespace, ToBytes(snapshot)) });
    }

    /// <summary>Checks whether one of those who may sign exports signed this one.</summary>
    /// <param name="json">An export that <see cref="Read"/> accepts.</param>
    /// <param name="snapshot">What it returned: exactly this is checked, so no member that it does not know can matter.</param>
    /// <param name="allowedSigners">The text of a file of allowed signers.</param>
    /// <param name="signatures">Verifies.</param>
    public static SignatureCheck Verify(ReadOnlySpan<byte> json, MastershipSnapshot snapshot, string allowedSigners, SshSignatures signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return signatures.VerifyBy(allowedSigners, SignatureNamespace, ToBytes(snapshot),
            JsonSerializer.Deserialize(json, StoredJson.Default.StoredMasterships)?.Signature);
    }

    /// <summary>Serialises a snapshot as JSON, with its freshness.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="live">True if it has just been read from the database.</param>
    /// <param name="age">Time since it was read from the database; null if unknown.</param>
    public static byte[] ToAnswer(MastershipSnapshot snapshot, bool live, TimeSpan? age) =>
        Write(Stored(snapshot) with { Live = live, Age = age is { } known ? Math.Round(known.TotalSeconds, 3) : null });

    /// <summary>Parses the output of <see cref="ToBytes"/> or <see cref="ToAnswer"/>.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="path">The source, for messages.</param>
    /// <param name="found">Receives the error; null is returned then.</param>
    public static (MastershipSnapshot Snapshot, bool Live, TimeSpan? Age)? Read(ReadOnlySpan<byte> json, string path, DiagnosticBag found)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(json, StoredJson.Default.StoredMasterships);
            if (stored is not { Stores: not null, Fenced: not null } || stored.Stores.Any(row => row?.Store is null || row.Master is null || row.Epoch < 1)
                || stored.Fenced.Any(row => row?.Slot is null || row.Store is null))
            {
                found.Error(Location.OfFile(path), "not an export of masters: a store has no name, no master or no epoch");
                return null;
            }

            if (stored.Format != Format)
            {
                found.Error(Location.OfFile(path), $"an export of masters in format {stored.Format}; this provision knows format {Format}",
                    "use the provision that wrote it, or a newer one");
                return null;
            }

            return (
                new MastershipSnapshot(
                    stored.Serial,
                    stored.Stores.ToDictionary(row => row.Store, StringComparer.Ordinal),
                    stored.Fenced.ToDictionary(row => row.Slot, StringComparer.Ordinal))
                { Head = stored.Head },
                stored.Live == true,
                stored.Age is { } age ? TimeSpan.FromSeconds(age) : null);
        }
        catch (JsonException e)
        {
            found.Error(new Location(path, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1),
                $"not an export of masters, at {Printable.Of(e.Path ?? "its beginning")}", "expected is what provision masters export writes");
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            found.Error(Location.OfFile(path), "not an export of masters: a store or slot is in it twice, or a number is too big");
        }

        return null;
    }

    private static byte[] Write(StoredMasterships stored) => [.. JsonSerializer.SerializeToUtf8Bytes(stored, Lines.StoredMasterships), (byte)'\n'];

    private static StoredMasterships Stored(MastershipSnapshot snapshot) => new(
        Format,
        snapshot.Serial,
        [.. snapshot.Stores.Values.OrderBy(row => row.Store, StringComparer.Ordinal)],
        [.. snapshot.Fenced.Values.OrderBy(row => row.Slot, StringComparer.Ordinal)])
    {
        Head = snapshot.Head,
    };
}
