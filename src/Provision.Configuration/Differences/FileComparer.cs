using Provision.Configuration.Desired;
using Provision.Configuration.State;

namespace Provision.Configuration.Differences;

/// <summary>Compares the desired files with those on the machine and with those provision wrote last.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="state">The host record, with the files provision wrote last.</param>
/// <param name="owners">The users of the root.</param>
internal sealed class FileComparer(IMachineFiles files, HostState state, OwnerDatabase owners)
{
    /// <summary>Compares one desired file.</summary>
    /// <param name="desired">The desired file.</param>
    /// <param name="problems">Receives what makes the comparison impossible, such as an unknown owner or a directory in the way.</param>
    public FileDifference Compare(DesiredFile desired, DiagnosticBag problems)
    {
        if (files.Stat(desired.Path) is { Kind: FileKind.File, Size: > ObservedFile.LargestKept } large)
        {
            problems.Error(
                desired.Template,
                $"{Shown(desired.Path)} has {large.Size:N0} bytes on the machine, and at most {ObservedFile.LargestKept:N0} are kept for a rollback",
                "move it away by hand");
            return new FileDifference { Path = desired.Path, Verdict = Verdict.Unknown, Desired = desired, Reasons = ["too large to be kept"] };
        }

        var observed = ObservedFile.At(files, desired.Path);
        var difference = new FileDifference
        {
            Path = desired.Path,
            Verdict = Verdict.Same,
            Desired = desired,
            DesiredOwner = OwnerOf(desired, problems),
            Observed = observed,
            Base = state.Files.GetValueOrDefault(desired.Path),
        };
        if (observed?.Facts.Kind is FileKind.Folder or FileKind.Other)
        {
            problems.Error(
                desired.Template,
                $"{Shown(desired.Path)} is {(observed.Facts.Kind == FileKind.Folder ? "a directory" : "a device, socket or pipe")} on the machine, not a file",
                "move it away by hand; provision does not remove what is not a file");
            return difference with { Verdict = Verdict.Unknown, Reasons = ["not a file"] };
        }

        if (files.UnsafeLink(desired.Path) is { } link)
        {
            problems.Error(
                desired.Template,
                $"{Shown(desired.Path)} leads through {Shown(link)}, a link that another user than root may have made",
                "name the path without the link, or let root own the link and its directory");
            return difference with { Verdict = Verdict.Unknown, Reasons = ["unsafe link"] };
        }

        if (desired.Unknown is not null)
        {
            return difference with { Verdict = Verdict.Unknown, Reasons = [desired.Unknown] };
        }

        if (observed is null)
        {
            return difference with
            {
                Verdict = difference.Base is null ? Verdict.New
                    : SameAsBase(desired, difference.DesiredOwner, difference.Base) ? Verdict.Drift : Verdict.Conflict,
                Reasons = [difference.Base is null ? "not there yet" : "removed from the machine"],
                Hunks = UnifiedDiff.Hunks("", desired.Text),
            };
        }

        var reasons = Reasons(desired, difference.DesiredOwner, observed);
        if (reasons.Count == 0)
        {
            return difference;
        }

        return difference with
        {
            Verdict = VerdictOf(desired, difference.DesiredOwner, difference.Base, observed),
            Reasons = difference.Base is null ? [.. reasons, "was there before provision"] : reasons,
            Hunks = HunksOf(observed, desired),
        };
    }

    /// <summary>Compares a file that provision wrote and that is no longer desired; null if it is gone from the machine too.</summary>
    public FileDifference? CompareGone(string path, ManagedFile managed)
    {
        var observed = ObservedFile.At(files, path);
        if (observed is null)
        {
            return null;
        }

        var asWritten = IsImage(observed, managed.Image, withOwner: true);
        return new FileDifference
        {
            Path = path,
            Verdict = Verdict.Gone,
            Base = managed,
            Observed = observed,
            Kept = !asWritten,
            Reasons = [asWritten ? "no longer in the inventory" : "no longer in the inventory, but edited on the machine: kept"],
            Hunks = observed.Content is { } content && !IsLarge(content, []) ? UnifiedDiff.Hunks(Printable.Decode(content), "") : [],
        };
    }

    /// <summary>True if the file on the machine matches an image exactly.</summary>
    public static bool IsImage(ObservedFile? observed, FileImage? image, bool withOwner)
    {
        if (observed is null || image is null)
        {
            return observed is null && image is null;
        }

        if (image.LinkTarget is not null || observed.Facts.Kind == FileKind.Link)
        {
            return string.Equals(image.LinkTarget, observed.LinkTarget, StringComparison.Ordinal);
        }

        return observed.Facts.Kind == FileKind.File
            && observed.Facts.Mode == image.Mode
            && (!withOwner || (observed.Facts.Owner.Uid == image.Uid && observed.Facts.Owner.Gid == image.Gid))
            && SameAccess(observed.Attributes, image.Attributes ?? ExtendedAttributes.None)
            && observed.Content!.Length == image.Content.Length
            && string.Equals(observed.Sha256, image.Content.Sha256, StringComparison.Ordinal);
    }

    /// <summary>True if both have the same access list and capabilities. Other attributes stay with the path whatever is written.</summary>
    private static bool SameAccess(IReadOnlyDictionary<string, byte[]> left, IReadOnlyDictionary<string, byte[]> right) =>
        left.Keys.Union(right.Keys, StringComparer.Ordinal).Where(ExtendedAttributes.GivesAccess)
            .All(name => left.TryGetValue(name, out var one) && right.TryGetValue(name, out var other) && one.AsSpan().SequenceEqual(other));

    private string Shown(string path) => MachineFileException.PathBelow(files.Root, path);

    private Owner? OwnerOf(DesiredFile desired, DiagnosticBag problems)
    {
        if (!owners.IsThere)
        {
            return null;
        }

        var owner = owners.Resolve(desired.Owner);
        if (owner is null)
        {
            var (what, name, known) = owners.User(desired.Owner.User) is null
                ? ("user", desired.Owner.User, owners.Users)
                : ("group", desired.Owner.Group, owners.Groups);
            problems.Error(
                desired.Template,
                $"{desired.Path}: the {what} \"{name}\" does not exist below {files.Root}",
                NearestName.Hint(name, known) ?? "is a package missing from the role?");
        }

        return owner;
    }

    private List<string> Reasons(DesiredFile desired, Owner? owner, ObservedFile observed)
    {
        var reasons = new List<string>();
        if (observed.Facts.Kind == FileKind.Link)
        {
            reasons.Add($"is a symbolic link to {observed.LinkTarget}");
            return reasons;
        }

        if (!observed.Content.AsSpan().SequenceEqual(desired.Content))
        {
            reasons.Add(IsLarge(observed.Content, desired.Content)
                ? $"content, too large to show: {observed.Content!.Length:N0} bytes ({observed.Sha256[..12]}), " +
                    $"should be {desired.Content.Length:N0} ({desired.Sha256[..12]})"
                : "content");
        }

        if (observed.Facts.Mode != desired.Mode)
        {
            reasons.Add($"mode {FileModes.Octal(observed.Facts.Mode)}, should be {FileModes.Octal(desired.Mode)}");
        }

        if (owner is { } wanted && observed.Facts.Owner != wanted && files.MayChangeOwner)
        {
            reasons.Add($"owner {owners.Describe(observed.Facts.Owner)}, should be {desired.Owner}");
        }

        reasons.AddRange(observed.Attributes.Where(one => ExtendedAttributes.GivesAccess(one.Key))
            .Select(one => $"{ExtendedAttributes.Describe(one.Key, one.Value)}, should be none"));
        return reasons;
    }

    private Verdict VerdictOf(DesiredFile desired, Owner? owner, ManagedFile? managed, ObservedFile observed)
    {
        if (managed is null)
        {
            return Verdict.Update;
        }

        var repositoryMoved = !SameAsBase(desired, owner, managed);
        var machineMoved = !IsImage(observed, managed.Image, withOwner: owner is not null && files.MayChangeOwner);
        return (repositoryMoved, machineMoved) switch
        {
            (true, false) => Verdict.Update,
            (false, _) => Verdict.Drift,
            _ => Verdict.Conflict,
        };
    }

    private bool SameAsBase(DesiredFile desired, Owner? owner, ManagedFile managed) =>
        managed.Image.LinkTarget is null
        && managed.Image.Mode == desired.Mode
        && managed.Image.Content.Length == desired.Content.Length
        && (owner is not { } wanted || !files.MayChangeOwner || (managed.Image.Uid == wanted.Uid && managed.Image.Gid == wanted.Gid))
        && string.Equals(managed.Image.Content.Sha256, desired.Sha256, StringComparison.Ordinal);

    private static IReadOnlyList<Hunk> HunksOf(ObservedFile observed, DesiredFile desired) =>
        IsLarge(observed.Content, desired.Content) ? []
        : UnifiedDiff.Hunks(observed.Content is { } content ? Printable.Decode(content) : "", desired.Text);

    /// <summary>True if the line-by-line difference would take long, and be too long to read.</summary>
    private static bool IsLarge(byte[]? observed, byte[] desired)
    {
        const int most = 1024 * 1024;
        return observed?.Length > most || desired.Length > most;
    }
}
