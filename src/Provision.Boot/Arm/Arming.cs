using Provision.Boot.Images;
using Provision.Boot.Jobs;
using Provision.Inventory;
using Provision.Storage.Plans;

namespace Provision.Boot.Arm;

/// <summary>What an engineer asks for when arming.</summary>
/// <param name="OsDiskSerials">System disks that were replaced since the record was written: <c>SERIAL</c>, or <c>BAY=SERIAL</c>.</param>
/// <param name="DmiUuid">UUID of the machine's firmware; null where the first machine that asks binds it.</param>
/// <param name="Image">Name of the image; null for that of the host's roles.</param>
/// <param name="AllowsDirty">Changes that are not committed are left out on purpose.</param>
/// <param name="NewIdentity">The host gets new keys.</param>
/// <param name="NeedsCode">The code on the console is to be confirmed, whatever the machine proves.</param>
/// <param name="Waits">A stopped installer stays up for engineers.</param>
public sealed record ArmWish(IReadOnlyList<string> OsDiskSerials, string? DmiUuid, string? Image, bool AllowsDirty, bool NewIdentity, bool NeedsCode,
    bool Waits = false)
{
    /// <summary>Why the machine needs neither code nor key; null if it does.</summary>
    public string? NoCode { get; init; }
}

/// <summary>Gathers what the gates look at. Pure but for the look into the image store.</summary>
public static class Arming
{
    /// <summary>The destructive plan from the drive record alone; null for a host that is retired or has no chassis.</summary>
    public static StoragePlan? PlanOf(Fleet fleet, Host host, ArmWish wish) =>
        host.Status != HostStatus.Retired && HostView.Of(fleet, host, Masters.Default).Layout is { } layout
            ? ReinstallPlanner.Of(layout, fleet.FindDrives(host.Name), observed: null, wish.OsDiskSerials)
            : null;

    /// <summary>The facts.</summary>
    /// <param name="fleet">The fleet of the commit.</param>
    /// <param name="host">The host.</param>
    /// <param name="plan">Of <see cref="PlanOf"/>.</param>
    /// <param name="wish">What is asked for.</param>
    /// <param name="commit">The commit; null for none.</param>
    /// <param name="isDirty">True where the working tree differs from it.</param>
    /// <param name="images">The image store.</param>
    /// <param name="open">The host's open job, or null.</param>
    public static ArmFacts FactsOf(Fleet fleet, Host host, StoragePlan? plan, ArmWish wish, string? commit, bool isDirty, ImageRepository images, Job? open)
    {
        var name = wish.Image ?? ImageNames.OfRoles(host.Roles);
        var (image, installer) = (images.Current(name), images.Current(ImageNames.Installer));
        var netboot = fleet.FindSite(host.Site)?.Netboot;
        return new ArmFacts
        {
            Host = host.Name,
            Location = host.Location,
            IsRetired = host.Status == HostStatus.Retired,
            Macs = host.Macs,
            DmiUuid = wish.DmiUuid,
            Roles = [.. fleet.RolesOf(host).Roles.Select(role => new ArmRole(role.Name, role.Data, role.Gate))],
            HasLayout = plan is not null,
            HasRecord = fleet.FindDrives(host.Name) is not null,
            PlanHash = plan?.Hash,
            Wipes = plan?.Actions.Count(action => action.Kind == ActionKind.WipeOs) ?? 0,
            PlanRefusals = [.. plan?.Refusals.Select(action => $"{action.Target} {action.Reason}") ?? []],
            OsDiskSerials = wish.OsDiskSerials,
            Commit = commit,
            IsDirty = isDirty,
            AllowsDirty = wish.AllowsDirty,
            ImageName = name,
            Image = image,
            ImageManifest = image is null ? null : images.ManifestHash(image),
            Installer = installer,
            InstallerManifest = installer is null ? null : images.ManifestHash(installer),
            KernelWords = netboot?.KernelOptions ?? [],
            NeedsSignature = installer is not null && AllowedSigners.Has(images.SignersIn(installer), OrderDocument.SignatureNamespace),
            OpenJob = open,
            NewIdentity = wish.NewIdentity,
            NeedsCode = wish.NeedsCode,
            NoCode = wish.NoCode,
            Waits = wish.Waits,
            Engineers = netboot?.Engineers ?? [],
        };
    }
}
