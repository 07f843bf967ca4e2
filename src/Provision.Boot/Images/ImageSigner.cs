using Provision.Boot.Jobs;

namespace Provision.Boot.Images;

/// <summary>
/// The keys that images are signed with: an ssh key for manifests, which the installer verifies, and beside it, made on first use, an OpenPGP key for the
/// repositories of packages, because apt knows no other signature.
/// </summary>
public sealed class ImageSigner
{
    /// <summary>Where the ssh key is, where nothing else is said.</summary>
    public const string DefaultKey = "/etc/provision/image-key";

    private readonly string key;
    private readonly ICommandRunner commands;

    /// <summary>Takes a key.</summary>
    /// <param name="key">File of the private ssh key, its public half beside it as <c>.pub</c>.</param>
    /// <param name="commands">Runs ssh-keygen and gpg.</param>
    /// <exception cref="ImageException">There is no such key.</exception>
    public ImageSigner(string key, ICommandRunner commands)
    {
        this.key = Path.GetFullPath(key);
        this.commands = commands;
        if (!File.Exists(key) || !File.Exists(key + ".pub"))
        {
            throw new ImageException($"there is no key to sign images with: {(File.Exists(key) ? key + ".pub" : key)}. Make one (ssh-keygen -t ed25519 -N '' " +
                $"-C images -f {key}), or name yours with --key FILE");
        }

        var words = File.ReadAllText(key + ".pub").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        PublicKey = words.Length >= 2 ? $"{words[0]} {words[1]}" : throw new ImageException($"{key}.pub is no public ssh key");
    }

    /// <summary>The public half, without its comment.</summary>
    public string PublicKey { get; }

    /// <summary>Who may sign images, as the installer reads it (<c>/etc/provision/allowed_signers</c>).</summary>
    public string Line => AllowedSigners.Line(ImageManifest.SignatureNamespace, ImageManifest.SignatureNamespace, PublicKey);

    private string OpenPgpKey => key + ".openpgp";

    /// <summary>Signs a manifest: writes <c>FILE.sig</c>.</summary>
    /// <exception cref="CommandFailedException">The key cannot be used.</exception>
    public void SignManifest(string file)
    {
        File.Delete(file + ".sig");
        File.WriteAllText(file + ".sig", new SshSignatures(commands).Sign(key, ImageManifest.SignatureNamespace, File.ReadAllBytes(file)));
    }

    /// <summary>Signs the index of a repository: writes <c>InRelease</c> and the public key.</summary>
    /// <exception cref="CommandFailedException">gpg failed.</exception>
    public void SignPackages(string folder) => WithGpg(gpg =>
    {
        gpg(["--clearsign", "--digest-algo", "SHA512", "--output", Path.Combine(folder, "InRelease"), Path.Combine(folder, "Release")]);
        gpg(["--armor", "--output", Path.Combine(folder, PackageFolder.KeyFile), "--export"]);
    });

    /// <summary>Writes the public key of the repositories into a file.</summary>
    public void ExportPackagesKey(string file) => WithGpg(gpg => gpg(["--armor", "--output", file, "--export"]));

    /// <summary>gpg with a folder of its own that lives as long as this: the key itself is one file that is easily kept safe.</summary>
    private void WithGpg(Action<Action<string[]>> use)
    {
        var home = Directory.CreateTempSubdirectory("provision-gpg-").FullName;
        try
        {
            if (!File.Exists(OpenPgpKey))
            {
                Gpg(["--passphrase", "", "--quick-generate-key", "provision packages", "ed25519", "sign", "never"]);
                AtomicFile.Create(OpenPgpKey, made => Gpg(["--armor", "--output", made, "--export-secret-keys"]), FileModes.Private);
            }
            else
            {
                Gpg(["--import", OpenPgpKey]);
            }

            use(Gpg);
        }
        finally
        {
            commands.Run(Command.Of("gpgconf", "--homedir", home, "--kill", "all").WithTimeout(TimeSpan.FromSeconds(30)));
            Directory.Delete(home, recursive: true);
        }

        void Gpg(string[] arguments) =>
            commands.Run(Command.Of("gpg", ["--homedir", home, "--batch", "--quiet", "--yes", .. arguments]).WithTimeout(TimeSpan.FromMinutes(2))).OrThrow();
    }
}
