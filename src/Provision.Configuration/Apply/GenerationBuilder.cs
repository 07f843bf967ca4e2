using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>
/// Gathers the changes of one transaction and makes the records of it: the pack, the journal, the next state and the
/// entry in the history.
/// </summary>
/// <param name="store">Where contents are kept.</param>
/// <param name="state">The state before.</param>
public sealed class GenerationBuilder(StateStore store, HostState state)
{
    private readonly SortedDictionary<string, (ObservedFile? Before, ManagedFile? After)> changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> contents = new(StringComparer.Ordinal);

    /// <summary>The managed files as they will be.</summary>
    public SortedDictionary<string, ManagedFile> Files { get; } = new(state.Files, StringComparer.Ordinal);

    /// <summary>What will be owed.</summary>
    public SortedDictionary<string, OwedAction> Owed { get; } = new(state.Owed, StringComparer.Ordinal);

    /// <summary>Checks that will be owed.</summary>
    public SortedDictionary<string, OwedAction> OwedChecks { get; } = new(state.OwedChecks, StringComparer.Ordinal);

    /// <summary>The number that this generation will have.</summary>
    public int Number { get; } = state.Generation + 1;

    /// <summary>True where nothing was added and nothing known changed.</summary>
    public bool IsEmpty => changes.Count == 0 && contents.Count == 0 && !forgotten;

    private bool forgotten;

    /// <summary>Writes a desired file over what is there.</summary>
    public void Write(FileDifference difference)
    {
        var managed = Managed(difference);
        changes[difference.Path] = (difference.Observed, managed);
        Files[difference.Path] = managed;
    }

    /// <summary>Takes a file that is as it should be into the record of what we manage, where it is not yet.</summary>
    public void Adopt(FileDifference difference)
    {
        var desired = difference.Desired!;
        var known = difference.Base;
        if (known is not null && string.Equals(known.Image.Content.Sha256, desired.Sha256, StringComparison.Ordinal)
            && known.Image.Mode == desired.Mode && known.Units.SequenceEqual(desired.Units))
        {
            return;
        }

        Files[difference.Path] = Managed(difference);
    }

    /// <summary>Removes a file that we wrote.</summary>
    public void Remove(string path, ObservedFile? observed)
    {
        changes[path] = (observed, null);
        Files.Remove(path);
    }

    /// <summary>Drops a file from the record that somebody has removed from the machine already.</summary>
    public void Forget(string path) => forgotten |= Files.Remove(path);

    /// <summary>Brings back an earlier image of a file; null removes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="observed">What is there now.</param>
    /// <param name="managed">What it shall be and be known as.</param>
    /// <param name="unmanaged">An image that was there before provision managed the file; it comes back and is forgotten.</param>
    public void Restore(string path, ObservedFile? observed, ManagedFile? managed, FileImage? unmanaged)
    {
        changes[path] = (observed, managed ?? (unmanaged is null ? null : new ManagedFile(unmanaged, "", null, [], [], false)));
        if (managed is null)
        {
            Files.Remove(path);
        }
        else
        {
            Files[path] = managed;
        }
    }

    /// <summary>Makes the pack durable and returns the journal; nothing else is written yet.</summary>
    /// <param name="host">The host.</param>
    /// <param name="kind">How the generation comes to be.</param>
    /// <param name="revision">What was rendered.</param>
    /// <param name="commit">What the whole host is at then (<see cref="HostState.Commit"/>).</param>
    /// <param name="mastersSerial">Which masters were rendered.</param>
    /// <param name="time">Now, in UTC.</param>
    /// <param name="actions">What will be done to units.</param>
    public Journal Build(string host, GenerationKind kind, string revision, string? commit, long mastersSerial, DateTimeOffset time, IReadOnlyList<UnitEffect> actions)
    {
        foreach (var (before, _) in changes.Values)
        {
            if (before?.Content is { } content)
            {
                contents[before.Sha256] = content;
            }
            else if (before is not null)
            {
                contents[EmptyHash] = [];
            }
        }

        var places = store.WritePack(Number, contents);
        foreach (var path in Files.Keys.ToList())
        {
            Files[path] = Files[path] with { Image = Placed(Files[path].Image, places) };
        }

        var journal = changes.Select(change => new FileChange(change.Key, ImageOf(change.Value.Before, places), change.Value.After is { } after ? Placed(after.Image, places) : null)).ToList();
        var generation = new Generation
        {
            Number = Number,
            Kind = kind,
            Time = time,
            Commit = revision,
            MastersSerial = mastersSerial,
            Files = Files,
            Before = new SortedDictionary<string, FileImage?>(journal.ToDictionary(change => change.Path, change => change.Before), StringComparer.Ordinal),
            Actions = [.. actions.Select(effect => $"{effect.Action.ToString().ToLowerInvariant()} {effect.Unit}")],
        };
        return new Journal
        {
            Transaction = $"{Number:D6}",
            Changes = [.. journal.OrderBy(change => change.After is null)],
            Generation = generation,
            NextState = state with
            {
                Host = host,
                Generation = Number,
                Commit = commit,
                Files = Files,
                Owed = Owed,
                OwedChecks = OwedChecks,
                Units = new SortedDictionary<string, UnitRecord>(state.Units, StringComparer.Ordinal),
                Folders = new SortedSet<string>(state.Folders, StringComparer.Ordinal),
            },
        };
    }

    private static readonly string EmptyHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([]));

    private ManagedFile Managed(FileDifference difference)
    {
        var desired = difference.Desired!;
        contents[desired.Sha256] = desired.Content;
        var owner = difference.DesiredOwner ?? default;
        var image = new FileImage(new ContentRef(desired.Sha256, Number, 0, desired.Content.Length), desired.Mode, owner.Uid, owner.Gid);
        return new ManagedFile(image, desired.Config, desired.Instance, desired.Units, desired.Secrets, desired.DependsOnMasters);
    }

    private static FileImage? ImageOf(ObservedFile? observed, IReadOnlyDictionary<string, ContentRef> places) =>
        observed is null ? null : new FileImage(
            places[observed.Content is null ? EmptyHash : observed.Sha256], observed.Facts.Mode, observed.Facts.Owner.Uid, observed.Facts.Owner.Gid)
        {
            LinkTarget = observed.LinkTarget,
        };

    private FileImage Placed(FileImage image, IReadOnlyDictionary<string, ContentRef> places) =>
        image.Content.Pack == Number ? image with { Content = places[image.Content.Sha256] } : image;
}
