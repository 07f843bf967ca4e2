using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Image;

/// <summary>Verifies the signature of a manifest.</summary>
internal static class ImageSignature
{
    /// <summary>Throws unless one of the allowed signers signed a manifest.</summary>
    /// <param name="machine">Where ssh-keygen runs, and who may sign is written.</param>
    /// <param name="address">The manifest's address, for the message.</param>
    /// <param name="manifest">Its bytes.</param>
    /// <param name="signature">What <c>ssh-keygen -Y sign</c> made of them.</param>
    /// <exception cref="InstallException">It is not signed.</exception>
    public static void Check(InstallMachine machine, string address, byte[] manifest, byte[] signature)
    {
        var check = new SshSignatures(machine.Commands)
            .VerifyBy(AllowedSigners.Of(machine.Files) ?? "", ImageManifest.SignatureNamespace, manifest, signature);
        if (!check.Holds)
        {
            throw new InstallException($"the image {address} is not signed by a key in {AllowedSigners.DefaultFile}: {check.Problem}");
        }
    }

    /// <summary>Throws unless a manifest is the one that the order names.</summary>
    /// <exception cref="InstallException">It is another one, perhaps an older one.</exception>
    public static void CheckPinned(string address, byte[] manifest, string? wanted)
    {
        var found = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(manifest));
        if (found != wanted)
        {
            throw new InstallException($"{address} is not the manifest that the order names ({found} instead of {wanted ?? "none"}): arm the host again");
        }
    }
}
