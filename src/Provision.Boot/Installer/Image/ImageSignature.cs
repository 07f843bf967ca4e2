using Provision.Boot.Jobs;

namespace Provision.Boot.Installer.Image;

/// <summary>Whether somebody who may signed a manifest.</summary>
internal static class ImageSignature
{
    private const string SignatureFile = InstallMachine.Work + "/manifest.sig";

    /// <summary>Throws where nobody did.</summary>
    /// <param name="machine">Where ssh-keygen runs, and who may sign is written.</param>
    /// <param name="address">The manifest's address, for the message.</param>
    /// <param name="manifest">Its bytes.</param>
    /// <param name="signature">What <c>ssh-keygen -Y sign</c> made of them.</param>
    /// <exception cref="InstallException">It is not signed.</exception>
    public static void Check(InstallMachine machine, string address, byte[] manifest, byte[] signature)
    {
        machine.Files.MakeFolder(InstallMachine.Work, FileModes.PrivateDirectory);
        machine.Files.Remove(SignatureFile);
        machine.Files.WriteNew(SignatureFile, signature, FileModes.Private);
        var result = machine.Commands.Run(Command
            .Of("ssh-keygen", "-Y", "verify", "-f", InstallMachine.AllowedSigners, "-I", ImageManifest.SignatureNamespace, "-n",
                ImageManifest.SignatureNamespace, "-s", SignatureFile)
            .WithInput(manifest).WithTimeout(TimeSpan.FromSeconds(30)));
        if (!result.Succeeded)
        {
            throw new InstallException(
                $"the image {address} is not signed by a key in {InstallMachine.AllowedSigners}: {result.Error.Trim().Split('\n')[0]}");
        }
    }
}
