using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Image;

/// <summary>A verified image and where its content is.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Root">The root file system's archive.</param>
/// <param name="Address">Where that archive is.</param>
internal sealed record ImageSource(ImageManifest Manifest, ImageFile Root, string Address)
{
    /// <summary>Name of the archive of the root file system.</summary>
    public const string RootArchive = "root.tar.zst";
}
