using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>Collects the changes of one transaction and creates its records: the pack, the journal, the next host record and the history entry.</summary>
/// <param name="store">Stores the contents.</param>
/// <param name="state">The host record before the transaction.</param>
internal sealed class GenerationBuilder(StateStore store, HostState state)
{
    private readonly SortedDictionary<string, (ObservedFile? Before, ManagedFile? After)> changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> contents = new(StringComparer.Ordinal);

    /// <summary>The managed files after the transaction.</summary>
    public SortedDictionary<string, ManagedFile> Files { get; } = new(state.Files, StringComparer.Ordinal);

    /// <summary>Unit actions owed after the transaction.</summary>
    public SortedDictionary<string, OwedAction> Owed { get; } = new(state.Owed, StringComparer.Ordinal);

    /// <summary>Checks owed after the transaction.</summary>
    public SortedDictionary<string, OwedAction> OwedChecks { get; } = new(state.OwedChecks, StringComparer.Ordinal);

    /// <summary>The number of this generation.</summary>
    public int Number { get; } = state.Generation + 1;

    /// <summary>True if there is nothing to change and nothing to record.</summary>
    public bool IsEmpty => changes.Count == 0 && contents.Count == 0 && !forgotten;

    private bool forgotten;

    /// <summary>Writes a desired file over the existing one.</summary>
    public void Write(FileDifference difference)
    {
        var managed = Managed(difference);
        changes[difference.Path] = (difference.Observed, managed);
        Files[difference.Path] = managed;
    }

    /// <summary>Records an up-to-date file as managed, if it is not yet.</summary>
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

    /// <summary>Removes a file that provision wrote.</summary>
    public void Remove(string path, ObservedFile? observed)
    {
        changes[path] = (observed, null);
        Files.Remove(path);
    }

    /// <summary>Drops the record of a file that is already gone from the machine.</summary>
    public void Forget(string path) => forgotten |= Files.Remove(path);

    /// <summary>Restores an earlier image of a file, or removes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="observed">The current file.</param>
    /// <param name="managed">The image to restore, with its record; null removes the file, unless <paramref name="unmanaged"/> is restored.</param>
    /// <param name="unmanaged">An image from before provision managed the file; it is restored and no longer managed.</param>
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
    /// <param name="kind">How the generation comes about.</param>
    /// <param name="revision">The rendered revision.</param>
    /// <param name="commit">The commit of the whole host after this generation (<see cref="HostState.Commit"/>).</param>
    /// <param name="mastersSerial">Serial of the rendered masters.</param>
    /// <param name="time">The current time, in UTC.</param>
    /// <param name="actions">The unit actions to be carried out.</param>
    /// <param name="options">Who runs it, and why.</param>
    public Journal Build(
        string host, GenerationKind kind, string revision, string? commit, long mastersSerial,
        DateTimeOffset time, IReadOnlyList<UnitEffect> actions, InstallOptions options)
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

        var journal = changes.Select(change => new FileChange(
            change.Key,
            ImageOf(change.Value.Before, places),
            change.Value.After is { } after ? WithKept(Placed(after.Image, places), change.Value.Before) : null)).ToList();
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
            By = options.By,
            Reason = options.Reason,
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
                Failed = null,
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
        return new ManagedFile(image, desired.Config, desired.Instance, desired.Units, desired.Secrets, desired.IsVolatile);
    }

    private static FileImage? ImageOf(ObservedFile? observed, IReadOnlyDictionary<string, ContentRef> places) =>
        observed is null ? null : new FileImage(
            places[observed.Content is null ? EmptyHash : observed.Sha256], observed.Facts.Mode, observed.Facts.Owner.Uid, observed.Facts.Owner.Gid)
        {
            LinkTarget = observed.LinkTarget,
            Attributes = Sorted(observed.Attributes),
        };

    /// <summary>Adds the user attributes of the file that an image replaces.</summary>
    private static FileImage WithKept(FileImage image, ObservedFile? before)
    {
        var kept = before?.Attributes.Where(one => ExtendedAttributes.IsKept(one.Key)) ?? [];
        return image.LinkTarget is not null ? image : image with
        {
            Attributes = Sorted((image.Attributes ?? ExtendedAttributes.None).Concat(kept).DistinctBy(one => one.Key, StringComparer.Ordinal)),
        };
    }

    private static SortedDictionary<string, byte[]>? Sorted(IEnumerable<KeyValuePair<string, byte[]>> attributes)
    {
        var sorted = new SortedDictionary<string, byte[]>(attributes.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        return sorted.Count == 0 ? null : sorted;
    }

    private FileImage Placed(FileImage image, IReadOnlyDictionary<string, ContentRef> places) =>
        image.Content.Pack == Number ? image with { Content = places[image.Content.Sha256] } : image;
}
